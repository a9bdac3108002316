"""Days as people write them: read where they can be one day, refused where two."""

import datetime

import pytest

from evaltracker.toolbox.tabular.cells import DayOrder, order_of, read_day

JUNE = datetime.date(2027, 6, 30)


@pytest.mark.parametrize(
    "text", ["2027-06-30", "30.06.2027", "30.6.2027", "30/06/2027", "06/30/2027"]
)
def test_what_can_be_one_day_is_read(text: str) -> None:
    assert read_day(text) == JUNE
    assert read_day(text, DayOrder.DAY_FIRST) == JUNE


def test_what_can_be_two_needs_an_order() -> None:
    with pytest.raises(ValueError, match="can be two days"):
        read_day("03/04/2027")
    assert read_day("03/04/2027", DayOrder.DAY_FIRST) == datetime.date(2027, 4, 3)
    assert read_day("03/04/2027", DayOrder.MONTH_FIRST) == datetime.date(2027, 3, 4)
    assert read_day("05/05/2027") == datetime.date(2027, 5, 5)
    assert read_day("03.04.2027") == datetime.date(2027, 4, 3)


@pytest.mark.parametrize(
    "text",
    ["", "March", "30.06.27", "31.02.2027", "13/13/2027", "30.06/2027", "٣٠.06.2027"],
)
def test_what_is_no_day_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"is no day\. Write the day as"):
        read_day(text, DayOrder.DAY_FIRST)


@pytest.mark.parametrize(
    ("texts", "order"),
    [
        (["03/04/2027", "30/04/2027"], DayOrder.DAY_FIRST),
        (["03-04-2027", "04-30-2027", "2027-01-01", ""], DayOrder.MONTH_FIRST),
        (["03/04/2027"], None),
        (["30/04/2027", "04/30/2027"], None),
        ([], None),
    ],
)
def test_a_column_tells_its_order_if_its_days_agree(
    texts: list[str], order: DayOrder | None
) -> None:
    assert order_of(texts) == order
