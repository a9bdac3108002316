"""A vendor claims a number for a measure, by program, by sheet and in its pages."""

import hashlib
import json
from typing import Any

import pytest

from tests.factories import vendors
from tests.measures.cases import WORDS, kept, measured
from tests.vendors.api.conftest import Party, refused
from tests.vendors.api.test_answer_sheet import fetch, fill, send
from vendors.answers import is_receipt_of
from vendors.models import Claim
from vendors.selectors.claims import own_claims
from vendors.services.claims import note_claim

pytestmark = pytest.mark.django_db
TWELVE = {"value": "12", "unit": "ms"}


@pytest.fixture(autouse=True)
def _measured(acme: Party) -> None:
    """The first requirement asks for a latency."""
    measured(acme.candidate.evaluation.requirements.get(ref="R1"))


def test_what_is_asked_tells_the_measure_and_an_answer_claims_a_number(
    acme: Party,
) -> None:
    asked = acme.call("GET", f"{acme.home}requirements/").json()["results"]
    assert [row["measure"] for row in asked] == [{**kept(), "words": WORDS}, None]
    answer = acme.claim(number={"value": 12.0, "unit": "ms"})
    assert answer.status_code == 201, answer.content
    assert answer.json()["number"] == TWELVE
    (read,) = acme.call("GET", f"{acme.home}claims/").json()["results"]
    assert read["number"] == TWELVE
    assert acme.claim(number=TWELVE).status_code == 200
    assert acme.claim(number={"value": "0.011", "unit": "s"}).json()["revision"] == 2
    assert acme.claim().json()["number"] is None


@pytest.mark.parametrize(
    ("ref", "said", "sentence"),
    [
        ("R2", TWELVE, "This requirement asks for no number"),
        ("R1", {}, "Say the number"),
        (
            "R1",
            {"value": "12", "unit": "requests"},
            "“requests” cannot be compared with “ms”",
        ),
        ("R1", {"value": "NaN", "unit": "ms"}, "not a number"),
        ("R1", {"value": "1e999", "unit": "ms"}, "not a number"),
        ("R1", {"value": "12"}, "Name the unit"),
        ("R1", "12 ms", 'Write it as {"value": "12", "unit": "ms"}.'),
        ("R1", [], "Write it as"),
    ],
)
@pytest.mark.nightly(
    reason="the same with other values; each push runs one of them",
    short='[R1-12 ms-Write it as {"value": "12", "unit": "ms"}.]',
)
def test_what_is_no_number_for_it_is_refused_alone_and_in_a_batch(
    acme: Party, ref: str, said: Any, sentence: str
) -> None:
    alone = refused(acme.claim(requirement=ref, number=said), 400)
    (error,) = alone["errors"]
    assert error["pointer"] == "#/number"
    assert sentence in error["detail"]
    claim = {"requirement": ref, "availability": "now", "statement": "Yes."}
    body = {"claims": [{**claim, "number": said}]}
    many = refused(acme.call("POST", f"{acme.home}claims/batch/", body), 400)
    (error,) = many["errors"]
    assert error["pointer"] == "#/claims/0/number"
    assert sentence in error["detail"]


def test_a_receipt_holds_the_number_and_one_of_the_form_before_still_counts(
    acme: Party,
) -> None:
    acme.claim(number=TWELVE)
    (claim,) = rows = list(own_claims(acme.candidate))
    first = acme.call("POST", f"{acme.home}submission/").json()["sha256"]
    assert is_receipt_of(first, rows)
    former: dict[str, Any] = {
        "requirement": "R1",
        "availability": "now",
        "available_from": None,
        "environments": [],
        "statement": "Yes.",
        "evidence_url": "",
        "revision": 1,
        "holds_for": None,
    }
    form = {"form": 2, "claims": [former]}
    text = json.dumps(form, sort_keys=True, separators=(",", ":"))
    assert is_receipt_of(hashlib.sha256(text.encode()).hexdigest(), rows)
    claim.number = {"value": "11", "unit": "ms"}
    assert not is_receipt_of(first, [claim])


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/vendors/test_sheets_to_fill_in.py"
    "::test_every_answer_reads_back_to_itself_or_its_cell_is_named[as i"
    "t is.xlsx]",
)
def test_a_sheet_has_columns_for_it_and_takes_them_back(acme: Party) -> None:
    book = fetch(acme)
    heads = [cell.value for cell in book["Answers"][1]]
    assert heads[-3:] == ["Measure", "Claimed number", "Unit"]
    assert book["Answers"]["M2"].value == WORDS
    wrong = send(acme, fill(fetch(acme), F2="now", I2="Yes.", N2="12", O2="MB"))
    (error,) = refused(wrong, 400)["errors"]
    assert error["pointer"] == "#/Answers/N2"
    assert "cannot be compared" in error["detail"]
    told = send(acme, fill(book, F2="now", I2="Yes.", N2="12", O2="ms"))
    assert told.json()["changes"][0]["after"]["number"] == TWELVE
    assert Claim.objects.get().number == TWELVE
    assert send(acme, fetch(acme)).json()["unchanged"] == 1


def test_the_buyer_may_note_one_of_a_candidate_that_nobody_answers_for(
    acme: Party,
) -> None:
    where = acme.candidate.evaluation
    option = vendors.candidate(where, "As it is", kind="as_is", vendor=None)
    claim = note_claim(
        candidate=option,
        requirement=where.requirements.get(ref="R1"),
        statement="Measured today.",
        availability="now",
        number={"value": "31", "unit": "ms"},
        by=where.owner,
    ).claim
    assert claim.number_words == "31 ms"
