"""A vendor's own trial by REST, and its replies to gaps."""

import datetime
import uuid
from typing import Any

import pytest
from django.core.cache import cache, caches
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver

from evaltracker.evaluations.models import Entry, Evaluation
from tests.clients import heard
from tests.factories import trials, vendors
from tests.vendors.api.conftest import Party
from tests.vendors.api.test_isolation import METHODS
from trials.models import Gap, Trial
from trials.services.milestones import add_milestone
from trials.services.trials import close_gap, record_gap

MARK = "GLOBEX-SECRET"
REPLY = {
    "reply": "Fixed in 9.1.",
    "promised_for": "2040-04-15",
    "workaround": "Restart it.",
}


@pytest.fixture
def where(db: None) -> Evaluation:
    """An evaluation whose claims are open, until it enters its trials."""
    cache.clear()
    caches["process"].clear()
    return trials.platform()


def party(where: Evaluation, name: str) -> Party:
    """An invited vendor that has claimed R1."""
    option = trials.claimed(where, name=name)
    assert option.vendor is not None
    return Party(option, vendors.token(option.vendor))


def tried(of: Party, text: str = "Runners stop after 50 jobs.") -> tuple[Trial, Gap]:
    """A trial under way, with a milestone and a gap."""
    under_way = trials.trial(of.candidate)
    owner = of.candidate.evaluation.owner
    add_milestone(
        evaluation=of.candidate.evaluation,
        trial=under_way,
        title="Half time",
        owner_user=under_way.lead,
        due_on=under_way.ends_on,
        due_time=datetime.time(12),
        zone="Europe/Berlin",
        by=owner,
    )
    return under_way, record_gap(
        trial=under_way, severity="challenge", text=text, by=under_way.lead
    )


@pytest.fixture
def acme(where: Evaluation) -> Party:
    return party(where, "Acme ML")


@pytest.fixture
def globex(where: Evaluation) -> Party:
    return party(where, "Globex ML")


@pytest.fixture
def running(where: Evaluation, acme: Party, globex: Party) -> Gap:
    """Both are on trial; the gap is Acme's."""
    vendors.enter(where, "trials")
    gap = tried(acme)[1]
    tried(globex, MARK)
    return gap


def reply(of: Party, gap: object, **more: Any) -> Any:
    return of.call("POST", f"{of.home}gaps/{gap}/reply/", {**REPLY, **more})


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_a_bad_reply_is_400_and_named[#/reply-fields1]",
)
def test_an_agreed_trial_is_read_with_what_was_agreed_and_found(
    acme: Party, running: Gap
) -> None:
    told = acme.call("GET", f"{acme.home}trial/").json()
    assert told["title"] == "Forecast"
    assert told["criteria"] == [
        {
            "requirement": "R1",
            "text": "R1 works under load",
            "threshold": "100 runs a day",
            "method": "",
        }
    ]
    assert [milestone["title"] for milestone in told["milestones"]] == ["Half time"]
    assert told["gaps"][0]["id"] == str(running.pk)
    assert told["gaps"][0]["severity"] == "challenge"
    words = str(told)
    assert MARK not in words
    for person in ("Elif", "engineering", "lina"):
        assert person not in words.replace(told["workload"], "")


def test_before_the_agreement_there_is_no_trial(
    acme: Party, globex: Party, where: Evaluation
) -> None:
    assert acme.call("GET", f"{acme.home}trial/").status_code == 404
    vendors.enter(where, "trials")
    trials.trial(acme.candidate, agreed=False)
    answer = acme.call("GET", f"{acme.home}trial/")
    assert answer.status_code == 404
    assert heard(answer) == heard(globex.call("GET", f"{globex.home}trial/"))


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/trials/services/test_gaps.py"
    "::test_a_gap_is_noted_on_its_day_of_the_trial",
)
def test_a_reply_is_kept_with_its_day_and_workaround(acme: Party, running: Gap) -> None:
    told = reply(acme, running.pk)
    assert told.status_code == 200
    assert {name: told.json()[name] for name in REPLY} == REPLY
    entries = Entry.objects.count()
    assert reply(acme, running.pk).json() == told.json()
    assert Entry.objects.count() == entries
    later = reply(acme, running.pk, reply="In 9.2.", workaround="").json()
    assert (later["reply"], later["workaround"]) == ("In 9.2.", "Restart it.")
    assert Entry.objects.latest("number").action == "gap.replied"
    assert acme.call("GET", f"{acme.home}trial/").json()["gaps"] == [later]


