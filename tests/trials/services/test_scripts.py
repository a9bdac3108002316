"""The script asks for what is not proven yet, in our words and not the vendor's."""

import datetime
from typing import Any

import pytest

from evaltracker.errors import Invalid, Refused
from evaltracker.evaluations.models import Entry, Evaluation
from stakeholders.models import RoleWeight
from tests.factories import common, stakeholders, trials, vendors
from trials.models import Demo, ScriptItem
from trials.services.demos import add_dazzle, hold_demo
from trials.services.scripts import (
    add_script_item,
    change_script_item,
    draw_up_script,
    time_box,
)
from vendors.services.claims import rule_not_applicable

pytestmark = pytest.mark.django_db


def refs(items: list[ScriptItem]) -> list[str]:
    """The requirements on a script, in order."""
    return [item.requirement.ref for item in items if item.requirement]


@pytest.fixture
def where() -> Evaluation:
    evaluation = common.evaluation()
    common.requirement(evaluation, "LIGHT", "should", weight=6)
    common.requirement(evaluation, "HEAVY", "could", weight=7)
    common.requirement(evaluation, "HEAVIER", "should", weight=9)
    common.requirement(evaluation, "M1", "must", weight=3, scorer_help="We see a log.")
    common.requirement(evaluation, "M2", "must", weight=8)
    common.requirement(evaluation, "M3", "must", weight=8)
    common.requirement(evaluation, "M4", "must", weight=8)
    stakeholders.stakeholders(evaluation)
    vendors.in_research(evaluation)
    return evaluation


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/trials/services/test_script_order.py"
    "::test_a_contract_point_is_read_and_not_seen_working",
)
def test_must_haves_come_first_then_the_heavy_ones(where: Evaluation) -> None:
    acme = trials.claimed(where)
    items = draw_up_script(demo=trials.demo(acme), by=where.owner)
    assert refs(items) == ["M2", "M3", "M4", "M1", "HEAVIER", "HEAVY"]
    assert [item.position for item in items] == [1, 2, 3, 4, 5, 6]
    entry = Entry.objects.filter(evaluation=where).latest("number")
    assert entry.action == "demo.script_drawn_up"
    assert entry.after["requirements"] == refs(items)


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_the_questions_quote_the_claim_and_ask_to_see_it_live",
)
def test_an_item_is_asked_by_the_role_to_which_it_matters_most(
    where: Evaluation,
) -> None:
    category = where.requirements.get(ref="M1").category
    for role, weight in (("it", 4), ("devops", 9), ("pm", 9)):
        RoleWeight.objects.create(
            evaluation=where,
            role=role,
            category=category,
            weight=weight,
            set_by=where.owner,
        )
    where.stakeholders.update(scores=True)
    items = draw_up_script(demo=trials.demo(trials.claimed(where)), by=where.owner)
    assert {item.asker.role for item in items if item.asker} == {"devops"}


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_the_questions_quote_the_claim_and_ask_to_see_it_live",
)
def test_if_it_matters_to_all_alike_they_ask_in_turn(where: Evaluation) -> None:
    where.stakeholders.filter(role__in=("it", "pm")).update(scores=True)
    items = draw_up_script(demo=trials.demo(trials.claimed(where)), by=where.owner)
    roles = [item.asker.role for item in items if item.asker]
    assert len(roles) == len(items)
    assert set(roles[:2]) == {"it", "pm"}


@pytest.mark.parametrize(
    ("length", "items", "each"), [(90, 3, 10), (90, 12, 6), (60, 40, 3), (30, 0, 10)]
)
def test_the_time_box_shares_four_fifths_of_the_demo(
    length: int, items: int, each: int
) -> None:
    assert time_box(Demo(minutes=length), items) == each


