"""Answers that hold for some values of the brief's lists and not for others."""

import hashlib
import json
from typing import Any

import pytest

from evaltracker.errors import Refused
from evaltracker.evaluations.models import Evaluation
from evaltracker.requirements.services.scopes import (
    change_list,
    remove_list,
    retire_value,
)
from tests.factories import vendors
from tests.vendors.api.conftest import Party
from vendors.answers import is_receipt_of
from vendors.models import Claim
from vendors.selectors.claims import own_claims, waiting_for
from vendors.services.claims import note_claim

pytestmark = pytest.mark.django_db
BOTH = {"Runs on": ["AWS", "on premises"]}
NOW = ["now", None]


def refs(found: Any) -> list[str]:
    return [requirement.ref for requirement in found]


@pytest.mark.parametrize(
    ("said", "means"),
    [
        (BOTH, {"Runs on": {"AWS": NOW, "on premises": NOW}}),
        ("everywhere", {"Runs on": {"AWS": NOW, "on premises": NOW}}),
        ({"Runs on": ["AWS"]}, {"Runs on": {"AWS": NOW}}),
        (
            [{"values": {"Runs on": ["AWS"]}, "availability": "never"}],
            {"Runs on": {"AWS": ["never", None]}},
        ),
    ],
)
def test_what_was_said_is_kept_with_what_it_means(
    acme: Party, said: Any, means: Any
) -> None:
    answer = acme.claim(holds_for=said)
    assert answer.status_code == 201, answer.content
    held: Any = Claim.objects.get().holds_for
    assert held["means"] == means
    (read,) = acme.call("GET", f"{acme.home}claims/").json()["results"]
    assert read["holds_for"] == held["said"]
    assert acme.claim(holds_for=said).status_code == 200


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"Runs on": ["AWS", "Google Cloud"]}, "“Google Cloud” is not a value"),
        ({"Runs on": ["everywhere", "AWS"]}, "says everywhere beside “AWS”"),
        ({"Regions": ["EU"]}, "has no list “Regions”"),
        (
            [
                {"values": BOTH, "availability": "now"},
                {"values": {"Runs on": ["AWS"]}, "availability": "never"},
            ],
            "is answered twice",
        ),
        ([{"values": BOTH, "availability": "planned"}], "needs the date"),
        ("here", "holds_for is “everywhere”"),
        (7, "holds_for is “everywhere”"),
    ],
)
@pytest.mark.nightly(
    reason="the same with other values; each push runs one of them",
    short="[said4-needs the date]",
)
def test_what_the_brief_does_not_name_is_refused_alone_and_in_a_batch(
    acme: Party, said: Any, words: str
) -> None:
    alone = acme.claim(holds_for=said)
    assert alone.status_code == 400
    (error,) = alone.json()["errors"]
    assert error["pointer"] == "#/holds_for"
    assert words in error["detail"]
    claim = {
        "requirement": "R1",
        "availability": "now",
        "statement": "Yes.",
        "holds_for": said,
    }
    batch = acme.call("POST", f"{acme.home}claims/batch/", {"claims": [claim]})
    assert batch.json()["errors"][0]["pointer"] == "#/claims/0/holds_for"
    assert not Claim.objects.exists()


def test_a_value_that_is_added_is_asked_and_the_answer_stands(
    acme: Party, where: Evaluation
) -> None:
    acme.claim(holds_for="everywhere")
    (waiting,) = waiting_for(where, [acme.candidate])
    assert (refs(waiting.unanswered), refs(waiting.partly)) == (["R2"], [])
    places = where.scopes.get()
    values = ["AWS", "on premises", "Azure"]
    change_list(scope=places, name="Runs on", values=values, by=where.owner)
    (waiting,) = waiting_for(where, [acme.candidate])
    assert (refs(waiting.partly), waiting.to_confirm) == (["R1"], ())
    assert acme.claim(holds_for="everywhere").status_code == 201
    (waiting,) = waiting_for(where, [acme.candidate])
    assert not waiting.partly


def test_a_vendor_is_asked_whatever_the_buyer_noted(
    acme: Party, where: Evaluation
) -> None:
    note_claim(
        candidate=acme.candidate,
        requirement=where.requirements.get(ref="R1"),
        statement="They say so.",
        holds_for="everywhere",
        by=where.owner,
    )
    (waiting,) = waiting_for(where, [acme.candidate])
    assert "R1" in refs(waiting.unanswered)
    (asked, _) = acme.call("GET", f"{acme.home}requirements/").json()["results"]
    assert asked["lists"] == BOTH


def test_a_value_that_claims_speak_of_is_retired_and_not_removed(
    acme: Party, where: Evaluation
) -> None:
    acme.claim(holds_for={"Runs on": ["AWS"]})
    places = where.scopes.get()
    with pytest.raises(Refused, match="“AWS” of “Runs on” is spoken of already, by R1"):
        change_list(
            scope=places, name="Runs on", values=["on premises"], by=where.owner
        )
    with pytest.raises(Refused, match="Retire it instead"):
        remove_list(scope=places, by=where.owner)
    retire_value(value=places.values.get(name="AWS"), by=where.owner)
    (asked, _) = acme.call("GET", f"{acme.home}requirements/").json()["results"]
    assert asked["lists"] == {"Runs on": ["on premises"]}
    assert acme.claim(holds_for={"Runs on": ["AWS"]}).status_code == 400


def test_stay_as_is_holds_for_the_values_of_that_day(where: Evaluation) -> None:
    as_is = vendors.candidate(where, "Stay as is", kind="as_is")
    noted = note_claim(
        candidate=as_is,
        requirement=where.requirements.get(ref="R1"),
        statement="It does.",
        availability="now",
        by=where.owner,
    )
    held = noted.claim.holds_for
    assert held == {
        "said": None,
        "means": {"Runs on": {"AWS": NOW, "on premises": NOW}},
    }


def test_a_receipt_of_the_first_form_still_counts(acme: Party) -> None:
    acme.claim(environments=["aws"])
    claim = own_claims(acme.candidate).get()
    (said,) = acme.call("GET", f"{acme.home}claims/").json()["results"]
    for later in ("holds_for", "number", "submitted_at"):
        del said[later]
    text = json.dumps([said], sort_keys=True, separators=(",", ":"))
    assert is_receipt_of(hashlib.sha256(text.encode()).hexdigest(), [claim])