@pytest.mark.parametrize(
    ("pointer", "fields"),
    [
        ("#/reply", {"reply": " "}),
        ("#/reply", {"reply": 5}),
        ("#/reply", {"reply": "a\x00b"}),
        ("#/promised_for", {"promised_for": "2020-01-01"}),
        ("#/promised_for", {"promised_for": "2026-02-30"}),
        ("#/promised_for", {"promised_for": "soon"}),
        ("#/workaround", {"workaround": None}),
        ("#/workaround", {"workaround": "a" + "\u0301" * 9}),
        ("#/severity", {"severity": "minor"}),
        ("#/closed_at", {"closed_at": "2026-01-01"}),
        ("#/closing_note", {"closing_note": "x"}),
    ],
)
@pytest.mark.nightly(
    reason="the same with other values; each push runs one of them",
    short="[#/reply-fields1]",
)
def test_a_bad_reply_is_400_and_named(
    acme: Party, running: Gap, pointer: str, fields: dict[str, Any]
) -> None:
    answer = reply(acme, running.pk, **fields)
    assert answer.status_code == 400
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
    running.refresh_from_db()
    assert (running.reply, running.severity) == ("", "challenge")


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/trials/services/test_gaps.py"
    "::test_a_gap_is_noted_on_its_day_of_the_trial",
)
def test_a_closed_gap_takes_no_reply(acme: Party, running: Gap) -> None:
    close_gap(gap=running, note="Mended.", by=running.trial.lead)
    answer = reply(acme, running.pk)
    assert (answer.status_code, answer.json()["code"]) == (409, "refused")
    told = acme.call("GET", f"{acme.home}trial/").json()["gaps"][0]
    assert told["closed_at"]
    assert "Mended" not in str(told)


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/trials/services/test_gaps.py"
    "::test_a_gap_is_noted_on_its_day_of_the_trial",
)
def test_a_key_replies_once(acme: Party, running: Gap) -> None:
    address = f"{acme.home}gaps/{running.pk}/reply/"
    sent = [acme.call("POST", address, REPLY, idempotency_key="r") for _ in range(2)]
    assert sent[0].content == sent[1].content
    assert sent[1]["Idempotent-Replayed"] == "true"
    other = {**REPLY, "reply": "No."}
    answer = acme.call("POST", address, other, idempotency_key="r")
    assert answer.status_code == 422


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.nightly(
    reason="the same with other values; each push runs one of them", short="[DELETE]"
)
def test_a_rivals_trial_and_gaps_are_byte_equal_to_absent_ones(
    acme: Party, globex: Party, running: Gap, method: str
) -> None:
    theirs = globex.call("GET", f"{globex.home}trial/").json()["gaps"][0]["id"]
    absent = f"/api/v1/invitations/{uuid.uuid4()}/"
    for foreign, missing in (
        (f"{globex.home}trial/", f"{absent}trial/"),
        (f"{globex.home}trial/runs/", f"{absent}trial/runs/"),
        (f"{globex.home}gaps/{theirs}/reply/", f"{absent}gaps/{theirs}/reply/"),
        (
            f"{acme.home}gaps/{theirs}/reply/",
            f"{acme.home}gaps/{uuid.uuid4()}/reply/",
        ),
        (f"{acme.home}gaps/{theirs}/reply/", f"{acme.home}gaps/9/reply/"),
    ):
        body = None if method in ("GET", "HEAD") else REPLY
        answers = [acme.call(method, name, body) for name in (foreign, missing)]
        assert heard(answers[0]) == heard(answers[1])
        assert answers[0].status_code in (404, 405)
        assert MARK.encode() not in answers[0].content
    told = globex.call("GET", f"{globex.home}trial/").json()["gaps"][0]
    assert told["reply"] == ""


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/trials/services/test_gaps.py"
    "::test_a_gap_is_noted_on_its_day_of_the_trial",
)
def test_a_trial_takes_the_same_number_of_queries_whatever_it_holds(
    acme: Party, running: Gap
) -> None:
    # The first call of all also notes that the invitation was seen.
    acme.call("GET", f"{acme.home}trial/")
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as caught:
            acme.call("GET", f"{acme.home}trial/")
        counts.append(len(caught))
        for number in range(5):
            record_gap(
                trial=running.trial,
                severity="minor",
                text=f"Gap {number}",
                requirement=acme.candidate.evaluation.requirements.first(),
                by=running.trial.lead,
            )
    # One more where the first gaps concern a requirement, whatever their number.
    assert abs(counts[0] - counts[1]) <= 1
    assert max(counts) <= 12


def test_every_route_is_walked_above() -> None:
    """A new route needs its line above, or it is not known to be tight."""
    found = {
        str(pattern.pattern).removeprefix("invitations/<str:invitation>/")
        for pattern in get_resolver("trials.api").url_patterns
    }
    assert found == {"trial/", "trial/runs/", "gaps/<str:gap>/reply/"}
