"""The day of clients made of both descriptions, at an installation that runs.

Web, vendor process, worker and beat are served from a PostgreSQL and a Redis of their
own. They begin with two logins and their second factors. From then on all is HTTP: what
programs may do, the two clients do; what is a person's, that person presses on pages.
"""

import datetime
import importlib
import os
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from tests.accounts.factors import code_of
from tests.faults.inhabited import PASSWORD, Installation
from tests.faults.notices.world import DURABLE, Process
from tests.kept_postgres import migrated_postgres
from tests.served import VENDORS
from tests.services import redis, service_folder
from tests.smtp_sink import Sink
from tests.vendors.api.test_generated_client import JSON, PACKAGE, made_of
from tests.visitor import Visitor
from tests.waiting import until

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.redis,
    pytest.mark.nightly(
        reason="a whole installation for a purchase by programs; each push makes the "
        "vendors' client and lets it hand in",
        short="tests/vendors/api/test_generated_client.py"
        "::test_it_lists_claims_uploads_quotes_and_hands_in",
    ),
]
STAFF = "evaltracker_staff_api_client"
ADA = "ada@acme.example"
# What is done on the server at the start; it says the secrets of their apps.
BEGIN = """
import django
django.setup()
from django.core.management import call_command
from tests.accounts.factors import give_app
from tests.factories import common
call_command("harden_database")
print(*map(give_app, (common.lina(), common.person("viktor"))))
"""
CELERY = [sys.executable, "-m", "celery", "--app", "evaltracker", "worker", "--beat"]
CELERY += ["--concurrency=1", "--loglevel=INFO", "--without-gossip"]
CELERY += ["--without-mingle"]
EVENTS_AFTER = 60.0


@dataclass(frozen=True)
class Whole(Installation):
    """With a broker, and a second factor for everybody."""

    broker: str = ""

    def env(self) -> dict[str, str]:
        """What its processes are told."""
        return {
            **super().env(),
            "REDIS_URL": self.broker,
            "REQUIRE_SECOND_FACTOR": "1",
        }


class Fields(HTMLParser):
    """What the forms of a page that are sent to itself hold, by name."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.held: dict[str, str | list[str]] = {}
        self._within, self._name, self._text = False, "", ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        kind, name = given.get("type", ""), given.get("name", "")
        if tag == "form":
            self._within = given.get("method") == "post" and "action" not in given
        if not self._within:
            return
        if tag in ("select", "textarea"):
            self._name, self._text = name, ""
        elif tag == "option" and "selected" in given:
            self.held[self._name] = given.get("value", "")
        elif tag == "input" and name and kind not in ("submit", "file", "button"):
            if kind == "checkbox" and "checked" in given:
                self.held[name] = [*self.held.get(name, []), given["value"]]
            elif kind not in ("checkbox", "radio") or "checked" in given:
                self.held[name] = given.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._within = False
        if tag == "textarea" and self._within:
            self.held[self._name] = self._text.removeprefix("\n")

    def handle_data(self, data: str) -> None:
        self._text += data


class Person(Visitor):
    """Somebody who presses the button of a form as it is filled in."""

    def press(self, path: str, **fields: str) -> requests.Response:
        """Open the form there, fill in some more and send it."""
        page = self.open(path)
        assert page.status_code == 200, (path, page.status_code, page.text[-3000:])
        data: Any = {**Fields(page.text).held, **fields}
        answer = self._timed("POST", path, data=data)
        words = re.sub(r"<[^>]*>|\s+", " ", answer.text.partition("<main")[2])
        assert answer.status_code in (200, 302), (path, words[:1800])
        return answer

    def find(self, path: str, link: str) -> str:
        """The address of that kind on the page there."""
        page = self.open(path).text
        found = re.search(link, page)
        assert found, page[-3000:]
        return found[0]

    def agree(self, link: str) -> None:
        """Do what a program asked for, on the page that it links to."""
        place = urlsplit(link)
        assert f"{place.scheme}://{place.netloc}" == self.url
        assert self.press(place.path + f"?{place.query}").status_code == 302

    def secret(self, path: str, **fields: str) -> str:
        """Make a token there, and copy it from the page that shows it once."""
        page = self.press(path, **fields).text
        before, found, after = page.partition('class="pv-secret" readonly value="')
        assert found, before[-3000:]
        return after.partition('"')[0]


class Made:
    """A generated client with one token."""

    def __init__(self, package: str, site: str, token: str) -> None:
        self.package = package
        self.models = importlib.import_module(f"{package}.models")
        self.kind = importlib.import_module(f"{package}.client").AuthenticatedClient
        self.terms = {"base_url": site, "token": token}

    def call(self, name: str, *place: str, **more: Any) -> Any:
        done = importlib.import_module(f"{self.package}.api.{name}")
        with self.kind(**self.terms) as client:
            answer: Any = done.sync(*place, client=client, **more)
        assert not isinstance(answer, self.models.Problem), answer
        return answer

    def act(self, act: str, *place: str, **fields: Any) -> Any:
        """Read what the act takes, and send that as it stood when it was read."""
        kind = f"Staff{act.title().replace('_', '')}JsonBody"
        body = getattr(self.models, kind).from_dict(fields)
        tag = self.form(act, *place).headers["ETag"]
        return self.call(f"acts.staff_{act}", *place, body=body, if_match=tag)

    def form(self, act: str, *place: str) -> Any:
        """The answer that says what the act takes."""
        read = importlib.import_module(f"{self.package}.api.acts.staff_form_{act}")
        with self.kind(**self.terms) as client:
            return read.sync_detailed(*place, client=client)

    def do(self, act: str, *place: str, **fields: Any) -> str:
        """Do an act of people; the id of what it made."""
        return str(self.act(act, *place, **fields).made.id)

    def ask(self, act: str, *place: str, **fields: Any) -> str:
        """Ask for an act that is a person's word; where that person says yes."""
        return str(self.act(act, *place, **fields).asked.link)


