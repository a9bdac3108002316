"""Where the site is https: what plain http gets, cookies, and a start that is wrong."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from django.db import connection

from tests.served import ROOT, Site, database, served

pytestmark = pytest.mark.django_db(transaction=True)
OVER_TLS = {"X-Forwarded-Proto": "https"}
IN_THE_CLEAR = {"X-Forwarded-Proto": "http"}
HTTPS = {"SITE_URL": "https://127.0.0.1", "NUM_PROXIES": "1"}


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """The product behind a proxy that speaks TLS."""
    if connection.vendor != "postgresql":
        pytest.skip("the processes of this test share a PostgreSQL")
    with served(
        tmp_path,
        settings="evaltracker.settings",
        workers=1,
        DEBUG="1",
        DATABASE_URL=database(),
        **HTTPS,
    ) as running:
        yield running


@pytest.mark.postgres
def test_people_are_sent_to_https_and_programs_are_refused(site: Site) -> None:
    def get(path: str, headers: dict[str, str]) -> requests.Response:
        address = f"{site.url}{path}"
        return requests.get(address, headers=headers, allow_redirects=False, timeout=30)

    page = get("/admin/", IN_THE_CLEAR)
    assert (page.status_code, page.headers["Location"][:8]) == (301, "https://")
    for path in ("/api/v1/invitations/", "/api/v1/staff/evaluations/", "/api/nothing"):
        refused = get(path, {**IN_THE_CLEAR, "Authorization": "Bearer evt_x"})
        assert (refused.status_code, refused.json()["code"]) == (403, "https_required")
        assert refused.headers["Content-Type"] == "application/problem+json"
        assert get(path, OVER_TLS).status_code in (401, 403, 404)
    assert get("/calendar/x.ics", IN_THE_CLEAR).status_code == 403
    # A proxy that does not say by which way it was called.
    silent = get("/admin/", {})
    assert (silent.status_code, silent.json()["code"]) == (400, "no_word_of_tls")
    assert "X-Forwarded-Proto" in silent.json()["detail"]


@pytest.mark.postgres
def test_every_cookie_is_of_this_very_host(site: Site) -> None:
    page = requests.get(f"{site.url}/admin/login/", headers=OVER_TLS, timeout=30)
    token = page.headers["Set-Cookie"].partition(";")[0].partition("=")[2]
    answer = requests.post(
        f"{site.url}/accounts/password/reset/",
        headers={
            **OVER_TLS,
            "Cookie": f"__Host-csrftoken={token}",
            "X-CSRFToken": token,
            "Referer": "https://127.0.0.1/",
        },
        data={"email": "nobody@example.com"},
        allow_redirects=False,
        timeout=30,
    )
    assert answer.status_code == 302
    for said in (page, answer):
        for cookie in said.raw.headers.getlist("Set-Cookie"):
            attributes = {part.strip().lower() for part in cookie.split(";")}
            assert cookie.startswith("__Host-"), cookie
            assert {"secure", "path=/", "samesite=lax"} <= attributes
            assert not any(part.startswith("domain") for part in attributes)


@pytest.mark.nightly(
    reason="two processes more; each push asks one that has started",
    short="::test_people_are_sent_to_https_and_programs_are_refused",
)
def test_https_without_a_trusted_proxy_does_not_start(tmp_path: Path) -> None:
    env = {
        "PATH": os.environ["PATH"],
        "DATA_DIR": str(tmp_path),
        "SECRET_KEY": "x" * 60,
        "SITE_URL": "https://evaltracker.example.org",
    }
    for command, sentence in (
        ([str(ROOT / "manage.py"), "check"], "evaltracker.E010"),
        (["-c", "import evaltracker.wsgi"], "NUM_PROXIES is 0"),
    ):
        done = subprocess.run(
            [sys.executable, *command],
            env=env,
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 1
        assert sentence in done.stderr
        assert "Set NUM_PROXIES" in done.stderr
        assert "Traceback" not in done.stderr
