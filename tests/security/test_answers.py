"""T43 and T44: what every service says when something is wrong, and in its headers."""

import logging
import re
from logging.handlers import BufferingHandler
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import Client
from pytest_django import Settings

from evaltracker.evaluations.models import Evaluation
from tests.clients import program
from tests.factories import common, vendors
from tests.factories.common import PASSWORD

pytestmark = pytest.mark.django_db
# What tells of the inside: code, places, statements, versions.
INSIDE = re.compile(
    r"Traceback|File \"|/(?:app|home|usr|venv|work|srv|tmp)/|\.py\b|SELECT |INSERT INTO"
    r"|psycopg|sqlite3|Django[ /]\d|gunicorn/\d|Python/\d|site-packages|secret words"
)
SERVICES = {
    "vendor API": ("evaltracker.vendor_urls", "/api/v1/invitations/"),
    "staff API": ("evaltracker.urls", "/api/v1/staff/evaluations/"),
    "admin": ("evaltracker.urls", "/admin/"),
}


@pytest.fixture(params=SERVICES)
def service(
    request: pytest.FixtureRequest, settings: Settings
) -> tuple[str, str, dict[str, Any], Client]:
    """A service: its name, an address, what its client sends, and the client."""
    urls, address = SERVICES[request.param]
    settings.ROOT_URLCONF = urls
    settings.DEBUG = False
    client = Client(raise_request_exception=False)
    sent: dict[str, Any] = {}
    if request.param == "vendor API":
        where = vendors.in_research(common.evaluation())
        company = vendors.invited(where).vendor
        assert company is not None
        sent["headers"] = {"authorization": f"Bearer {vendors.token(company)}"}
    elif request.param == "staff API":
        mine = program(common.lina()).defaults["HTTP_AUTHORIZATION"]
        sent["headers"] = {"authorization": mine}
    else:
        client.force_login(
            common.lina(), backend="django.contrib.auth.backends.ModelBackend"
        )
    return request.param, address, sent, client


def check(answer: Any, status: int, name: str) -> None:
    """Look at a refusal: its status, its kind, and that it tells nothing else."""
    assert answer.status_code == status, answer.content[:500]
    said = answer.content.decode() + str(dict(answer.items()))
    assert not (found := INSIDE.search(said)), found
    if name == "admin":
        assert answer["Content-Type"].startswith("text/html")
    else:
        assert answer["Content-Type"] == "application/problem+json"
        assert answer.json()["status"] == status


@pytest.mark.nightly(
    reason="the same with other values; each push runs one of them",
    short="[vendor API]",
)
def test_what_is_not_there_or_not_done_that_way(service: Any) -> None:
    name, address, sent, client = service
    check(client.get(f"{address}no/such/place/", **sent), 404, name)
    # The admin's pages answer any method as they answer GET, but change nothing.
    if name != "admin":
        check(client.put(address, **sent), 405, name)
        check(client.generic("BREW", address, **sent), 405, name)


def test_what_breaks_inside_is_500_and_tells_nothing(
    service: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    name, address, sent, client = service
    target = {
        "vendor API": "vendors.api.claims.page_of",
        "staff API": "evaltracker.toolbox.rest.views.page_at",
        "admin": "evaltracker.pages.site.EvaltrackerAdminSite.each_context",
    }[name]

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("secret words from /srv/evaltracker: SELECT 1")

    monkeypatch.setattr(target, broken)
    check(client.get(address, **sent), 500, name)


def test_a_wrong_host_is_400_everywhere(service: Any) -> None:
    name, address, sent, client = service
    for host in ("evil.example", "testserver.evil.example", "testserver@evil.example"):
        headers = {**sent.get("headers", {}), "host": host}
        check(client.get(address, headers=headers), 400, name)


def test_too_large_and_of_another_kind(service: Any) -> None:
    name, _, sent, client = service
    if name == "admin":
        # A form over the limit; the process in front takes no more than 12 MB.
        big = client.post("/admin/login/", {"username": "x" * 5_000_000})
        assert big.status_code in (400, 413)
        assert not INSIDE.search(big.content.decode())
    if name == "vendor API":
        candidate = Evaluation.objects.get().candidates.get()
        claims = f"/api/v1/invitations/{candidate.pk}/claims/"
        kind = "application/json"
        check(client.post(claims, b"x" * 300_000, kind, **sent), 413, name)
        check(client.post(claims, b"<x/>", "application/xml", **sent), 415, name)


def test_too_often_is_429(settings: Settings, service: Any) -> None:
    name, address, sent, client = service
    if name != "admin":
        settings.VENDOR_CALLS_PER_MINUTE = settings.STAFF_CALLS_PER_MINUTE = 0
        answer = client.get(address, **sent)
        check(answer, 429, name)
        assert 1 <= int(answer["Retry-After"]) <= 60
    if name == "admin":
        guess = {"username": "lina", "password": "wrong"}
        for _ in range(django_settings.AXES_FAILURE_LIMIT + 1):
            last = Client().post("/admin/login/", guess)
        assert not INSIDE.search(last.content.decode())
        right = {"username": "lina", "password": PASSWORD}
        cookies = Client().post("/admin/login/", right).cookies
        assert django_settings.SESSION_COOKIE_NAME not in cookies


# --- T44 ------------------------------------------------------------------------


def test_every_answer_carries_what_protects_its_reader(
    service: Any, settings: Settings
) -> None:
    name, address, sent, client = service
    settings.SECURE_HSTS_SECONDS = 31_536_000
    answer = client.get(address, secure=True, **sent)
    assert answer.status_code == 200
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
    assert answer["Strict-Transport-Security"] == "max-age=31536000"
    policy = answer["Content-Security-Policy"]
    for rule in (
        *("default-src 'self'", "script-src 'self'", "object-src 'none'"),
        *("frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"),
    ):
        assert rule in policy.split("; "), rule
    assert "unsafe-eval" not in policy
    kept = answer["Cache-Control"]
    # What is asked about by its tag is kept by its reader alone.
    assert "no-store" in kept or (name != "vendor API" and "private" in kept)
    assert not {"X-Powered-By", "X-Runtime"} & set(answer.headers)
    for cookie in answer.cookies.values():
        assert cookie["samesite"] in ("Lax", "Strict")


def test_a_strangers_wrong_host_is_no_error_in_our_log() -> None:
    console = BufferingHandler(capacity=1000)
    logging.getLogger().addHandler(console)
    try:
        answer = Client().get("/admin/", headers={"Host": "elsewhere.example"})
    finally:
        logging.getLogger().removeHandler(console)
    assert answer.status_code == 400
    assert [
        record for record in console.buffer if record.levelno >= logging.ERROR
    ] == []