@dataclass(frozen=True)
class Served:
    """Where it is reached, and the secrets of Lina's and Viktor's app."""

    web: str
    vendor_api: str
    apps: list[str]


@pytest.fixture
def served(smtp_sink: Sink) -> Iterator[Served]:
    """All processes, in which nobody has done anything yet."""
    with (
        service_folder() as folder,
        migrated_postgres(folder, DURABLE) as url,
        redis(folder) as broker,
    ):
        passwords = {"app": "of-people", "vendor": "of-vendors"}
        whole = Whole(folder, url, smtp_sink.port, passwords, broker=broker)
        apps = whole.run("-c", BEGIN, owner=True).split()[-2:]
        with whole.serve() as web, whole.serve(VENDORS) as vendor_api:
            settings = {"DJANGO_SETTINGS_MODULE": "tests.faults.living.settings"}
            env = {"C_FORCE_ROOT": "1", "TICK": "1", **settings}
            log = folder / "worker.log"
            worker = Process(CELERY, {**os.environ, **whole.env(), **env}, log)
            try:
                yield Served(web.url, vendor_api.url, apps)
            finally:
                worker.kill()
                sys.stdout.write(log.read_text()[-3_000:])


def come_in(site: str, name: str, app: str) -> Person:
    """Sign in by password and second factor."""
    person = Person(site)
    assert person.give_password(name, PASSWORD).status_code == 302
    assert person.give_code(code_of(app)).status_code == 302
    return person


def described(url: str) -> Any:
    answer = requests.get(url, headers=JSON, timeout=60)
    answer.raise_for_status()
    return answer.json()


