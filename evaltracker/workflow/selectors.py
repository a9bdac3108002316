"""The plan of an evaluation as its visits and its brief give it."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from zoneinfo import ZoneInfo

from evaltracker.evaluations.choices import Stage
from evaltracker.evaluations.models import Evaluation, Visit
from evaltracker.requirements.plan import Plan, VisitFacts, draw_plan
from evaltracker.toolbox.days import Place, everybody_works, today_in
from evaltracker.toolbox.working_days import monday_to_friday, working_day
from stakeholders.selectors import places_of

A_WEEK = datetime.timedelta(days=7)


def plan_of(
    evaluation: Evaluation,
    visits: Sequence[Visit],
    places: frozenset[Place] | None = None,
) -> Plan | None:
    """The plan drawn back from the date it must run; None if there is no date.

    `visits` are those of the evaluation. Days are those of its own zone; a public
    holiday of anybody involved is no working day. `places` says where they work, if
    the caller has read that for many evaluations at once.
    """
    if evaluation.must_run_by is None or not evaluation.is_open:
        return None
    zone = evaluation.zone
    if places is None:
        places = places_of([evaluation])[evaluation.pk]
    stays = [
        VisitFacts(
            visit.stage,
            local_day(visit.entered_at, zone),
            local_day(visit.left_at, zone) if visit.left_at else None,
        )
        for visit in visits
    ]
    try:
        return draw_plan(
            must_run_by=evaluation.must_run_by,
            started=min((stay.entered for stay in stays), default=today_in(zone)),
            today=today_in(zone),
            stage=evaluation.stage,
            lengths=evaluation.stage_weeks,
            visits=stays,
            works=partial(everybody_works, places=places),
        )
    except ValueError:
        # A date or length that no plan can be drawn with; the brief shows it.
        return None


def stage_due(
    evaluation: Evaluation,
    visits: Sequence[Visit],
    places: frozenset[Place] | None = None,
) -> datetime.date | None:
    plan = plan_of(evaluation, visits, places)
    if plan is None:
        return None
    return next(row.latest_end for row in plan.rows if row.current)


@dataclass(frozen=True, slots=True)
class Lateness:
    """A stay that should have ended by `due`, and the plan that says so."""

    visit: Visit
    due: datetime.date
    plan: Plan


def lateness_of(
    evaluation: Evaluation, places: frozenset[Place] | None = None
) -> Lateness | None:
    visits = list(evaluation.visits.all())
    stay = next((visit for visit in visits if visit.left_at is None), None)
    plan = plan_of(evaluation, visits, places)
    if plan is None or stay is None:
        return None
    due = next(row.latest_end for row in plan.rows if row.current)
    return Lateness(stay, due, plan) if due < today_in(evaluation.zone) else None


def local_day(instant: datetime.datetime, zone: str) -> datetime.date:
    return instant.astimezone(ZoneInfo(zone)).date()


def days_planned_for_trials(
    evaluation: Evaluation,
) -> tuple[datetime.date, datetime.date] | None:
    """The days between setting trials up and judging them; None if few are left. The
    plan has a week for either in its weeks of trials."""
    plan = plan_of(evaluation, list(evaluation.visits.all()))
    if plan is None:
        return None
    row = next(row for row in plan.rows if row.stage == Stage.TRIALS)
    first = working_day(
        max(row.start, today_in(evaluation.zone)) + A_WEEK, 1, monday_to_friday
    )
    last = working_day(row.end - A_WEEK, -1, monday_to_friday)
    return (first, last) if last - first >= A_WEEK else None
