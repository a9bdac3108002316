"""What rows of costs become; pure, from rows that are read."""

import datetime
from decimal import Decimal
from typing import Any

import pytest

from evaltracker.rows.cells import Money, key
from evaltracker.rows.subjects import Context, ParsedRecord, ReadRow, Refusal
from vendors.costs import IT
from vendors.imports.costs import Costs

CONTEXT = Context(
    currency="EUR",
    candidates={"alder": "Alder", "birch": "Birch", "birchgmbh": "Birch"},
    more={
        "kinds": IT,
        "items": {key(kind.name): (kind.key, "") for kind in IT}
        | {"support": ("support", "")},
    },
)
PRICE = Money(Decimal(12))


def read(*rows: ReadRow) -> list[ParsedRecord | Refusal]:
    return list(Costs().records(rows, CONTEXT))


def row(number: int = 2, /, **values: Any) -> ReadRow:
    said = {"kind": "licence", "rhythm": "once", "candidate": "Alder"} | values
    return ReadRow(
        "S",
        number,
        {name: held for name, held in said.items() if held not in ("", None)},
    )


def record(**values: Any) -> ParsedRecord:
    (one,) = read(row(**values))
    assert isinstance(one, ParsedRecord), one
    return one


def refusal(**values: Any) -> tuple[str, str]:
    (one,) = read(row(**values))
    assert isinstance(one, Refusal), one
    return one.role, one.sentence


def test_what_a_price_says_itself_wins_over_its_column_and_over_all() -> None:
    money = Money(Decimal("9.5"), "USD", "monthly", "user")
    read = record(amount=money, label=" Big  plan ", unit="seat", currency="CHF")
    assert read.key == ("Alder", "licence", "Big plan")
    assert read.values == {
        "state": "priced",
        "likely": Decimal("9.5000"),
        "currency": "USD",
        "recurrence": "monthly",
        "unit": "user",
    }
    plain = record(amount=PRICE, unit="seat", currency="CHF").values
    assert (plain["currency"], plain["recurrence"]) == ("CHF", "once")
    assert plain["unit"] == "seat"
    assert record(amount=PRICE).values["currency"] == "EUR"


def test_bidders_of_a_row_each_have_a_line_and_what_is_no_price_is_kept() -> None:
    bids = ReadRow(
        *("S", 3, {"kind": "licence", "label": "Visits"}),
        across={"Alder": Money(Decimal(29), rhythm="monthly"), "Birch": None},
        across_texts={"Birch": "from 15 a host"},
    )
    alder, birch = read(bids)
    assert isinstance(alder, ParsedRecord)
    assert isinstance(birch, ParsedRecord)
    assert alder.values["recurrence"] == "monthly"
    assert birch.key == ("Birch", "licence", "Visits")
    assert birch.values == {
        **dict.fromkeys(("low", "likely", "high")),
        "state": "unsaid",
        "source_text": "from 15 a host",
    }


def test_a_row_is_wrong_once_and_not_for_each_bidder() -> None:
    said = {"rhythm": "once", "kind": "licence", "rate": Decimal(0)}
    (wrong,) = read(ReadRow("S", 3, said, across={"Alder": PRICE, "Birch": PRICE}))
    assert isinstance(wrong, Refusal)
    assert wrong.role == "rate"


@pytest.mark.parametrize(
    ("values", "role", "sentence"),
    [
        ({"candidate": "Alderr", "amount": PRICE}, "candidate", "Did you mean “Alder”"),
        ({"state": "included", "amount": PRICE}, "amount", "Only a priced line"),
        ({"state": "priced"}, "amount", "needs its likely amount"),
        ({"amount": PRICE, "low": Money(Decimal(13))}, "low", "in that order"),
        ({"amount": PRICE, "low": Money(Decimal(1), "USD")}, "low", "USD and not EUR"),
        ({"amount": PRICE, "currency": "Taler"}, "currency", "as its code"),
        ({"amount": PRICE, "quantity": Decimal("1.234")}, "quantity", "2 decimals"),
        ({"amount": PRICE, "rate": Decimal(0)}, "rate", "above 0"),
        ({"amount": PRICE, "tiers": "10: 9"}, "tiers", "Write graduated, volume"),
        ({"amount": PRICE, "kind": "renewal_rise"}, "amount", "Write percent or"),
        ({"amount": PRICE, "pricing": "percent"}, "amount", "."),
    ],
)
def test_what_cannot_come_in_is_named_with_its_column(
    values: dict[str, Any], role: str, sentence: str
) -> None:
    where, why = refusal(**values)
    assert where == role
    assert sentence in why


