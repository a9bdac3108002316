"""What is sent to Sentry, where it is wanted, tells what broke and nothing secret."""

import logging
import sys
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest

from evaltracker.serving.logs import configure_logs, report_errors


def options(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the optional client is started with."""
    given: dict[str, Any] = {}
    client = SimpleNamespace(init=given.update)
    monkeypatch.setitem(sys.modules, "sentry_sdk", client)
    report_errors(dsn="https://x@example.org/1", version="1.2.3")
    return given


def test_a_report_holds_no_variables_bodies_or_people(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    given = options(monkeypatch)
    assert given["release"] == "evaltracker@1.2.3"
    assert given["send_default_pii"] is False
    assert given["include_local_variables"] is False
    assert given["max_request_body_size"] == "never"


@pytest.mark.parametrize(
    "path", ["/calendar/s3cr3t.ics", "/accounts/password/reset/key/1-s3cr3t/"]
)
def test_a_report_tells_no_address_that_lets_in(
    monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    event = {
        "request": {"url": f"https://x{path}", "query_string": "t=s3cr3t"},
        "message": "It broke",
    }
    sent = options(monkeypatch)["before_send"](event, {})
    assert sent["message"] == "It broke"
    assert sent["request"]["url"].startswith("https://x/")
    assert "s3cr3t" not in str(sent)


@pytest.mark.parametrize("readable", [True, False])
def test_a_log_line_holds_no_variables(readable: bool) -> None:
    told = configure_logs(readable=readable)["formatters"]["structured"]
    formatter = told.pop("()")(**told)
    password = "s3cr" + "3t"
    try:
        raise RuntimeError(len(password))
    except RuntimeError:
        record = logging.LogRecord(
            "x", logging.ERROR, "", 1, "It broke", None, sys.exc_info()
        )
    said = formatter.format(record)
    assert "RuntimeError" in said
    assert "s3cr3t" not in said


@pytest.mark.parametrize("readable", [True, False])
def test_a_database_that_is_away_is_one_line_and_no_error(readable: bool) -> None:
    told = configure_logs(readable=readable)["formatters"]["structured"]
    formatter = told.pop("()")(**told)
    try:
        psycopg.connect("host=127.0.0.1 port=1")
    except psycopg.OperationalError:
        record = logging.LogRecord(
            "django.request", logging.ERROR, "", 1, "/admin/", None, sys.exc_info()
        )
    said = formatter.format(record)
    assert "warning" in said
    assert "away" in said
    assert "Traceback" not in said
    assert "\n" not in said
