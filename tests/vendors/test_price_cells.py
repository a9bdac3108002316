"""What is typed or pasted into the price grid, as `any_purchase_cases.json` says."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from evaltracker.rows.cells import plain
from vendors.costs.cells import (
    LEAVE,
    NEW,
    NO_PLACE,
    Block,
    Item,
    PriceCell,
    PriceGrid,
    price_text,
    read_block,
    read_price,
)

CASES = json.loads(
    (
        Path(__file__).parents[1] / "data" / "cases" / "any_purchase_cases.json"
    ).read_text()
)
ITEMS = (
    Item("start", "start: handover and first deep clean", due="once"),
    Item("regular", "regular cleaning", due="monthly"),
    Item("periodic", "windows, carpets, other periodic work", due="yearly"),
    Item("on_request", "extra hours on request", due="yearly", unit="hour"),
    Item("price_change", "price change a year", due="yearly", is_rise=True),
)
BY_NAME = {item.name: item.key for item in ITEMS}


def grid(*candidates: str, **more: Any) -> PriceGrid:
    return PriceGrid(ITEMS, {name: name for name in candidates}, "EUR", **more)


def typed(text: str, due: str = "once", **answers: str) -> PriceCell:
    item = Item("row", "row", due=due)
    return read_price(text, item, "Blitz Clean", grid("Blitz Clean"), answers)


def pasted(given: dict[str, Any], **answers: str) -> Block:
    at = given.get("at")
    where = (BY_NAME[at[0]], at[1]) if at else None
    return read_block(given["block"], grid(*given["candidates"]), where, answers)


@pytest.mark.parametrize("case", CASES["cells"], ids=lambda case: case["id"])
def test_a_cell_says_what_the_case_says(case: dict[str, Any]) -> None:
    cell = typed(case["typed"], case["row_due"])
    expected = {name: case["expect"][name] for name in case["expect"] if name != "undo"}
    got = {
        name: plain(value)
        if isinstance(value := getattr(cell, name), Decimal)
        else value.sentence
        if name == "asks" and value
        else value
        for name in expected
    }
    assert got == expected


@pytest.mark.parametrize("case", CASES["pastes"], ids=lambda case: case["id"])
def test_a_block_is_saved_asked_about_or_refused(case: dict[str, Any]) -> None:
    block, expected = pasted(case["given"]), case["expect"]
    assert len(block.cells) == expected["saved"]
    assert block.refused == expected.get("refused", "")
    if "offers" in expected:
        assert expected["offers"] == f"Save the other {block.others}"
    sentences = list(dict.fromkeys(question.sentence for question in block.questions))
    asked = expected.get("asked") or []
    assert sentences == [text.removesuffix(" (once for the block)") for text in asked]


def of(block: Block) -> dict[tuple[str, str], str]:
    return {
        place: plain(cell.likely or Decimal()) for place, cell in block.cells.items()
    }


def test_names_say_whose_price_of_what_it_is_in_any_order() -> None:
    (case,) = (case for case in CASES["pastes"] if case["id"] == "T2")
    assert of(pasted(case["given"])) == {
        ("regular", "Green Broom"): "12400",
        ("regular", "Blitz Clean"): "11800",
        ("on_request", "Green Broom"): "29",
        ("on_request", "Blitz Clean"): "31",
    }


def test_answers_settle_a_block_once_and_a_new_kind_is_named() -> None:
    (case,) = (case for case in CASES["pastes"] if case["id"] == "T3")
    answers = {
        "candidate:Blitz": "Blitz Clean",
        "item:Unterhaltsreinigung": "regular",
        "item:Glasreinigung": NEW,
    }
    (left,) = pasted(case["given"], **answers).questions
    assert left.options == ((",", "11,800"), (".", "11.8"))
    block = pasted(case["given"], **answers, **{left.key: ","})
    assert len(block.cells) == case["expect"]["then_saved"]
    assert of(block)[":Glasreinigung", "Green Broom"] == "3650"
    assert block.new_kinds == ("Glasreinigung",)
    rest = answers | {"item:Glasreinigung": LEAVE, left.key: "."}
    assert of(pasted(case["given"], **rest)) == {
        ("regular", "Blitz Clean"): "11.8",
        ("regular", "Green Broom"): "12.4",
    }


def test_a_block_needs_a_place_or_names() -> None:
    assert read_block([["12"]], grid("Blitz Clean")).refused == NO_PLACE


def test_what_is_wrong_is_left_out_only_when_that_is_said() -> None:
    (case,) = (case for case in CASES["pastes"] if case["id"] == "T5")
    block = pasted(case["given"], wrong=LEAVE)
    assert of(block) == {
        ("regular", "Blitz Clean"): "11800",
        ("on_request", "Blitz Clean"): "31",
    }


def test_each_wrong_cell_stands_once_with_its_own_reason() -> None:
    block = read_block(
        [["soon", "3 %"], ["1000–1250", "12"]],
        grid("Blitz Clean", "Green Broom"),
        ("regular", "Blitz Clean"),
    )
    assert block.refused == (
        "3 of 4 cells are not prices: “soon” in “regular cleaning”, Blitz Clean; “3 %” "
        "in “regular cleaning”, Green Broom (Only “price change a year” is in per "
        "cent.); “1000–1250” in “windows, carpets, other periodic work”, Blitz Clean "
        "(“1000–1250” has no likely amount. Write it first, as in 1100 (1000–1250).). "
        "Write an amount, included, not offered, not stated or n/a."
    )


def test_a_column_settles_how_it_writes_numbers() -> None:
    block = read_block(
        [["1.200", "1.200"], ["9.850,00", "7"]],
        grid("Blitz Clean", "Green Broom"),
        ("regular", "Blitz Clean"),
    )
    (question,) = block.questions
    assert question.sentence == "“1.200”: 1,200 or 1.2?"
    at = ("regular", "Blitz Clean")
    one = read_block([["1.200"], ["9.850,00"]], grid("Blitz Clean"), at)
    assert list(of(one).values()) == ["1200", "9850"]


def test_a_sealed_column_takes_no_paste() -> None:
    sentence = "Blitz Clean's prices are sealed until two people open them."
    sealed = grid("Blitz Clean", "Green Broom", closed={"Blitz Clean": sentence})
    block = read_block([["11800", "12400"]], sealed, ("regular", "Blitz Clean"))
    assert (block.refused, block.cells) == (sentence, {})
    other = read_block([["12400"]], sealed, ("regular", "Green Broom"))
    assert len(other.cells) == 1


def test_blank_cells_empty_alone_and_say_nothing_in_a_block() -> None:
    both = grid("Blitz Clean", "Green Broom")
    block = read_block([["", "12"]], both, ("regular", "Blitz Clean"))
    assert list(block.cells) == [("regular", "Green Broom")]
    block = read_block([["", ""]], both, ("regular", "Blitz Clean"))
    assert [cell.removes for cell in block.cells.values()] == [True, True]


def test_what_the_grid_adds_up_itself_is_left_out() -> None:
    block = read_block(
        [
            ["Item", "Due", "Quantity", "Unit", "Blitz Clean"],
            ["Recurring", "", "", "", ""],
            ["regular cleaning", "monthly", "1", "", "11800"],
            ["Total", "", "", "", "424800"],
        ],
        grid("Blitz Clean"),
    )
    assert of(block) == {("regular", "Blitz Clean"): "11800"}
    assert block.left_out == ("Due", "Quantity", "Unit", "Total")


@pytest.mark.parametrize("word", ["n/a: They stay.", "entfällt: They stay."])
def test_a_reason_can_be_typed_at_once(word: str) -> None:
    cell = typed(word)
    assert (cell.state, cell.note, cell.asks) == (
        "not_applicable",
        "They stay.",
        None,
    )


def test_answers_of_one_cell_settle_it() -> None:
    dash = typed("–", dash="not stated")
    assert dash.state == "unsaid"
    asked = typed("–", dash="n/a").asks
    assert asked
    assert typed("–", **{"dash": "n/a", asked.key: "They stay."}).note == "They stay."
    assert typed("1.200", **{"mark:.": ","}).likely == Decimal(1200)
    foreign = typed("$60")
    assert foreign.asks
    assert foreign.asks.sentence == "Which currency is “$60” in?"
    cell = typed("$60", **{foreign.asks.key: "CAD"})
    assert (cell.likely, cell.currency) == (Decimal(60), "CAD")


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("inkl.", "included"),
        ("Kostenlos", "included"),
        ("compris", "included"),
        ("nicht angeboten", "excluded"),
        ("non proposé", "excluded"),
        ("k. A.", "unsaid"),
        ("keine Angabe", "unsaid"),
        ("nc", "unsaid"),
    ],
)
def test_the_usual_words_of_three_languages_are_states(text: str, state: str) -> None:
    assert typed(text).state == state


@pytest.mark.parametrize(
    "text",
    ["1.1250", "0.125", "11800", "-250", "1100 (1000–1250) CHF / year", "3 once"],
)
def test_a_price_reads_back_as_it_is_written(text: str) -> None:
    cell = typed(text, "monthly")
    assert cell.low is not None
    assert cell.likely is not None
    assert cell.high is not None
    due = "" if cell.due == "monthly" else cell.due
    currency = "" if cell.currency == "EUR" else cell.currency
    again = price_text((cell.low, cell.likely, cell.high), due=due, currency=currency)
    assert typed(again, "monthly") == cell


@pytest.mark.parametrize("text", ["3 %", "3", "3 (2–5)", "3 % a year", "3 (2–5) %"])
def test_a_rise_is_in_per_cent(text: str) -> None:
    cell = read_price(text, ITEMS[-1], "Blitz Clean", grid("Blitz Clean"))
    assert cell.likely == Decimal(3)


@pytest.mark.parametrize("text", ["3 EUR", "3 / month", "2 hours", "5 (7–9)", "١٢"])
def test_what_a_rise_is_not(text: str) -> None:
    cell = read_price(text, ITEMS[-1], "Blitz Clean", grid("Blitz Clean"))
    assert cell.refused
