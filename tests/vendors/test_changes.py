"""What a newer revision changed, in one word for the buyer."""

import datetime

import pytest

from vendors.claims import Change, Said, changes_between, days_moved

MARCH, JUNE = datetime.date(2027, 3, 1), datetime.date(2027, 6, 1)


def said(
    availability: str, day: datetime.date | None = None, of: int = 1, **more: bool
) -> Said:
    return Said(availability, day, of, **{"by_vendor": True, **more})


@pytest.mark.parametrize(
    ("former", "newer", "changes"),
    [
        (None, said("now"), [Change.NEW]),
        (said("unstated", by_vendor=False), said("now"), [Change.NEW]),
        (said("withdrawn"), said("beta"), [Change.NEW]),
        (said("beta"), said("now"), [Change.UPGRADED]),
        (said("now"), said("beta"), [Change.DOWNGRADED]),
        (said("now"), said("never"), [Change.DOWNGRADED]),
        (said("planned", MARCH), said("on_request"), [Change.RESTATED]),
        (said("planned", MARCH), said("planned", JUNE), [Change.LATER]),
        (said("planned", JUNE), said("planned", MARCH), [Change.EARLIER]),
        (said("beta", MARCH), said("planned", JUNE), [Change.DOWNGRADED, Change.LATER]),
        (said("now"), said("withdrawn"), [Change.WITHDRAWN]),
        (None, said("withdrawn"), [Change.WITHDRAWN]),
        (said("now"), said("now", of=2), [Change.CONFIRMED]),
        (said("now"), said("now"), [Change.REWORDED]),
    ],
)
def test_a_change_is_named(
    former: Said | None, newer: Said, changes: list[Change]
) -> None:
    assert list(changes_between(former, newer)) == changes


def test_a_moved_date_is_counted_in_days() -> None:
    assert days_moved(said("planned", MARCH), said("planned", JUNE)) == 92
    assert days_moved(said("planned", JUNE), said("planned", MARCH)) == -92
    assert days_moved(said("now"), said("planned", JUNE)) == 0
    assert days_moved(None, said("planned", JUNE)) == 0
