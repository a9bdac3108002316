"""Opening, moving, closing and reopening the time for claims."""

import datetime
from zoneinfo import ZoneInfo

import pytest

from evaltracker.errors import Forbidden, Invalid, Refused
from evaltracker.evaluations.models import Entry
from tests.factories import common, vendors
from vendors.services.answering import (
    close_claims,
    move_claims_close,
    open_claims,
    reopen_claims,
)

pytestmark = pytest.mark.django_db
FAR_DAY = datetime.date(2044, 3, 27)


def test_a_bare_date_ends_with_that_day_in_the_evaluations_zone() -> None:
    where = vendors.enter(common.evaluation(zone="Europe/Berlin"), "research")
    opened = open_claims(evaluation=where, close_at=FAR_DAY, by=where.owner)
    midnight = datetime.datetime(2044, 3, 28, tzinfo=ZoneInfo("Europe/Berlin"))
    assert opened.claims_close_at == midnight
    assert Entry.objects.latest("number").action == "claims.opened"


def test_claims_open_once_in_research_by_the_owner() -> None:
    where = common.evaluation()
    with pytest.raises(Refused, match="research"):
        open_claims(evaluation=where, close_at=FAR_DAY, by=where.owner)
    vendors.in_research(where)
    with pytest.raises(Refused, match="move its end"):
        open_claims(evaluation=where, close_at=FAR_DAY, by=where.owner)
    with pytest.raises(Forbidden):
        close_claims(evaluation=where, by=common.otto())


@pytest.mark.parametrize(
    "close_at",
    [
        datetime.date(2020, 1, 1),
        datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC),
        datetime.datetime(2044, 1, 1),  # noqa: DTZ001 - this is what is refused
    ],
)
def test_an_end_in_the_past_or_without_a_zone_is_refused(
    close_at: datetime.date,
) -> None:
    where = vendors.enter(common.evaluation(), "research")
    with pytest.raises(Invalid) as invalid:
        open_claims(evaluation=where, close_at=close_at, by=where.owner)
    assert list(invalid.value.errors) == ["close_at"]


def test_the_end_moves_while_claims_are_open_and_not_after() -> None:
    where = vendors.in_research(common.evaluation())
    move_claims_close(
        evaluation=where, close_at=FAR_DAY, reason="Holidays", by=where.owner
    )
    vendors.close_by_deadline(where)
    with pytest.raises(Refused, match="not open"):
        move_claims_close(
            evaluation=where, close_at=FAR_DAY, reason="More", by=where.owner
        )
    with pytest.raises(Refused, match="reopen it"):
        open_claims(evaluation=where, close_at=FAR_DAY, by=where.owner)


def test_reopening_needs_closed_claims_and_a_reason() -> None:
    where = vendors.in_research(common.evaluation())
    with pytest.raises(Refused, match="not closed"):
        reopen_claims(evaluation=where, close_at=FAR_DAY, reason="x", by=where.owner)
    close_claims(evaluation=where, by=where.owner)
    with pytest.raises(Refused, match="closed already"):
        close_claims(evaluation=where, by=where.owner)
    with pytest.raises(Invalid):
        reopen_claims(evaluation=where, close_at=FAR_DAY, reason=" ", by=where.owner)
    again = reopen_claims(
        evaluation=where, close_at=FAR_DAY, reason="One fell ill", by=where.owner
    )
    assert again.claims_closed_at is None
    assert Entry.objects.latest("number").reason == "One fell ill"