@pytest.mark.nightly(
    reason="dear; each push runs its neighbour, which needs the same set-up",
    short="::test_drawing_it_up_again_adds_only_what_is_new",
)
def test_what_is_shown_never_offered_or_not_applicable_is_not_asked(
    where: Evaluation,
) -> None:
    acme = trials.claimed(where)
    m3, m4 = (where.requirements.get(ref=ref) for ref in ("M3", "M4"))
    vendors.claim(acme, m3, "never")
    rule_not_applicable(
        candidate=acme, requirement=m4, reason="No on-prem.", by=where.owner
    )
    vendors.enter(where, "demos")
    trials.verdict(trials.claim_of(acme, "M2"), "demo", "holds")
    trials.verdict(trials.claim_of(acme, "HEAVY"), "demo", "partly")
    items = draw_up_script(demo=trials.demo(acme), by=where.owner)
    assert refs(items) == ["M1", "HEAVIER", "HEAVY"]


def test_drawing_it_up_again_adds_only_what_is_new(where: Evaluation) -> None:
    acme = trials.claimed(where)
    demo = trials.demo(acme)
    own = add_script_item(
        demo=demo,
        requirement=where.requirements.get(ref="M1"),
        question="Our own question",
        by=stakeholders.holder("it"),
    )
    items = draw_up_script(demo=demo, by=where.owner)
    assert "M1" not in refs(items)
    assert items[0].position == own.position + 1
    entries = Entry.objects.count()
    assert draw_up_script(demo=demo, by=where.owner) == []
    assert Entry.objects.count() == entries


def test_the_questions_quote_the_claim_and_ask_to_see_it_live(
    where: Evaluation,
) -> None:
    acme = trials.claimed(where, where.requirements.get(ref="M1"), statement="It logs.")
    vendors.claim(
        acme,
        where.requirements.get(ref="M2"),
        "planned",
        available_from=datetime.date(2027, 9, 1),
    )
    items = draw_up_script(demo=trials.demo(acme), by=where.owner)
    by_ref = {item.requirement.ref: item for item in items if item.requirement}
    assert "It logs." in by_ref["M1"].question
    assert "We see a log." not in str([vars(item) for item in items])
    assert "2027-09-01" in by_ref["M2"].question
    assert "today" in by_ref["M2"].show_live
    assert "What M3 asks for" in by_ref["M3"].question
    assert all(item.show_live and item.passes_if for item in items)


def test_an_item_changes_until_the_demo_is_held_and_its_remark_after(
    where: Evaluation,
) -> None:
    acme = trials.claimed(where)
    vendors.enter(where, "demos")
    item = draw_up_script(demo=trials.demo(acme), by=where.owner)[0]
    asker = where.stakeholders.get(role="devops")
    changed = change_script_item(item=item, minutes=10, asker=asker, by=where.owner)
    assert (changed.minutes, changed.asker) == (10, asker)
    hold_demo(demo=item.demo, attendees="All", by=where.owner)
    with pytest.raises(Refused, match="was held"):
        change_script_item(item=item, question="Easier?", by=where.owner)
    assert change_script_item(item=item, remark="Slow.", by=where.owner).remark


def test_a_requirement_is_on_a_script_once(where: Evaluation) -> None:
    acme = trials.claimed(where)
    demo = trials.demo(acme)
    draw_up_script(demo=demo, by=where.owner)
    with pytest.raises(Refused, match="already"):
        add_script_item(
            demo=demo,
            requirement=where.requirements.get(ref="M1"),
            question="Again?",
            by=where.owner,
        )


def test_a_dazzle_cannot_be_turned_into_something_that_scores(
    where: Evaluation,
) -> None:
    demo = trials.demo(trials.claimed(where))
    item = add_dazzle(demo=demo, text="A robot", by=where.owner)
    tricks: list[dict[str, Any]] = [
        {"off_script": False},
        {"requirement": where.requirements.get(ref="M1")},
    ]
    for trick in tricks:
        with pytest.raises(Invalid, match="Unknown fields"):
            change_script_item(item=item, by=where.owner, **trick)


def test_the_asker_has_a_part_in_the_same_evaluation(where: Evaluation) -> None:
    other = common.evaluation(title="Another purchase")
    stranger = stakeholders.stakeholders(other, "it")["it"]
    with pytest.raises(Invalid):
        add_script_item(
            demo=trials.demo(trials.claimed(where)),
            question="Who?",
            asker=stranger,
            by=where.owner,
        )
