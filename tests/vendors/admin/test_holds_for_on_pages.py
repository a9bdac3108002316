"""For which values answers hold: the owner says it, and reads what vendors sent."""

import pytest

from evaltracker.evaluations.models import Evaluation
from evaltracker.ocds.awarding import described
from evaltracker.requirements.services.scopes import add_list
from tests.acting import act
from tests.cast import common, vendors
from tests.clients import signed_in
from vendors.models import Candidate, Claim

pytestmark = pytest.mark.django_db


@pytest.fixture
def where(db: None) -> Evaluation:
    place = common.evaluation()
    common.requirement(place, "R1")
    add_list(
        evaluation=place, name="Runs on", values=["AWS", "on premises"], by=place.owner
    )
    return vendors.in_research(place)


def place_of(candidate: Candidate) -> str:
    requirement = candidate.evaluation.requirements.get()
    return f"/admin/act/note-claim/{candidate.pk}.{requirement.pk}/"


def test_the_owner_answers_for_what_is_built_value_by_value(where: Evaluation) -> None:
    build = vendors.candidate(where, "Our own", kind="build")
    client = signed_in(where.owner)
    form = {
        "availability": "now",
        "statement": "It does.",
        "holds_for": "Runs on: AWS = now, on premises = planned 2040-03-31",
    }
    url = place_of(build)
    assert "Of Runs on: AWS, on premises." in client.get(url).content.decode()
    assert client.post(url, form).status_code == 302
    held = Claim.objects.get().holds_for or {}
    assert held["means"] == {
        "Runs on": {"AWS": ["now", None], "on premises": ["planned", "2040-03-31"]}
    }
    assert "planned 2040-03-31" in client.get(url).content.decode()
    answer = client.post(url, {**form, "holds_for": "Runs on: Azure"})
    assert answer.status_code == 400
    assert "is not a value of “Runs on”" in answer.content.decode()


def test_what_a_vendor_sent_says_for_which_values_it_holds(where: Evaluation) -> None:
    acme = vendors.invited(where, "Acme ML")
    vendors.claim(acme, where.requirements.get(), holds_for="everywhere")
    body = signed_in(where.owner).get(f"/admin/e/{where.slug}/sent/").content
    assert "holds for" in body.decode()
    assert "everywhere" in body.decode()


def test_a_release_of_ocds_says_it_below_the_statement() -> None:
    claim = {"statement": "Yes.", "holds_for": None}
    assert described(claim) == "Yes."
    held = {"said": {"Runs on": ["AWS"]}, "means": {}}
    assert described({**claim, "holds_for": held}) == "Yes.\nHolds for: Runs on: AWS"


def test_lists_and_marks_are_written_on_their_pages(where: Evaluation) -> None:
    form = {"name": "Languages", "values": "Python\nR"}
    assert act("add-list", where, where.owner, **form) == 302
    assert act("add-list", where, where.owner, **form) == 400
