"""What is asked once per column: how it writes its days."""

from collections.abc import Sequence

from evaltracker.importing.layout import short
from evaltracker.importing.plan import Findings
from evaltracker.tabular import Row, header_key
from evaltracker.tabular.days import DayOrder, is_open, order_of, read_day

EXAMPLES = 2


def order_in(
    header: Row, column: int, body: Sequence[Row], findings: Findings
) -> DayOrder | None:
    """The order of a column's days: as they tell it, or as somebody said."""
    texts = [row.cell(column) for row in body if row.cell(column)]
    order = order_of(texts)
    opened = list(dict.fromkeys(text for text in texts if is_open(text)))
    if order is not None or not opened:
        return order
    name = short(header.cell(column), 30)
    words = {DayOrder.DAY_FIRST: "the day", DayOrder.MONTH_FIRST: "the month"}
    said = findings.ask(
        f"days:{header_key(name)}",
        f"{examples(opened)} in column “{name}” can each be two days. What stands "
        "first?",
        [
            (it.value, f"{words[it]}: “{opened[0]}” is {read_day(opened[0], it)}")
            for it in DayOrder
        ],
    )
    return DayOrder(said) if said else None


def examples(texts: Sequence[str]) -> str:
    """The first of these texts in quotation marks."""
    return " and ".join(f"“{short(text)}”" for text in texts[:EXAMPLES])
