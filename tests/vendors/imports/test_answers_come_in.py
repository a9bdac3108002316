"""Answers of a file become claims that the owner notes, once, and go again."""

from datetime import date
from importlib import import_module

import pytest
from django.apps import apps

from evaltracker.errors import Refused, Stale
from evaltracker.evaluations.models import Entry, Evaluation
from evaltracker.requirements.services.scopes import add_list
from tests.factories.common import evaluation, requirement
from tests.factories.vendors import candidate, claim, enter, in_research, invited
from tests.imported import plan_of, take_in, undo_last
from vendors.models import Claim, StatusWord
from vendors.services.claims import note_claim, withdraw_claim
from vendors.services.sheets import import_claims

pytestmark = pytest.mark.django_db
MATRIX = "Feature,Acme ML,Globex\nR1,yes,Meets\nR2,[beta](http://a.b/c),no\n"
MEETS = "words:availability:meets"


@pytest.fixture
def where() -> Evaluation:
    place = evaluation()
    for ref in ("R1", "R2"):
        requirement(place, ref)
    candidate(place, "Acme ML", aliases=["AML"])
    candidate(place, "Globex")
    return enter(place, "research")


def stand(where: Evaluation) -> dict[tuple[str, str], str]:
    rows = Claim.objects.in_evaluation(where).filter(superseded_at=None)
    return {(row.candidate.name, row.requirement.ref): row.availability for row in rows}


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_a_plan_that_is_no_longer_true_is_refused",
)
def test_a_matrix_comes_in_once_as_noted_by_the_owner(where: Evaluation) -> None:
    assert [line.key for line in plan_of("claims", where, MATRIX).open] == [MEETS]
    take_in("claims", where, MATRIX, {MEETS: "text"})
    assert stand(where) == {
        ("Acme ML", "R1"): "now",
        ("Globex", "R1"): "unstated",
        ("Acme ML", "R2"): "beta",
        ("Globex", "R2"): "never",
    }
    assert not Claim.objects.filter(by_vendor=True).exists()
    assert Claim.objects.get(availability="beta").evidence_url == "http://a.b/c"
    assert Claim.objects.get(availability="unstated").statement == "Meets"
    entry = Entry.objects.get(evaluation=where, action="claims.imported")
    assert entry.after["new"]["Globex"]["R2"]["availability"] == "never"
    again = take_in("claims", where, MATRIX, {MEETS: "text"})
    assert (len(again.new), len(again.changed), len(again.same)) == (0, 0, 4)
    assert Entry.objects.filter(action="claims.imported").count() == 1


def test_a_changed_answer_is_the_next_revision_and_undoing_says_the_former_again(
    where: Evaluation,
) -> None:
    take_in("claims", where, "Feature,Acme ML\nR1,no\n")
    plan = take_in("claims", where, "Feature,AML\nR1,yes\nR2,yes\n")
    assert (len(plan.new), len(plan.changed)) == (1, 1)
    rows = Claim.objects.filter(requirement__ref="R1").order_by("revision")
    assert [row.availability for row in rows] == ["never", "now"]
    undo_last(where)
    assert stand(where) == {("Acme ML", "R1"): "never", ("Acme ML", "R2"): "withdrawn"}
    take_in("claims", where, "Feature,Acme ML\nR1,yes\nR2,yes\n")
    assert stand(where)["Acme ML", "R2"] == "now"
    option = where.candidates.get(name="Acme ML")
    asked = where.requirements.get(ref="R1")
    withdraw_claim(candidate=option, requirement=asked, by=where.owner)
    note_claim(candidate=option, requirement=asked, statement="x", by=where.owner)
    with pytest.raises(Refused, match="since: Acme ML / R1"):
        undo_last(where)


def test_a_plan_that_is_no_longer_true_is_refused(where: Evaluation) -> None:
    plan = plan_of("claims", where, "Feature,Acme ML\nR1,yes\n")
    import_claims(evaluation=where, plan=plan, by=where.owner)
    with pytest.raises(Stale, match="changed since"):
        import_claims(evaluation=where, plan=plan, by=where.owner)


