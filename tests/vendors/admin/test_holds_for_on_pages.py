"""For which values answers hold: the owner says it, and reads what vendors sent."""

import re
from html import unescape
from typing import Any

import pytest

from evaltracker.errors import Invalid
from evaltracker.evaluations.models import Evaluation
from evaltracker.ocds import described
from evaltracker.requirements.services.scopes import add_list, remove_list
from tests.acting import act
from tests.clients import signed_in
from tests.factories import common, vendors
from vendors.claims import EVERYWHERE
from vendors.fields import key_of
from vendors.models import Candidate, Claim
from vendors.services.claims import note_claim

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


def box(value: str, name: str = "Runs on") -> str:
    return key_of(name, value)


def note(candidate: Candidate, *boxes: str, **more: str) -> Any:
    """What the form answers; the status where the owner gives one."""
    status = {} if candidate.vendor_id else {"availability": "now"}
    form = {"statement": "It does.", "holds_for": list(boxes), **status, **more}
    return signed_in(candidate.evaluation.owner).post(place_of(candidate), form)


def held() -> Any:
    claim = Claim.objects.get(superseded_at__isnull=True)
    return claim.holds_for and claim.holds_for["said"]


def ticked(candidate: Candidate) -> list[str]:
    """The values of the boxes that the form has ticked."""
    body = signed_in(candidate.evaluation.owner).get(place_of(candidate)).content
    inputs = re.findall(r"<input[^>]*name=.holds_for.[^>]*>", unescape(body.decode()))
    return [
        each.split('value="')[1].split('"]"')[0] + '"]'
        for each in inputs
        if "checked" in each
    ]


@pytest.mark.parametrize(
    ("boxes", "said"),
    [
        ([], None),
        ([box("AWS")], {"Runs on": ["AWS"]}),
        ([box("on premises"), box("AWS")], {"Runs on": ["AWS", "on premises"]}),
        ([box(EVERYWHERE, "")], EVERYWHERE),
    ],
)
@pytest.mark.nightly(
    reason="the same with other values; each push runs one of them",
    short="[boxes3-everywhere]",
)
def test_the_owner_ticks_the_values_that_an_answer_holds_for(
    where: Evaluation, boxes: list[str], said: Any
) -> None:
    build = vendors.candidate(where, "Our own", kind="build")
    assert note(build, *boxes).status_code == 302
    assert held() == said
    assert sorted(ticked(build)) == sorted(boxes)


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_the_owner_ticks_the_values_that_an_answer_holds_for[boxes3-"
    "everywhere]",
)
def test_everywhere_beside_single_values_is_refused(where: Evaluation) -> None:
    build = vendors.candidate(where, "Our own", kind="build")
    both = note(build, box(EVERYWHERE, ""), box("AWS"))
    assert both.status_code == 400
    assert "single values of lists, not both" in both.content.decode()
    languages = ["Python", "R"]
    add_list(evaluation=where, name="Languages", values=languages, by=where.owner)
    of_one = note(build, box(EVERYWHERE, "Languages"), box("R", "Languages"))
    assert of_one.status_code == 400
    assert "says everywhere beside “R”" in of_one.content.decode()
    assert note(build, box(EVERYWHERE, "Languages"), box("AWS")).status_code == 302
    assert held() == {"Runs on": ["AWS"], "Languages": "everywhere"}
    assert ticked(build) == [box("AWS"), box(EVERYWHERE, "Languages")]
    assert note(build, box("Azure")).status_code == 400


@pytest.mark.nightly(
    reason="dear; each push runs its neighbour, which needs the same set-up",
    short="::test_of_what_is_bought_no_value_gets_a_status",
)
def test_a_value_may_have_an_answer_of_its_own(where: Evaluation) -> None:
    build = vendors.candidate(where, "Our own", kind="build")
    own = "Runs on: on premises = planned 2040-03-31"
    assert note(build, box("AWS"), own_answers=own).status_code == 302
    kept: Any = Claim.objects.get().holds_for
    assert kept["means"] == {
        "Runs on": {"AWS": ["now", None], "on premises": ["planned", "2040-03-31"]}
    }
    assert ticked(build) == [box("AWS")]
    body = signed_in(where.owner).get(place_of(build)).content.decode()
    assert own in body
    assert note(build, box("AWS"), own_answers=own).status_code == 302
    assert Claim.objects.count() == 1
    for text, words in (
        ("Runs on: AWS", "Write the answer of each value"),
        ("AWS = now", "names no list"),
        ("Runs on: AWS = never", "is answered twice"),
    ):
        answer = note(build, box("AWS"), own_answers=text)
        assert answer.status_code == 400
        assert words in answer.content.decode()


def test_of_what_is_bought_no_value_gets_a_status(where: Evaluation) -> None:
    acme = vendors.invited(where, "Acme ML")
    url = place_of(acme)
    assert "own_answers" not in signed_in(where.owner).get(url).content.decode()
    own = "Runs on: AWS = now"
    assert note(acme, box("AWS"), own_answers=own).status_code == 302
    assert Claim.objects.get().availability == "unstated"
    assert held() == {"Runs on": ["AWS"]}
    with pytest.raises(Invalid, match="vendor can state an availability"):
        note_claim(
            candidate=acme,
            requirement=where.requirements.get(),
            statement="They say so.",
            holds_for=[{"values": {"Runs on": ["AWS"]}, "availability": "now"}],
            by=where.owner,
        )


def test_without_lists_no_value_is_asked_for(where: Evaluation) -> None:
    remove_list(scope=where.scopes.get(), by=where.owner)
    build = vendors.candidate(where, "Our own", kind="build")
    body = signed_in(where.owner).get(place_of(build)).content.decode()
    assert "holds_for" not in body
    assert "own_answers" not in body


def test_what_a_vendor_sent_says_for_which_values_it_holds(where: Evaluation) -> None:
    acme = vendors.invited(where, "Acme ML")
    vendors.claim(acme, where.requirements.get(), holds_for="everywhere")
    body = signed_in(where.owner).get(f"/admin/e/{where.slug}/sent/").content
    assert "holds for" in body.decode()
    assert "everywhere" in body.decode()


def test_a_release_of_ocds_says_it_below_the_statement() -> None:
    claim = {"statement": "Yes.", "holds_for": None, "candidate": 1, "requirement": 1}
    assert described(claim, {}, {}) == "Yes."
    held = {"said": {"Runs on": ["AWS"]}, "means": {}}
    assert (
        described({**claim, "holds_for": held}, {}, {})
        == "Yes.\nHolds for: Runs on: AWS"
    )


def test_lists_and_marks_are_written_on_their_pages(where: Evaluation) -> None:
    form = {"name": "Languages", "values": "Python\nR"}
    assert act("add-list", where, where.owner, **form) == 302
    assert act("add-list", where, where.owner, **form) == 400
