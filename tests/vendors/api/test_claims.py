"""A vendor's way through the API, call by call."""

import pytest

from evaltracker.evaluations.models import Entry, Evaluation
from tests.factories import vendors
from tests.vendors.api.conftest import Party
from vendors.models import Claim
from vendors.services.claims import note_claim

pytestmark = pytest.mark.smoke


def test_an_invitation_tells_what_is_asked_and_how_long(acme: Party) -> None:
    listed = acme.call("GET", "/api/v1/invitations/").json()
    assert (listed["next"], listed["previous"]) == (None, None)
    own = acme.call("GET", acme.home).json()
    progress = own.pop("progress")
    assert listed["results"] == [own]
    assert (progress["answered"], progress["of"], progress["musts_left"]) == (0, 2, 2)
    assert own["evaluation"] == "Choose an ML platform"
    assert own["buyer"] == "Example Foods"
    assert own["claims_open"] is True
    assert (own["requirements"], own["claims"]) == (2, 0)


def test_requirements_show_words_and_help_but_no_weight(acme: Party) -> None:
    answer = acme.call("GET", f"{acme.home}requirements/")
    first = answer.json()["results"][0]
    assert first == {
        "ref": "R1",
        "category": "Training",
        "text": "What R1 asks for",
        "priority": "must",
        "help": "Name it",
        "revision": 1,
        "measure": None,
        "lists": {"Runs on": ["AWS", "on premises"]},
    }
    assert b"SCORER-MARK" not in answer.content


def test_a_claim_is_201_then_200_then_201_with_other_words(acme: Party) -> None:
    first, again = acme.claim(), acme.claim()
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    assert set(first.json()) == {
        "requirement",
        "availability",
        "available_from",
        "environments",
        "holds_for",
        "number",
        "statement",
        "evidence_url",
        "revision",
        "submitted_at",
    }
    other = acme.claim(
        availability="planned", available_from="2040-02-29", environments=["aws"]
    )
    assert (other.status_code, other.json()["revision"]) == (201, 2)
    assert Claim.objects.count() == 2


def test_the_claim_is_journaled_under_the_vendors_name(acme: Party) -> None:
    acme.claim()
    entry = Entry.objects.latest("number")
    assert entry.action == "claim.submitted"
    assert entry.actor_name.startswith("Acme (token evt_")
    assert acme.token not in entry.actor_name


def test_current_claims_and_all_revisions_are_read_back(acme: Party) -> None:
    acme.claim()
    acme.claim(availability="beta")
    current = acme.call("GET", f"{acme.home}claims/").json()["results"]
    history = acme.call("GET", f"{acme.home}claims/?history=1").json()["results"]
    assert [claim["availability"] for claim in current] == ["beta"]
    assert [claim["revision"] for claim in history] == [1, 2]
    assert acme.call("GET", acme.home).json()["claims"] == 1


def test_a_withdrawn_claim_is_a_revision(acme: Party) -> None:
    acme.claim()
    gone = acme.call("DELETE", f"{acme.home}claims/R1/")
    assert (gone.status_code, gone.json()["availability"]) == (200, "withdrawn")
    assert acme.call("GET", f"{acme.home}claims/").json()["results"] == []
    assert acme.call("GET", acme.home).json()["claims"] == 0
    assert acme.call("DELETE", f"{acme.home}claims/R1/").status_code == 404
    assert acme.call("DELETE", f"{acme.home}claims/R9/").status_code == 404


def test_the_buyers_notes_are_not_shown_to_the_vendor(
    acme: Party, where: Evaluation
) -> None:
    note_claim(
        candidate=acme.candidate,
        requirement=where.requirements.get(ref="R1"),
        statement="NOTE-MARK",
        by=where.owner,
    )
    for query in ("", "?history=1"):
        answer = acme.call("GET", f"{acme.home}claims/{query}")
        assert answer.json()["results"] == []
    assert acme.call("DELETE", f"{acme.home}claims/R1/").status_code == 404
    assert acme.call("GET", acme.home).json()["claims"] == 0


@pytest.mark.parametrize("seconds", [0.001, 3600])
def test_after_the_deadline_a_claim_is_409_with_both_times(
    acme: Party, where: Evaluation, seconds: float
) -> None:
    vendors.close_by_deadline(where, seconds=seconds)
    answer = acme.claim()
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (409, "claims_closed")
    assert answer["Content-Type"] == "application/problem+json"
    assert "Claims closed at" in problem["detail"]
    assert "it is now" in problem["detail"]
    assert not Claim.objects.exists()
    assert acme.call("GET", acme.home).json()["claims_open"] is False


def test_pages_follow_each_other_both_ways_and_miss_nothing(
    acme: Party, where: Evaluation
) -> None:
    first = acme.call("GET", f"{acme.home}requirements/?limit=1").json()
    assert first["previous"] is None
    second = acme.call("GET", first["next"]).json()
    assert [row["ref"] for row in second["results"]] == ["R2"]
    assert second["next"] is None
    back = acme.call("GET", second["previous"]).json()
    assert back["results"] == first["results"]
    assert back["previous"] is None
