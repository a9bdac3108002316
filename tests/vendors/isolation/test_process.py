"""The vendor process as it is deployed: its own settings, login and addresses."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from django.conf import settings

from evaltracker.evaluations.models import Entry, Notice
from tests.at_once import at_once
from tests.factories import common, vendors
from tests.served import served
from tests.smtp_sink import Sink
from tests.vendors.door import case
from tests.vendors.portal.visitor import ADDRESS, TOKEN, Visitor, invited
from vendors.admin.dialogue import open_questions
from vendors.mail import code_of, link_secret, spaced
from vendors.models import Claim, InvitationLink, Question, SignInCode
from vendors.services.contacts import turn_marked_links

ROOT = Path(__file__).parents[3]


@pytest.fixture
def site(login: str, tmp_path: Path) -> Iterator[str]:
    """The address of a vendor process."""
    # DEBUG: static files are served where they lie.
    with served(tmp_path, workers=1, REDIS_URL="", DEBUG="1") as running:
        yield running.url


@pytest.mark.postgres
def test_vendors_are_served_by_a_process_that_has_nothing_else(site: str) -> None:
    where = common.evaluation()
    common.requirement(where, "R1")
    vendors.in_research(where)
    mine, rival = vendors.invited(where), vendors.invited(where, "Globex ML")
    assert mine.vendor is not None
    vendor = requests.Session()
    vendor.headers["Authorization"] = f"Bearer {vendors.token(mine.vendor)}"

    def call(method: str, path: str, **more: Any) -> requests.Response:
        return vendor.request(method, f"{site}/{path}", timeout=60, **more)

    home = f"api/v1/invitations/{mine.pk}/"
    words = {"requirement": "R1", "availability": "now", "statement": "Yes."}
    said = call("POST", f"{home}claims/", json=words)
    assert (said.status_code, said.json()["revision"]) == (201, 1)
    assert call("POST", f"{home}claims/", json=words).status_code == 200
    for below in ("", "requirements/", "claims/", "questions/", "answer-sheet/"):
        assert call("GET", home + below).status_code == 200
    assert call("GET", f"api/v1/invitations/{rival.pk}/").status_code == 404
    assert Claim.objects.get().submitted_by.startswith("Acme (token ")
    assert Entry.objects.filter(action="claim.submitted", actor=None).count() == 1
    for nothing in ("", "admin/", "accounts/login/", "api/v1/staff/evaluations/"):
        answer = call("GET", nothing)
        assert (answer.status_code, answer.json()["status"]) == (404, 404)
    assert call("GET", "api/v1/schema/").status_code == 200
    assert "swagger" in call("GET", "api/v1/docs/").text
    ready = {"ready": True, "database": "ok", "files": "ok"}
    assert call("GET", "readyz").json() == ready
    leaked = call("GET", f"{home}?t={vendor.headers['Authorization'][7:]!s}")
    assert leaked.status_code == 400
    assert call("GET", home).status_code == 401


@pytest.mark.postgres
def test_a_contact_comes_in_by_a_code_that_this_process_sends(
    login: str, tmp_path: Path, smtp_sink: Sink
) -> None:
    visitor = Visitor(invited(vendors.in_research(common.evaluation())))
    env = {
        "REDIS_URL": "",
        "DEBUG": "1",
        "EMAIL_URL": f"smtp://127.0.0.1:{smtp_sink.port}",
        "VENDOR_PAGES_KEY": settings.VENDOR_PAGES_KEY,
    }
    with served(tmp_path, workers=1, **env) as running:
        browser = requests.Session()
        start = f"{running.url}{visitor.start}"

        def send(address: str, **fields: str) -> requests.Response:
            shown = browser.get(address, timeout=60).text
            token = TOKEN.search(shown)
            assert token, shown
            sent = {"csrfmiddlewaretoken": token[1], **fields}
            return browser.post(address, sent, timeout=60)

        assert "Type your code" in send(start).text
        (letter,) = smtp_sink.arrived
        code = SignInCode.objects.get()
        assert code.sent_at is not None
        assert spaced(code_of(code.pk)) in letter.as_string()
        assert "Your answers" in send(f"{start}code/", code=code_of(code.pk)).text
        # All that it sets, and none of the admin's.
        names = set(browser.cookies.keys()) - {"csrftoken"}
        link = visitor.link
        assert names == {
            f"vendor-browser-{link.pk.hex}",
            f"vendor-known-{link.contact_id.hex}",
            f"vendor-{link.candidate_id.hex}",
        }
        home = f"{running.url}{visitor.home}"
        out = browser.get(home, headers={"Cookie": "sessionid=x"}, timeout=60)
        assert out.status_code == 403
        assert code_of(code.pk) not in (tmp_path / "log").read_text()
        assert link_secret(visitor.link.pk) not in (tmp_path / "log").read_text()


@pytest.mark.postgres
@pytest.mark.nightly(
    reason="another race at a served process; each push has one",
    short="::test_o1_the_same_question_three_times_at_once_is_one",
)
def test_l15_two_ninths_at_once_turn_a_link_once(
    login: str, tmp_path: Path, smtp_sink: Sink
) -> None:
    link = invited(vendors.in_research(common.evaluation()))
    env = {
        "REDIS_URL": "",
        "DEBUG": "1",
        "EMAIL_URL": f"smtp://127.0.0.1:{smtp_sink.port}",
        "VENDOR_PAGES_KEY": settings.VENDOR_PAGES_KEY,
    }
    with served(tmp_path, workers=2, **env) as running:
        start = f"{running.url}{Visitor(link).start}"

        def ask(_: int) -> str:
            browser = requests.Session()
            page = browser.get(start, timeout=60).text
            token = TOKEN.search(page)
            if token is None:  # A replaced link has no form.
                return page
            sent = {"csrfmiddlewaretoken": token[1]}
            return browser.post(start, sent, timeout=60).text

        assert all("Type your code" in ask(number) for number in range(7))
        # One of the first three is the eighth.
        pages = [str(page) for page in at_once(3, ask)]
        assert sum("Type your code" in page for page in pages) == 1
        assert sum("This link was replaced" in page for page in pages) == 2
    at_once(2, lambda _: turn_marked_links())
    assert SignInCode.objects.count() == len(smtp_sink.to(ADDRESS)) == 8
    expected = case("L15")["expected"]
    assert InvitationLink.objects.count() == 2
    news = Notice.objects.filter(kind="new_link")
    assert news.count() == expected["new_link_mails"]
    assert Notice.objects.filter(kind="link_turned").count() == 1
    turned = Entry.objects.filter(action="link.turned")
    assert turned.count() == expected["turns"]


@pytest.mark.postgres
def test_o1_the_same_question_three_times_at_once_is_one(
    login: str, tmp_path: Path, smtp_sink: Sink
) -> None:
    expected = case("O1")["expected"]
    where = common.evaluation()
    common.requirement(where, "R1")
    visitor = Visitor(invited(vendors.in_research(where))).sign_in()
    cookies = {name: one.value for name, one in visitor.browser.cookies.items()}
    env = {"REDIS_URL": "", "DEBUG": "1", "SECRET_KEY": settings.SECRET_KEY}
    with served(tmp_path, workers=2, **env) as running:
        page = f"{running.url}{visitor.home}questions/"
        token = TOKEN.search(requests.get(page, cookies=cookies, timeout=60).text)
        assert token
        sent = {"csrfmiddlewaretoken": token[1], "about": "R1", "text": "R 4 enough?"}

        def ask(_: int) -> int:
            terms: dict[str, Any] = {"cookies": cookies, "allow_redirects": False}
            return requests.post(page, sent, timeout=60, **terms).status_code

        assert list(at_once(3, ask)) == expected["status"]
    assert Question.objects.count() == expected["rows"]
    # What the owner is told of.
    waiting = open_questions(where.owner, where)
    assert waiting is not None
    assert waiting.count() == expected["owner_mails"]


@pytest.mark.nightly(
    reason="two processes more; each push asks the process that vendors have",
    short="::test_vendors_are_served_by_a_process_that_has_nothing_else",
)
def test_the_web_process_serves_no_vendors_when_told_so(tmp_path: Path) -> None:
    show = (
        "from django.urls import resolve;"
        "from evaltracker.toolbox.rest.problems import not_there;"
        "print([resolve(f'/api/v1/{it}/').func == not_there"
        " for it in ('invitations', 'problems')])"
    )
    found = [
        subprocess.check_output(
            [sys.executable, "manage.py", "shell", "-v0", "-c", show],
            cwd=ROOT,
            env={"PATH": os.environ["PATH"], "DEMO": "1", "DATA_DIR": str(tmp_path)}
            | more,
            text=True,
        ).strip()
        for more in ({}, {"SERVE_VENDOR_API": "0"})
    ]
    # What the `type` of a problem leads to is served by both.
    assert found == ["[False, False]", "[True, False]"]
