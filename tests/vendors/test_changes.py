"""What a newer revision changed, in one word for the buyer."""

import datetime

import pytest

from vendors.claims import ClaimChange, ClaimState, changes_between, days_moved

MARCH, JUNE = datetime.date(2027, 3, 1), datetime.date(2027, 6, 1)


def say(
    availability: str, day: datetime.date | None = None, of: int = 1, **more: bool
) -> ClaimState:
    return ClaimState(availability, day, of, **{"by_vendor": True, **more})


@pytest.mark.parametrize(
    ("former", "newer", "changes"),
    [
        (None, say("now"), [ClaimChange.NEW]),
        (say("unstated", by_vendor=False), say("now"), [ClaimChange.NEW]),
        (say("withdrawn"), say("beta"), [ClaimChange.NEW]),
        (say("beta"), say("now"), [ClaimChange.UPGRADED]),
        (say("now"), say("beta"), [ClaimChange.DOWNGRADED]),
        (say("now"), say("never"), [ClaimChange.DOWNGRADED]),
        (say("planned", MARCH), say("on_request"), [ClaimChange.RESTATED]),
        (say("planned", MARCH), say("planned", JUNE), [ClaimChange.LATER]),
        (say("planned", JUNE), say("planned", MARCH), [ClaimChange.EARLIER]),
        (
            say("beta", MARCH),
            say("planned", JUNE),
            [ClaimChange.DOWNGRADED, ClaimChange.LATER],
        ),
        (say("now"), say("withdrawn"), [ClaimChange.WITHDRAWN]),
        (None, say("withdrawn"), [ClaimChange.WITHDRAWN]),
        (say("now"), say("now", of=2), [ClaimChange.CONFIRMED]),
        (say("now"), say("now"), [ClaimChange.REWORDED]),
    ],
)
def test_a_change_is_named(
    former: ClaimState | None, newer: ClaimState, changes: list[ClaimChange]
) -> None:
    assert list(changes_between(former, newer)) == changes


def test_a_moved_date_is_counted_in_days() -> None:
    assert days_moved(say("planned", MARCH), say("planned", JUNE)) == 92
    assert days_moved(say("planned", JUNE), say("planned", MARCH)) == -92
    assert days_moved(say("now"), say("planned", JUNE)) == 0
    assert days_moved(None, say("planned", JUNE)) == 0