def test_states_need_no_amount_and_take_none_from_the_line() -> None:
    nothing = dict.fromkeys(("low", "likely", "high"))
    for word, state in [("not_offered", "excluded"), ("not_stated", "unsaid")]:
        assert record(state=word).values == {"state": state, **nothing}
    assert record(amount=Money(state="included")).values["state"] == "included"
    assert record(state="priced", amount=PRICE).values["state"] == "priced"


def test_an_item_that_is_called_as_a_kind_is_of_that_kind() -> None:
    assert record(kind="", label="Support", amount=PRICE).key[1:] == ("support", "")
    assert record(kind="", label="set-up", amount=PRICE).key[1:] == ("setup", "")
    assert record(label="Support", amount=PRICE).key[1:] == ("licence", "Support")


def test_tiers_and_a_rise_in_per_cent_read_as_their_forms_do() -> None:
    tiered = record(amount=PRICE, pricing="volume", tiers="10: 9; 50: 8").values
    assert [tier["above"] for tier in tiered["tiers"]] == ["10", "50"]
    rise = record(kind="renewal_rise", pricing="percent", amount=Money(Decimal(5)))
    assert rise.values["likely"] == 5
    assert rise.values["recurrence"] == "yearly"


def test_days_links_and_remarks_stand_with_the_line() -> None:
    day = datetime.date(2027, 3, 31)
    values = record(
        amount=PRICE, valid_until=day, note="Net.", source_url="see mail", quoted_on=day
    ).values
    assert values["note"] == "Net.\nSource: see mail\nValid until 2027-03-31."
    assert values["quoted_on"] == day


def test_one_line_twice_is_one_and_two_that_differ_are_both_refused() -> None:
    same = read(row(2, amount=PRICE), row(3, amount=PRICE))
    assert all(isinstance(one, ParsedRecord) for one in same)
    other = read(row(2, amount=PRICE), row(3, amount=Money(Decimal(13))))
    assert [one.row for one in other if isinstance(one, Refusal)] == [2, 3]


def test_rows_say_what_they_lack_that_is_said_of_all() -> None:
    lacks = Costs().lacks
    assert set(lacks(ReadRow("S", 2, {"amount": PRICE}), CONTEXT)) == {
        *("candidate", "kind", "rhythm", "currency"),
    }
    support = {"amount": Money(Decimal(1), "EUR", "once"), "label": "Support"}
    assert set(lacks(ReadRow("S", 2, support), CONTEXT)) == {"candidate"}
    bids = ReadRow("S", 2, {"label": "x"}, across_texts={"Alder": "on request"})
    assert set(lacks(bids, CONTEXT)) == {"kind"}
    assert not list(lacks(ReadRow("S", 2, {"note": "x"}), CONTEXT))


@pytest.mark.parametrize(
    ("head", "said"),
    [
        ("Price per user/month (USD)", {"currency": "USD", "rhythm": "monthly"}),
        ("Cost/Year", {"rhythm": "yearly"}),
        ("Price €", {"currency": "EUR"}),
        ("Pricing comments", {}),
        ("Try all prices", {}),
        ("INPUT: ALL ROUNDS", {}),
        ("Price USD", {"currency": "USD"}),
    ],
)
def test_the_name_of_a_column_of_prices_can_say_currency_and_rhythm(
    head: str, said: dict[str, str]
) -> None:
    assert Costs().proposes(head, CONTEXT) == said
