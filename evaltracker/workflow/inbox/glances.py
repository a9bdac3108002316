"""Many evaluations at a glance: what each may tell its reader in one line.

Read from what is kept, in as many queries for many as for one. Nothing is counted here.
"""

import datetime
import uuid
from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from django.db.models import Min
from django.utils import timezone

from evaltracker.evaluations.choices import Status
from evaltracker.evaluations.models import Evaluation, User, Visit
from evaltracker.kit.clock import today_in
from evaltracker.kit.text import listed
from evaltracker.requirements.plan import Plan
from evaltracker.workflow.models import (
    ContractTerm,
    Decision,
    KeptDraws,
    Outlook,
    PromiseCheck,
)
from evaltracker.workflow.selectors import local_day, plan_of
from stakeholders.selectors import places_of
from trials.choices import MilestoneState
from trials.models import Demo, Milestone
from vendors.models import Candidate, Conflict
from vendors.policy import to_declare

type Key = uuid.UUID
UNDECLARED = "declare conflicts of interest first"
BARRED = "closed by your conflict of interest"
UNCOUNTED = "not calculated yet"


@dataclass(frozen=True, slots=True, order=True)
class Dated:
    """A day, what happens on it, and what is late once it has passed."""

    day: datetime.date
    what: str
    noun: str


@dataclass(frozen=True, slots=True)
class Glance:
    """One evaluation in a line.

    `late` names what is overdue. `too_late` says that, as planned, it will not run by
    its day. `leader` is blank while there is none, and `no_leader` says why not: the
    reader's conflicts, or that nothing was counted yet.
    """

    next_date: Dated | None
    late: str
    too_late: bool
    in_the_way: str
    leader: str
    no_leader: str


def glances(user: User, evaluations: Collection[Evaluation]) -> dict[Key, Glance]:
    """What `user` may see of these, all of which they may see."""
    keys = [evaluation.pk for evaluation in evaluations]
    running = [evaluation for evaluation in evaluations if evaluation.is_open]
    plans, steps = _plans(running), _steps(running)
    interests = Conflict.objects.barring().of(user)
    barred = set(interests.values_list("candidate__evaluation", flat=True))
    dates = _dates(user, keys)
    leaders = _leaders(user, keys, [key for key in keys if key not in barred])
    unsaid = to_declare(user).filter(evaluation__in=keys)
    counted = KeptDraws.objects.filter(evaluation__in=keys, entries__gt=0)
    reasons = (
        (set(unsaid.values_list("evaluation", flat=True)), UNDECLARED),
        (barred, BARRED),
        (set(keys) - set(counted.values_list("evaluation", flat=True)), UNCOUNTED),
    )
    found = {}
    for evaluation in evaluations:
        key, today = evaluation.pk, today_in(evaluation.zone)
        plan = plans.get(key)
        dated = sorted(
            [
                *_own_dates(evaluation, plan),
                *(
                    Dated(local_day(at, evaluation.zone), *words)
                    for at, *words in dates[key]
                ),
            ]
        )
        found[key] = Glance(
            next_date=next((each for each in dated if each.day >= today), None),
            late=listed([each.noun for each in dated if each.day < today]),
            too_late=bool(plan and plan.already_late),
            in_the_way=steps.get(key, ""),
            leader="" if key in reasons[0][0] else leaders.get(key, ""),
            no_leader=next((why for where, why in reasons if key in where), ""),
        )
    return found


def _plans(evaluations: Collection[Evaluation]) -> dict[Key, Plan | None]:
    """The plans of open evaluations."""
    visits: dict[Key, list[Visit]] = defaultdict(list)
    for visit in Visit.objects.filter(evaluation__in=evaluations).order_by("number"):
        visits[visit.evaluation_id].append(visit)
    places = places_of(evaluations)
    return {
        evaluation.pk: plan_of(evaluation, visits[evaluation.pk], places[evaluation.pk])
        for evaluation in evaluations
    }


def _steps(evaluations: Collection[Evaluation]) -> dict[Key, str]:
    """The first thing in the way of each, as it was when it was last looked at."""
    kept = Outlook.objects.filter(evaluation__in=evaluations)
    return dict(kept.values_list("evaluation", "what"))


def _own_dates(evaluation: Evaluation, plan: Plan | None) -> Iterator[Dated]:
    if plan is not None:
        stage = evaluation.get_stage_display()
        ends = next(row.latest_end for row in plan.rows if row.current)
        yield Dated(ends, f"{stage} has to end", stage.lower())
    closes = evaluation.claims_close_at
    if closes is not None and evaluation.claims_are_open(timezone.now()):
        yield Dated(local_day(closes, evaluation.zone), "Answers close", "answers")


def _dates(
    user: User, keys: Collection[Key]
) -> dict[Key, list[tuple[datetime.datetime, str, str]]]:
    """The next milestone, demo, promise check and contract date that are the reader's
    to see, by evaluation."""
    found: dict[Key, list[tuple[datetime.datetime, str, str]]] = defaultdict(list)
    milestones = Milestone.objects.visible_to(user).filter(
        evaluation__in=keys,
        evaluation__status=Status.OPEN,
        state=MilestoneState.OPEN,
    )
    for key, at in (
        milestones.order_by().values_list("evaluation").annotate(Min("due_at"))
    ):
        found[key].append((at, "Milestone", "a milestone"))
    demos = Demo.objects.visible_to(user).to_come()
    here = demos.filter(candidate__evaluation__in=keys).order_by()
    for key, at in here.values_list("candidate__evaluation").annotate(
        Min("scheduled_for")
    ):
        found[key].append((at, "Demo", "a demo"))
    checks = PromiseCheck.objects.visible_to(user).filter(
        candidate__evaluation__in=keys, closed_at__isnull=True
    )
    for key, day in (
        checks.order_by().values_list("candidate__evaluation").annotate(Min("due_on"))
    ):
        found[key].append((_noon(day), "Promise check", "a promise check"))
    terms = ContractTerm.objects.visible_to(user).filter(evaluation__in=keys)
    for term in terms.filter(outcome=""):
        if term.deadline is not None:
            what = "Notice of the contract" if term.notice_day else "Contract ends"
            found[term.evaluation_id].append((_noon(term.deadline), what, "a contract"))
    return found


def _noon(day: datetime.date) -> datetime.datetime:
    """A moment of that day, whatever the zone."""
    return datetime.datetime.combine(day, datetime.time(12), datetime.UTC)


def _leaders(
    user: User, keys: Collection[Key], opened: Collection[Key]
) -> dict[Key, str]:
    """Who leads, as it was counted last, where that is open to the reader; who was
    chosen, once that is decided."""
    kept = KeptDraws.objects.visible_to(user).filter(evaluation__in=opened)
    firsts = dict(kept.values_list("evaluation", "firsts"))
    wanted = [candidate for first in firsts.values() for candidate in first]
    seen = Candidate.objects.visible_to(user).filter(pk__in=wanted)
    names = {str(pk): name for pk, name in seen.values_list("pk", "name")}
    leaders = {
        key: listed([names[candidate] for candidate in first if candidate in names])
        for key, first in firsts.items()
    }
    decided = Decision.objects.visible_to(user).filter(
        evaluation__in=keys, decided_at__isnull=False, candidate__isnull=False
    )
    return leaders | dict(decided.values_list("evaluation", "candidate__name"))
