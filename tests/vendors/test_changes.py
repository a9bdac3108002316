"""What a newer revision changed, in one word for the buyer."""

import datetime

import pytest

from vendors.claims import Change, Said, changes_between, days_moved

MARCH, JUNE = datetime.date(2027, 3, 1), datetime.date(2027, 6, 1)


def say(
    availability: str, day: datetime.date | None = None, of: int = 1, **more: bool
) -> Said:
    return Said(availability, day, of, **{"by_vendor": True, **more})


@pytest.mark.parametrize(
    ("former", "newer", "changes"),
    [
        (None, say("now"), [Change.NEW]),
        (say("unstated", by_vendor=False), say("now"), [Change.NEW]),
        (say("withdrawn"), say("beta"), [Change.NEW]),
        (say("beta"), say("now"), [Change.UPGRADED]),
        (say("now"), say("beta"), [Change.DOWNGRADED]),
        (say("now"), say("never"), [Change.DOWNGRADED]),
        (say("planned", MARCH), say("on_request"), [Change.RESTATED]),
        (say("planned", MARCH), say("planned", JUNE), [Change.LATER]),
        (say("planned", JUNE), say("planned", MARCH), [Change.EARLIER]),
        (say("beta", MARCH), say("planned", JUNE), [Change.DOWNGRADED, Change.LATER]),
        (say("now"), say("withdrawn"), [Change.WITHDRAWN]),
        (None, say("withdrawn"), [Change.WITHDRAWN]),
        (say("now"), say("now", of=2), [Change.CONFIRMED]),
        (say("now"), say("now"), [Change.REWORDED]),
    ],
)
def test_a_change_is_named(
    former: Said | None, newer: Said, changes: list[Change]
) -> None:
    assert list(changes_between(former, newer)) == changes


def test_a_moved_date_is_counted_in_days() -> None:
    assert days_moved(say("planned", MARCH), say("planned", JUNE)) == 92
    assert days_moved(say("planned", JUNE), say("planned", MARCH)) == -92
    assert days_moved(say("now"), say("planned", JUNE)) == 0
    assert days_moved(None, say("planned", JUNE)) == 0
