"""A price sheet of any country, read again, is equal or asked about."""

import csv
import datetime
import io
from decimal import Decimal
from typing import Any

import pytest
from babel.dates import format_date
from babel.numbers import format_decimal, get_decimal_symbol
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evaltracker.importing.rows import RowsPlan
from evaltracker.toolbox.tabular.cells import Style
from evaltracker.toolbox.tabular.open_books import read_table
from vendors.imports.costs import KnownCosts, plan_costs_import

LOCALES = (
    *("cs_CZ", "de_CH", "de_DE", "en_GB", "en_IN", "en_US", "es_ES", "fr_FR"),
    *("it_IT", "ja_JP", "nl_NL", "pl_PL", "pt_BR", "sv_SE"),
)
MONTH_FIRST = {"en_US"}
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "cp1252", "iso-8859-15", "cp1250")
KNOWN = KnownCosts({"Acme ML": [], "Globex": []}, "EUR")
HEADS = ["Candidate", "Kind of cost", "Part", "Price", "Falls due", "Quoted on"]
AMOUNTS = st.decimals(0, 10**7, places=2) | st.integers(0, 10**7).map(Decimal)
DAYS = st.dates(datetime.date(2020, 1, 1), datetime.date(2030, 12, 31))
ROWS = st.lists(st.tuples(AMOUNTS, DAYS), min_size=1, max_size=6)


@st.composite
def layouts(draw: st.DrawFn) -> dict[str, Any]:
    """How the sheet lies in its file."""
    return {
        "encoding": draw(st.sampled_from(ENCODINGS)),
        "delimiter": draw(st.sampled_from(",;\t|")),
        "titles": draw(st.integers(0, 2)),
        "blank_left": draw(st.booleans()),
        "blank_between": draw(st.booleans()),
    }


def sheet(rows: list[list[str]], layout: dict[str, Any]) -> bytes:
    """The rows as somebody keeps them."""
    above = [["Prices of 2027"], ["", "for the board"]][: layout["titles"]]
    table = [HEADS, *rows]
    if layout["blank_between"]:
        table[1:1] = [[]]
    if layout["blank_left"]:
        table = [["", *row] for row in table]
    target = io.StringIO()
    csv.writer(target, delimiter=layout["delimiter"]).writerows([*above, *table])
    try:
        return target.getvalue().encode(layout["encoding"])
    except UnicodeEncodeError:
        return target.getvalue().encode()


def answered(content: bytes, locale: str) -> RowsPlan:
    """The plan, with what its person answers to what is asked."""
    book = read_table(content, "prices.csv")
    plan = plan_costs_import(book, KNOWN)
    is_comma = get_decimal_symbol(locale) == ","
    says = {
        "numbers": str(Style.COMMA if is_comma else Style.POINT),
        "days": "month" if locale in MONTH_FIRST else "day",
    }
    answers = {it.key: says[it.key.partition(":")[0]] for it in plan.questions}
    return plan_costs_import(book, KNOWN, answers=answers)


@pytest.mark.parametrize("locale", LOCALES)
@given(rows=ROWS, layout=layouts(), width=st.sampled_from(("short", "medium", "long")))
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_prices_of_any_country_are_equal_or_asked_about(
    locale: str, rows: list[tuple[Decimal, datetime.date]], layout: Any, width: str
) -> None:
    typed = [
        [
            "Acme ML",
            "licence",
            f"Part {at}",
            format_decimal(amount, locale=locale, decimal_quantization=False),
            "yearly",
            format_date(day, width, locale=locale),
        ]
        for at, (amount, day) in enumerate(rows)
    ]
    plan = answered(sheet(typed, layout), locale)
    told = " ".join([*plan.remarks, *map(str, plan.problems)])
    came = {line.key[2]: line.values for line in plan.new}
    refused = {problem.row for problem in plan.problems}
    assert len(came) == len(rows) or refused, told
    for at, (amount, day) in enumerate(rows):
        values = came.get(f"Part {at}")
        if values is None:
            continue
        if values["likely"] is None:
            assert typed[at][3] in told
        else:
            assert values["likely"] == amount, typed[at]
        assert values["quoted_on"] == day, typed[at]


@pytest.mark.parametrize("locale", LOCALES)
def test_whole_prices_of_any_country_come_in_without_a_problem(locale: str) -> None:
    """What the property says would hold of a reader that refuses everything."""
    amounts = [Decimal("1234.56"), Decimal(980), Decimal("1234567.8")]
    typed = [
        [
            *("Acme ML", "licence", f"Part {at}"),
            format_decimal(amount, locale=locale, decimal_quantization=False),
            *("yearly", "2027-03-31"),
        ]
        for at, amount in enumerate(amounts)
    ]
    layout = {"encoding": "utf-8", "delimiter": ";", "titles": 1}
    content = sheet(typed, {**layout, "blank_left": True, "blank_between": False})
    plan = answered(content, locale)
    assert plan.problems == ()
    assert [line.values["likely"] for line in plan.new] == amounts