@pytest.mark.nightly(
    reason="a whole installation is served and two clients are made; each push makes "
    "the vendor's client and uses it against one server",
    short="tests/vendors/api/test_generated_client.py"
    "::test_it_lists_claims_uploads_quotes_and_hands_in",
)
def test_a_purchase_comes_from_its_start_to_comparison(
    served: Served, smtp_sink: Sink, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lina, viktor = (
        come_in(served.web, name, app)
        for name, app in zip(("lina", "viktor"), served.apps, strict=True)
    )
    terms = {"label": "CI", "scope": "write"}
    token = lina.secret("/admin/act/make-token/", **terms)
    ours = described(f"{served.web}/api/v1/staff/schema/")
    theirs = described(f"{served.vendor_api}/api/v1/schema/")
    with (
        made_of(ours, STAFF, tmp_path, monkeypatch),
        made_of(theirs, PACKAGE, tmp_path, monkeypatch),
    ):
        lead = Made(STAFF, served.web, token)
        key = lead.do("start_evaluation", title="Choose a CRM", buyer="Example Foods")
        (row,) = lead.call("evaluations.evaluations_list").results
        assert str(row.id) == key
        slug = row.slug
        unasked = ["must_run_by", "budget", "support_wanted"]
        problem = "Nobody knows who called whom."
        lead.act("edit_brief", key, problem=problem, does_not_matter=unasked)
        metric = lead.do("add_metric", key, name="Calls", target="10 a day")
        category = lead.do("add_category", key, name="Contacts", weight=5)
        asked = {"category": category, "text": "Imports a CSV", "priority": "must"}
        lead.do("add_requirement", key, ref="R1", weight=8, metric=metric, **asked)
        offer = {"name": "Acme CRM", "new_vendor": "Acme"}
        option = lead.do("add_candidate", key, kind="buy", **offer)
        lina.press(f"/admin/act/declare-interests/{key}/", none="1")
        # Leadership has to approve what is asked for.
        form = lead.form("add_stakeholder", key).parsed.to_dict()
        (boss,) = form["fields"]["properties"]["user"]["enum"]
        part = {"user": boss, "role": "leadership"}
        lina.agree(lead.ask("add_stakeholder", key, **part))
        nobody = {f"requirements_{role}": 0 for role in ("devops", "it", "pm")}
        lina.agree(lead.ask("sign_off_rules", key, **nobody))
        page = viktor.find("/admin/", r"/admin/act/sign/[^/?\"]+/")
        viktor.press(page, verdict="approve", **{f"weight_{category}": "5"})
        lina.agree(lead.ask("advance", key))
        (company,) = lead.call("vendors.vendors_list").results
        lina.agree(lead.ask("add_contact", str(company.id), name="Ada", email=ADA))
        states = {str(each.state) for each in lead.call("asked.asked_list").results}
        assert states == {"done"}
        about = {"purpose": "One list.", "people": ["Lina, +1 555 0100"]}
        lead.act("invite", option, **about)
        end = datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=14)
        lead.act("open_claims", key, close_at=end.date().isoformat())
        page = f"/admin/vendors/{company.id}/token/"
        secret = lina.secret(page, label="Acme’s CRM")
        vendor = Made(PACKAGE, served.vendor_api, secret)
        (invitation,) = vendor.call("invitations.invitations_list").results
        home = str(invitation.id)
        words = vendor.models.QuestionInput(text="Which columns?", requirement="R1")
        vendor.call("invitations.questions_ask", home, body=words)
        place = "evaluations.evaluations"
        (question,) = lead.call(f"{place}_questions_list", slug).results
        lead.act("answer_question", str(question.id), answer="Name and telephone.")
        body = {"requirement": "R1", "availability": "now", "statement": "It does."}
        claim = vendor.models.ClaimInput.from_dict(body)
        assert vendor.call("invitations.claims_submit", home, body=claim).revision == 1
        assert vendor.call("invitations.submission_hand_in", home).claims == 1
        lina.agree(lead.ask("close_claims", key))
        (said,) = lead.call(f"{place}_claims_list", slug).results
        assert said.said_by_vendor.statement == "It does."
        compared = lead.call(f"{place}_comparison_read", slug)
        assert [each.name for each in compared.options] == ["Acme CRM"]
        happened = lead.call(f"{place}_events_read", slug).results
        by = {f"{event.type_} by {event.by}" for event in happened}
        assert by >= {
            "evaluation.started by token",
            "sign_off.given by person",
            "stage.advanced by person",
            "candidate.invited by token",
            "question.asked by vendor",
            "claim.submitted by vendor",
            "answer.handed_in by vendor",
            "claims.closed by person",
        }
        told: list[Any] = []

        def is_told_of_two() -> bool:
            told[:] = vendor.call("invitations.events_list", home).results
            return len(told) >= 2

        until(is_told_of_two, EVENTS_AFTER, what=lambda: f"two events, not {told}")
        assert [str(event.type_) for event in told] == [
            "question.answered",
            "claims.closed",
        ]
        assert smtp_sink.to(ADA), "no invitation came"
