"""The price schedule: kinds of cost as an owner changes them, and from a template."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from evaltracker.errors import Forbidden, Invalid, NotFound, Refused
from evaltracker.evaluations.models import Entry, Evaluation
from evaltracker.requirements.services.templates import take_from_template
from tests.clients import signed_in
from tests.factories import common, stakeholders, vendors
from vendors.models import Candidate, CostLine, PriceItem
from vendors.selectors.costs import candidate_cost, kinds_of, schedule_for
from vendors.services.costs import mark_rest_unsaid, set_cost_line
from vendors.services.schedule import (
    add_price_item,
    change_price_item,
    kept_costs,
    move_price_item,
    remove_price_item,
    take_costs,
    write_schedule,
)

pytestmark = pytest.mark.django_db

CASES = Path(__file__).parent.parent.parent / "data" / "cases"
TEMPLATES = json.loads((CASES / "any_purchase_templates.json").read_text())["templates"]
EDITED = {
    case["id"]: case["expect"]
    for case in json.loads((CASES / "any_purchase_cases.json").read_text())[
        "kinds_edited"
    ]
}


@pytest.fixture
def where() -> Evaluation:
    evaluation = vendors.in_research(common.evaluation())
    take_costs(evaluation, TEMPLATES["cleaning"]["costs"], evaluation.owner)
    return evaluation


def blitz(where: Evaluation, name: str = "Blitz Clean") -> Candidate:
    return vendors.candidate(where, name=name)


def item(where: Evaluation, kind: str, part: str = "") -> PriceItem:
    return PriceItem.objects.get(evaluation=where, kind=kind, part=part)


def price(of: Candidate, kind: str, **more: Any) -> CostLine:
    values = {"likely": Decimal(100), **more}
    return set_cost_line(candidate=of, kind=kind, by=of.evaluation.owner, **values)


def names(where: Evaluation) -> list[str]:
    return [kind.key for kind in kinds_of(where)]


def test_a_kind_that_has_lines_is_not_removed(where: Evaluation) -> None:
    for name in ("Blitz Clean", "Green Broom"):
        price(blitz(where, name), "periodic")
    with pytest.raises(Refused, match="have a line for it") as refused:
        remove_price_item(item=item(where, "periodic"), by=where.owner)
    assert str(refused.value) == EDITED["E1"]["refused"]
    supplies, twin = item(where, "supplies"), item(where, "supplies")
    remove_price_item(item=supplies, by=where.owner)
    assert "supplies" not in names(where)
    # Somebody else has the page of before open.
    with pytest.raises(NotFound):
        remove_price_item(item=twin, by=where.owner)
    with pytest.raises(NotFound):
        change_price_item(item=twin, by=where.owner, name="Soap")


def test_what_somebody_priced_cannot_be_ruled_out(where: Evaluation) -> None:
    price(blitz(where), "regular")
    with pytest.raises(Invalid) as refused:
        change_price_item(
            item=item(where, "regular"), by=where.owner, not_applicable="No."
        )
    assert refused.value.errors == {"not_applicable": [EDITED["E2"]["refused"]]}


def test_there_is_one_price_change_and_each_name_once(where: Evaluation) -> None:
    with pytest.raises(Invalid) as refused:
        add_price_item(evaluation=where, by=where.owner, name="Index", counts_as="rise")
    assert refused.value.errors == {"counts_as": [EDITED["E4"]["refused"]]}
    with pytest.raises(Invalid) as refused:
        add_price_item(evaluation=where, by=where.owner, name="Regular cleaning ")
    assert refused.value.errors == {"name": [EDITED["E5"]["refused"]]}
    for name in ("", "x" * 61):
        with pytest.raises(Invalid) as refused:
            add_price_item(evaluation=where, by=where.owner, name=name)
        assert "name" in refused.value.errors


def test_a_renamed_kind_keeps_its_key_and_lines(where: Evaluation) -> None:
    line = price(blitz(where), "regular", recurrence="monthly")
    change_price_item(
        item=item(where, "regular"), by=where.owner, name="Daily cleaning"
    )
    rows = candidate_cost(line.candidate).rows
    assert [(row.kind.key, row.name) for row in rows] == [("regular", "Daily cleaning")]


def test_a_part_is_asked_of_everybody_and_leaves_the_kind_open(
    where: Evaluation,
) -> None:
    option = blitz(where)
    add_price_item(
        evaluation=where, kind="regular", part="Depot", quantity=2, by=where.owner
    )
    asked = [row for row in schedule_for(option) if row.kind == "regular"]
    assert [(row.part, row.quantity, row.due) for row in asked] == [
        ("Depot", Decimal(2), "monthly")
    ]
    price(option, "regular", label="Head office")
    assert candidate_cost(option).coverage.known == 0
    price(option, "regular", label="Depot")
    assert candidate_cost(option).coverage.known == 1
    mark_rest_unsaid(candidate=option, by=where.owner)
    assert candidate_cost(option).coverage.known == 1


def test_what_does_not_apply_needs_its_reason_and_leaves_the_count(
    where: Evaluation,
) -> None:
    option = blitz(where)
    with pytest.raises(Invalid) as refused:
        price(option, "exit", state="not_applicable", likely=None)
    assert refused.value.errors == {"note": ["Why does it not apply?"]}
    price(option, "exit", state="not_applicable", likely=None, note="They stay.")
    change_price_item(
        item=item(where, "supplies"), by=where.owner, not_applicable="We buy them."
    )
    assert candidate_cost(option).coverage.total == 5
    assert "supplies" not in {row.kind for row in schedule_for(option)}


def test_kinds_move_with_their_parts(where: Evaluation) -> None:
    add_price_item(evaluation=where, kind="exit", part="Keys", by=where.owner)
    move_price_item(item=item(where, "exit"), to=1, by=where.owner)
    assert names(where)[:2] == ["exit", "start"]
    assert item(where, "exit", "Keys").position == 1


def test_a_template_replaces_kinds_that_have_no_lines() -> None:
    where = vendors.in_research(common.evaluation())
    assert len(kinds_of(where)) == 14
    for name in ("A", "B", "C", "D"):
        price(blitz(where, name), "licence")
    take_from_template(
        evaluation=where, key="cleaning", parts=["costs"], by=where.owner
    )
    cleaning = [row["kind"] for row in TEMPLATES["cleaning"]["costs"]]
    assert names(where) == [*cleaning, "licence"]
    assert CostLine.objects.filter(kind="licence").count() == 4


@pytest.mark.parametrize("template", TEMPLATES)
@pytest.mark.nightly(
    reason="the same with other values; each push runs one of them", short="[it]"
)
def test_a_template_brings_what_it_kept(template: str) -> None:
    where, other = common.evaluation(), common.evaluation()
    rows = TEMPLATES[template]["costs"]
    take_costs(where, rows, where.owner)
    take_costs(other, json.loads(json.dumps(kept_costs(where))), other.owner)
    assert kinds_of(other) == kinds_of(where)
    assert [kind.name for kind in kinds_of(where)] == [row["name"] for row in rows]


def test_only_the_owner_changes_kinds_and_the_journal_tells_it(
    where: Evaluation,
) -> None:
    stakeholders.stakeholders(where, "it")
    with pytest.raises(Forbidden):
        change_price_item(
            item=item(where, "exit"), by=stakeholders.holder("it"), name="End"
        )
    change_price_item(item=item(where, "exit"), by=where.owner, name="End")
    last = Entry.objects.filter(evaluation=where).latest("number")
    assert last.action == "price_item.changed"
    assert last.after == {"name": "End"}


def test_the_page_shows_kinds_of_it_until_they_are_made_ones_own() -> None:
    where = common.evaluation()
    address = f"/admin/e/{where.slug}/costs/kinds/"
    body = signed_in(where.owner).get(address).content.decode()
    assert "Security extras such as SSO" in body
    assert "Change the kinds of cost" in body
    write_schedule(evaluation=where, by=where.owner)
    write_schedule(evaluation=where, by=where.owner)
    assert PriceItem.objects.filter(evaluation=where).count() == 14
    written = Entry.objects.filter(evaluation=where, action="price_items.written")
    assert written.count() == 1
    body = signed_in(where.owner).get(address).content.decode()
    assert "Change the kinds of cost" not in body