def test_answers_wait_until_the_requirements_are_signed() -> None:
    where = evaluation()
    requirement(where, "R1")
    candidate(where, "Acme ML")
    with pytest.raises(Refused, match="belongs to the research"):
        take_in("claims", where, "Feature,Acme ML\nR1,yes\n")


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_a_plan_that_is_no_longer_true_is_refused",
)
def test_a_vendors_words_stay_and_unknown_rows_are_left_out_when_asked() -> None:
    where = evaluation()
    asked = requirement(where, "R1")
    requirement(where, "R2")
    in_research(where)
    claim(invited(where, "Acme ML"), asked, statement="Ours")
    table = "Feature,Acme ML\nR1,no\nR2,yes\nR9,yes\n"
    plan = plan_of("claims", where, table)
    assert [line.key for line in plan.open] == ["refused"]
    sentences = " ".join(refusal.sentence for refusal in plan.refused)
    assert "has answered R1 itself" in sentences
    assert "no requirement “R9”" in sentences
    take_in("claims", where, table, {"refused": "leave"})
    assert stand(where) == {("Acme ML", "R1"): "now", ("Acme ML", "R2"): "now"}
    assert Claim.objects.get(requirement=asked).statement == "Ours"


def test_a_filled_in_questionnaire_is_asked_whose_it_is(where: Evaluation) -> None:
    table = "ID,Question,Answer,Comment\nR1,Batch?,Yes,Since 2020\nR2,Sign-on?,No,\n"
    plan = plan_of("claims", where, table)
    assert [line.key for line in plan.open] == ["all:candidate"]
    take_in("claims", where, table, {"all:candidate": "Globex"})
    assert stand(where) == {("Globex", "R1"): "now", ("Globex", "R2"): "never"}
    assert Claim.objects.get(availability="now").statement == "Since 2020"
    about = plan_of("claims", where, f"Globex,,,\n{table}")
    assert [line.chosen for line in about.lines if line.key == "all:candidate"] == [
        "Globex"
    ]


def test_a_source_may_say_planned_without_a_day(where: Evaluation) -> None:
    table = "Feature,Acme ML,Globex\nR1,planned,roadmap\n"
    take_in("claims", where, table)
    assert set(stand(where).values()) == {"planned"}
    dated = (
        "Requirement,Candidate,Availability,Available from\n"
        "R2,Acme ML,planned,2031-01-31\n"
    )
    take_in("claims", where, dated.replace("Requirement,", "Ref,"))
    row = Claim.objects.get(requirement__ref="R2")
    assert row.available_from == date(2031, 1, 31)


def test_what_a_file_says_of_values_counts_and_never_is_never_for_all(
    where: Evaluation,
) -> None:
    owner = where.owner
    add_list(evaluation=where, name="Sites", values=["Bern", "Rome"], by=owner)
    table = (
        "Ref,Candidate,Availability,Holds for\n"
        "R1,Acme ML,yes,Sites: Rome\nR1,Globex,no,\nR2,Globex,yes,Sites: Paris\n"
    )
    plan = plan_of("claims", where, table)
    assert "“Paris” is not a value of “Sites”" in plan.refused[0].sentence
    take_in("claims", where, table, {"refused": "leave"})
    means = {
        row.candidate.name: (row.holds_for or {})["means"]["Sites"]
        for row in Claim.objects.in_evaluation(where)
    }
    assert means == {
        "Acme ML": {"Rome": ["now", None]},
        "Globex": {"Bern": ["never", None], "Rome": ["never", None]},
    }


def test_words_that_were_explained_before_are_still_known(where: Evaluation) -> None:
    StatusWord.objects.create(
        evaluation=where, word="meets", availability="now", set_by=where.owner
    )
    import_module("vendors.migrations.0035_words_said_before").carry_over(apps, None)
    take_in("claims", where, "Feature,Acme ML\nR1,Meets\n")
    assert stand(where) == {("Acme ML", "R1"): "now"}
