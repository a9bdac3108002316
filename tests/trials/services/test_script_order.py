"""Items of a script are put in order, and contract points are asked for as such."""

import pytest

from evaltracker.errors import Refused
from evaltracker.evaluations.models import Entry, Evaluation
from tests.factories import common, stakeholders, trials, vendors
from trials.models import Demo
from trials.services.demos import add_dazzle, hold_demo
from trials.services.scripts import draw_up_script, is_on_paper, move_script_item

pytestmark = pytest.mark.django_db


@pytest.fixture
def where() -> Evaluation:
    evaluation = common.evaluation()
    for ref in ("M1", "M2", "M3"):
        common.requirement(evaluation, ref, "must", weight=8)
    stakeholders.stakeholders(evaluation)
    vendors.in_research(evaluation)
    return evaluation


@pytest.fixture
def demo(where: Evaluation) -> Demo:
    option = trials.claimed(where)
    vendors.enter(where, "demos")
    drawn = trials.demo(option)
    draw_up_script(demo=drawn, by=where.owner)
    return drawn


def order(demo: Demo) -> list[str]:
    rows = demo.script_items.filter(off_script=False).select_related("requirement")
    return [row.requirement.ref for row in rows if row.requirement]


def move(demo: Demo, ref: str, to: int) -> None:
    item = demo.script_items.get(requirement__ref=ref)
    move_script_item(item=item, to=to, by=demo.candidate.evaluation.owner)


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_a_contract_point_is_read_and_not_seen_working",
)
def test_an_item_goes_where_it_is_put_and_the_others_make_room(demo: Demo) -> None:
    assert order(demo) == ["M1", "M2", "M3"]
    move(demo, "M3", 1)
    assert order(demo) == ["M3", "M1", "M2"]
    move(demo, "M3", 99)
    assert order(demo) == ["M1", "M2", "M3"]
    entry = Entry.objects.latest("number")
    assert entry.action == "demo.script_item_moved"
    assert entry.after["place"] == 3
    move(demo, "M3", 3)
    assert Entry.objects.latest("number") == entry


@pytest.mark.nightly(
    reason="dear; each push runs its neighbour, which needs the same set-up",
    short="::test_a_contract_point_is_read_and_not_seen_working",
)
def test_the_dazzle_list_and_what_was_held_have_no_order(demo: Demo) -> None:
    owner = demo.candidate.evaluation.owner
    dazzle = add_dazzle(demo=demo, text="A robot", by=owner)
    with pytest.raises(Refused, match="has a place"):
        move_script_item(item=dazzle, to=1, by=owner)
    hold_demo(demo=demo, attendees="All", by=owner)
    with pytest.raises(Refused, match="was held"):
        move(demo, "M3", 1)


def test_a_contract_point_is_read_and_not_seen_working() -> None:
    where = common.evaluation()
    terms = common.category(where, "Contract and exit")
    common.requirement(
        where, "C1", "must", weight=8, category=terms, text="Notice of three months"
    )
    vendors.in_research(where)
    option = trials.claimed(where)
    (item,) = draw_up_script(demo=trials.demo(option), by=where.owner)
    assert "Show where the contract says: “Notice of three months”." in item.question
    assert "our data" not in item.show_live
    assert "sample" not in item.data_to_bring


@pytest.mark.parametrize(
    ("name", "paper"),
    [
        ("Contract and exit", True),
        ("Legal", True),
        ("Pricing", True),
        ("Scalable training", False),
        ("Determination", False),
        ("Existing data", False),
    ],
)
def test_what_stands_on_paper_is_known_by_its_category(name: str, paper: bool) -> None:
    assert is_on_paper(name) == paper
