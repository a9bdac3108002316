"""What “yes” costs in days, and whose: stated beside an answer, by program."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from evaltracker.errors import Forbidden, Invalid
from evaltracker.evaluations.models import Entry, Evaluation
from tests.factories import common, vendors
from tests.vendors.api.conftest import Party, refused
from vendors.answers import is_receipt_of
from vendors.models import Candidate, Claim, Effort
from vendors.selectors.claims import current_efforts, own_claims
from vendors.services.claims import change_answer, note_claim

pytestmark = pytest.mark.django_db
FILE = Path(__file__).parents[2] / "data/cases/effort_cases.json"
REFUSED = [
    case
    for case in json.loads(FILE.read_text())["cases"]
    if "refused" in case["expected"] and case.get("sold", True)
]
SAID: dict[str, Any] = {"how": "customise", "by": "buyer"}
SAID |= {"days": {"low": "5", "likely": "10", "high": "20"}}
SENT = SAID | {"days": {"low": "5", "likely": "10.0", "high": 20}}


@pytest.fixture(autouse=True)
def _asked(acme: Party) -> None:
    Evaluation.objects.update(asks_effort=True)
    acme.candidate.evaluation.refresh_from_db()


def claims_of(party: Party) -> Any:
    return party.call("GET", f"{party.home}claims/").json()["results"]


def current(candidate: Candidate) -> list[Effort]:
    return list(current_efforts([candidate]).values())


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/vendors/api/test_holds_for.py"
    "::test_what_was_said_is_kept_with_what_it_means[said0-means0]",
)
def test_it_is_stated_again_left_out_and_taken_back_and_no_word_moves(
    acme: Party,
) -> None:
    assert acme.call("GET", acme.home).json()["asks_effort"] is True
    assert acme.claim().json()["effort"] is None
    stated = acme.claim(effort=SENT)
    assert stated.status_code == 201, stated.content
    assert stated.json()["effort"] == SAID | {"revision": 1}
    assert stated.json()["revision"] == 1
    assert acme.claim(effort=SENT).status_code == 200
    left_out = acme.claim()
    assert (left_out.status_code, left_out.json()["effort"]["revision"]) == (200, 1)
    out = {"how": "out_of_box"}
    assert acme.claim(effort=out).json()["effort"] == {
        **out,
        "days": None,
        "by": None,
        "revision": 2,
    }
    assert [claim["effort"]["how"] for claim in claims_of(acme)] == ["out_of_box"]
    back = acme.claim(effort=None)
    assert (back.status_code, back.json()["effort"]) == (201, None)
    assert acme.claim(effort=None).status_code == 200
    assert current(acme.candidate) == []
    assert Claim.objects.count() == 1
    rows = Effort.objects.order_by("revision")
    assert [(row.how, row.superseded_at is None) for row in rows] == [
        ("customise", False),
        ("out_of_box", False),
        ("", True),
    ]
    told = Entry.objects.filter(action="effort.stated").order_by("number")
    assert [entry.after["effort"]["how"] for entry in told] == [
        "customise",
        "out_of_box",
        "",
    ]


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: str(case["name"]))
def test_what_cannot_be_is_refused_alone_and_in_a_batch(
    acme: Party, case: dict[str, Any]
) -> None:
    sentence = case["expected"]["refused"]
    claim = {"requirement": "R1", "statement": "Yes.", "effort": case["read"]}
    claim["availability"] = case.get("availability", "now")
    if claim["availability"] == "withdrawn":
        return
    (error,) = refused(acme.claim(**claim), 400)["errors"]
    assert error == {"pointer": "#/effort", "detail": sentence}
    body = {"claims": [claim]}
    many = refused(acme.call("POST", f"{acme.home}claims/batch/", body), 400)
    assert many["errors"] == [{"pointer": "#/claims/0/effort", "detail": sentence}]
    assert not Effort.objects.exists()


@pytest.mark.parametrize(
    "wrong",
    [
        *([], "3 days", 3, True, {}, {"how": "magic"}, {"how": ["build"]}),
        {"how": "build", "days": []},
        {"how": "build", "days": {}},
        {"how": "build", "days": {"likely": None}},
        {"how": "build", "days": {"likely": "1e1"}},
        {"how": "build", "days": {"likely": "１"}},
        {"how": "build", "days": {"likely": "1", "most": "2"}},
        {"how": "build", "days": {"likely": True}},
        {"how": "build", "days": {"likely": 2001}},
        {"how": "build", "by": ""},
        {"how": "build", "by": "us"},
    ],
)
@pytest.mark.nightly(
    reason="the same with other values; each push runs one of them", short="[3 days]"
)
def test_what_is_no_effort_is_refused(acme: Party, wrong: Any) -> None:
    (error,) = refused(acme.claim(effort=wrong), 400)["errors"]
    assert error["pointer"] == "#/effort"


def test_a_field_that_is_unknown_is_named(acme: Party) -> None:
    more = refused(acme.claim(effort={"how": "build", "hours": 3}), 400)
    assert [error["pointer"] for error in more["errors"]] == ["#/effort/hours"]


def test_where_it_is_not_asked_it_is_refused_and_not_shown(acme: Party) -> None:
    Evaluation.objects.update(asks_effort=False)
    (error,) = refused(acme.claim(effort=SENT), 400)["errors"]
    assert error["detail"] == "This invitation asks for no effort."
    assert acme.call("GET", acme.home).json()["asks_effort"] is False
    Evaluation.objects.update(asks_effort=True)
    acme.claim(effort=SENT)
    Evaluation.objects.update(asks_effort=False)
    assert "effort" not in acme.claim().json()
    assert ["effort" in claim for claim in claims_of(acme)] == [False]
    assert current(acme.candidate) == []


def test_what_is_not_offered_any_more_ends_it(acme: Party) -> None:
    acme.claim(effort=SENT)
    never = acme.claim(availability="never", statement="No.")
    assert never.json()["effort"] is None
    assert acme.claim(effort=SENT).json()["effort"]["revision"] == 3
    gone = acme.call("DELETE", f"{acme.home}claims/R1/")
    assert gone.json()["effort"] is None
    assert current(acme.candidate) == []


def test_a_vendors_own_answer_ends_what_the_buyer_noted_and_tells_nothing_of_it(
    acme: Party,
) -> None:
    requirement = acme.candidate.evaluation.requirements.get(ref="R1")
    of = {"candidate": acme.candidate, "requirement": requirement, "by_vendor": False}
    when = {"submitted_at": requirement.evaluation.created_at}
    words = {"availability": "now", "statement": "Read.", "requirement_revision": 1}
    Claim.objects.create(**of, **when, **words)
    Effort.objects.create(**of, **when, revision=1, how="configure")
    assert [row.how for row in current(acme.candidate)] == ["configure"]
    assert claims_of(acme) == []
    assert acme.claim().json()["effort"] is None
    assert current(acme.candidate) == []
    assert acme.claim(effort=SENT).json()["effort"]["revision"] == 1


def test_the_history_shows_with_each_revision_what_it_took_last(acme: Party) -> None:
    acme.claim(effort=SENT)
    acme.claim(effort={"how": "build"})
    acme.claim(statement="Other words.", effort={"how": "out_of_box"})
    acme.call("DELETE", f"{acme.home}claims/R1/")
    rows = acme.call("GET", f"{acme.home}claims/?history=1").json()["results"]
    hows = [row["effort"] and row["effort"]["how"] for row in rows]
    assert hows == ["build", "out_of_box", None]


def test_a_batch_takes_words_and_efforts_as_one_entry(acme: Party) -> None:
    acme.claim(requirement="R1")
    more = {"availability": "now", "statement": "Yes.", "effort": SENT}
    body = {"claims": [{"requirement": ref, **more} for ref in ("R1", "R2")]}
    address = f"{acme.home}claims/batch/"
    assert acme.call("POST", address, body).json() == {"created": 2, "unchanged": 0}
    assert acme.call("POST", address, body).json() == {"created": 0, "unchanged": 2}
    assert Claim.objects.count() == Effort.objects.count() == 2
    entry = Entry.objects.get(action="claims.submitted")
    assert [*entry.after["claims"]] == ["R2"]
    assert entry.after["efforts"] == {"R1": SAID, "R2": SAID}


def test_a_receipt_holds_efforts_and_without_any_it_is_as_before(acme: Party) -> None:
    acme.claim()
    address = f"{acme.home}submission/"
    former = acme.call("POST", address).json()["sha256"]
    form: dict[str, Any] = {"form": 3, "claims": claims_of(acme)}
    for claim in form["claims"]:
        del claim["effort"], claim["submitted_at"]
    assert digest(form) == former
    acme.claim(effort=SENT)
    assert acme.call("GET", address).json()["up_to_date"] is False
    receipt = acme.call("POST", address).json()
    efforts = [{"requirement": "R1", "revision": 1, **SAID}]
    assert receipt["sha256"] == digest(form | {"form": 4, "efforts": efforts})
    acme.claim(effort=None)
    assert not is_receipt_of(receipt["sha256"], own_claims(acme.candidate))
    assert is_receipt_of(former, own_claims(acme.candidate))


def digest(form: dict[str, Any]) -> str:
    text = json.dumps(form, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def test_the_buyer_notes_what_its_own_answers_take(acme: Party) -> None:
    where = acme.candidate.evaluation
    build = vendors.candidate(where, "Our own", kind="build")
    terms: dict[str, Any] = {"candidate": build, "by": where.owner}
    terms["requirement"] = where.requirements.get(ref="R1")
    note_claim(**terms, availability="now", statement="We would.", effort=SENT)
    assert [row.said for row in current(build)] == [SAID]
    assert change_answer(**terms, effort=SENT).created is False
    change_answer(**terms, effort={"how": "build", "by": "third_party"})
    assert [(row.how, row.revision) for row in current(build)] == [("build", 2)]
    with pytest.raises(Invalid, match="Nobody sells this"):
        change_answer(**terms, effort={"how": "build", "by": "vendor"})
    with pytest.raises(Forbidden):
        change_answer(**terms | {"by": common.noor()}, effort=None)
    assert Claim.objects.filter(candidate=build).count() == 1
