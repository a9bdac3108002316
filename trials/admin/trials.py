"""Trials: all of an evaluation with its milestones, and one with everything."""

import datetime
import uuid
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import admin
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from evaltracker.evaluations.choices import Stage
from evaltracker.evaluations.models import Evaluation, User
from evaltracker.evaluations.policy import is_owner
from evaltracker.pages.base import by, check_query
from evaltracker.pages.site import panels_of, site
from evaltracker.pages.workspace import crumbs_to, evaluation_page, show
from trials.admin.base import find_trial, takes_part
from trials.admin.evidence import judging, page_rows
from trials.admin.ledger import ways_on
from trials.admin.runs import runs_rows
from trials.choices import MilestoneState, Severity
from trials.models import Gap, Milestone, Trial
from trials.policy import TRIAL_STAGES, may_lead, today_in
from trials.selectors.runs import reports_so_far
from trials.selectors.trials import (
    Contract,
    DayShare,
    contract_of,
    exercised_by_day,
    half_time_alarm,
    orphans_of,
    unequal_trials,
)
from vendors.admin.base import AboutCandidates, open_answers, reader
from vendors.selectors.candidates import active_candidates


@dataclass(frozen=True, slots=True)
class TimelineDot:
    """A milestone on the line; `at` is a share of it in per cent."""

    milestone: Milestone
    number: int
    at: str
    late: bool

    @property
    def tone(self) -> str:
        """good, bad, warn or info; the number and the list say it in words."""
        state = self.milestone.state
        if state == MilestoneState.MET:
            return "good"
        if state == MilestoneState.MISSED or self.late:
            return "bad"
        if state == MilestoneState.OPEN:
            return "info"
        return "calm"


@dataclass(frozen=True, slots=True)
class Timeline:
    first: datetime.date
    last: datetime.date
    zone: str
    today: datetime.date
    today_at: str
    passed: str
    dots: list[TimelineDot]

    @property
    def day(self) -> int:
        """Which day it is today, from 1; below 1 before it begins."""
        return (self.today - self.first).days + 1

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1


def _dots(
    milestones: Iterable[Milestone],
    share: Callable[[datetime.datetime], float],
    now: datetime.datetime,
) -> list[TimelineDot]:
    return [
        TimelineDot(
            milestone, number, f"{share(milestone.due_at):.2f}", is_late(milestone, now)
        )
        for number, milestone in enumerate(milestones, start=1)
    ]


def _share_of(
    low: datetime.datetime, high: datetime.datetime
) -> Callable[[datetime.datetime], float]:
    """Which share of the time between them is over, in per cent."""
    return lambda now: min(100.0, max(0.0, 100 * ((now - low) / (high - low))))


def line_of(
    trial: Trial, milestones: Sequence[Milestone], now: datetime.datetime
) -> Timeline:
    zone = ZoneInfo(trial.zone)
    moments = [milestone.due_at for milestone in milestones]
    low = min([_begin(trial), *moments])
    high = max([_end(trial), *moments])
    share = _share_of(low, high)
    return Timeline(
        first=trial.starts_on,
        last=trial.ends_on,
        zone=trial.zone,
        today=now.astimezone(zone).date(),
        today_at=f"{share(now):.2f}" if low <= now <= high else "",
        passed=f"{share(now):.2f}",
        dots=_dots(milestones, share, now),
    )


def lanes_of(
    trials: Sequence[Trial], now: datetime.datetime, runs: Collection[uuid.UUID]
) -> dict[str, Any] | None:
    """Trials, with their milestones fetched, on one line; None if there are none.

    Places are shares in per cent; `runs` are the ids of those that the reader may move.
    """
    if not trials:
        return None
    low = min(_begin(trial) for trial in trials)
    high = max(_end(trial) for trial in trials)
    share = _share_of(low, high)
    lanes = []
    for trial in trials:
        left = share(_begin(trial))
        right = share(_end(trial))
        lane = {
            "trial": trial,
            "left": f"{left:.2f}",
            "width": f"{right - left:.2f}",
            "dots": _dots(trial.milestones.all(), share, now),
            "may_move": trial.pk in runs,
        }
        lanes.append(lane)
    return {
        "first": min(trial.starts_on for trial in trials),
        "last": max(trial.ends_on for trial in trials),
        "today_at": f"{share(now):.2f}" if low <= now <= high else "",
        "lanes": lanes,
    }


def _begin(trial: Trial) -> datetime.datetime:
    zone = ZoneInfo(trial.zone)
    return datetime.datetime.combine(trial.starts_on, datetime.time(), zone)


def _end(trial: Trial) -> datetime.datetime:
    zone = ZoneInfo(trial.zone)
    return datetime.datetime.combine(trial.ends_on, datetime.time.max, zone)


def is_late(milestone: Milestone, now: datetime.datetime) -> bool:
    return milestone.state == MilestoneState.OPEN and milestone.due_at < now


WIDTH = 600
HEIGHT = 160


def curve_of(shares: Sequence[DayShare], days: int) -> dict[str, Any] | None:
    """The share of must-haves exercised by day; None while there is nothing to draw."""
    if not shares or not shares[-1].asked:
        return None
    step = WIDTH / max(days, 1)
    steps = [f"M0 {HEIGHT}"]
    for share in shares:
        height = HEIGHT - HEIGHT * share.exercised / share.asked
        steps.append(f"V{height:.1f} H{share.number * step:.1f}")
    path = " ".join(steps)
    last = shares[-1]
    return {
        "path": path,
        "area": f"{path} V{HEIGHT} Z",
        "half": WIDTH / 2,
        "days": days,
        "top": last.asked,
        "done": last.exercised,
        "words": f"By day {last.number} of {days}, {last.exercised} of {last.asked} "
        "must-haves had been exercised.",
        "points": [
            share
            for before, share in zip([None, *shares[:-1]], shares, strict=True)
            if before is None or share is last or share.exercised != before.exercised
        ],
    }


def gaps_in_order(trial: Trial) -> list[Gap]:
    order = list(Severity.values)
    people = ("found_by", "reply_noted_by", "retested_by")
    gaps = list(trial.gaps.select_related("requirement", *people))
    for gap in gaps:
        gap.trial = trial

    def place(row: Gap) -> tuple[bool, int, datetime.date]:
        return (row.closed_at is not None, order.index(row.severity), row.found_on)

    return sorted(gaps, key=place)


def milestone_rows(
    milestones: Iterable[Milestone], evaluation: Evaluation, user: User, *, runs: bool
) -> list[dict[str, Any]]:
    """In order of time; `runs` says whether the reader runs what they belong to."""
    now = timezone.now()
    orphans = orphans_of(evaluation)
    return [
        {
            "milestone": row,
            "late": is_late(row, now),
            "orphaned": row.pk in orphans,
            "may_move": is_open and runs,
            "may_settle": is_open and (runs or row.owner_id == user.pk),
        }
        for row in milestones
        # Once it is decided, no act on it is let through.
        for is_open in [evaluation.is_open and row.state == MilestoneState.OPEN]
    ]


def trials_of(evaluation: Evaluation) -> Sequence[Trial]:
    still_open = Q(gaps__closed_at__isnull=True)
    breaks = still_open & Q(gaps__severity=Severity.DEAL_BREAKER)
    trials = list(
        Trial.objects.filter(candidate__evaluation=evaluation)
        .select_related("candidate", "lead")
        .annotate(
            named=Count("criteria", distinct=True),
            open_gaps=Count("gaps", filter=still_open, distinct=True),
            open_breakers=Count("gaps", filter=breaks, distinct=True),
        )
        .prefetch_related("milestones")
        .order_by("starts_on", "title")
    )
    for trial in trials:
        trial.candidate.evaluation = evaluation
    return trials


@evaluation_page("trials", "Trials", order=70, group="Proof")
def trials_view(request: HttpRequest, evaluation: Evaluation) -> HttpResponse:
    check_query(request)
    user = reader(request)
    open_answers(request, evaluation)
    owns = is_owner(user, evaluation)
    trials = trials_of(evaluation)
    movable = {trial.pk for trial in trials if _may_move(user, trial)}
    with_trial = {trial.candidate_id for trial in trials}
    candidates = list(active_candidates(evaluation))
    close = [candidate for candidate in candidates if candidate.state != "longlisted"]
    for candidate in close:
        candidate.evaluation = evaluation
    milestones = Milestone.objects.filter(
        evaluation=evaluation, trial__isnull=True
    ).select_related("owner", "hangs_on")
    together = [trial for trial in trials if trial.drawn_up and not trial.closed_at]
    return show(
        request,
        evaluation,
        "trials/trials.html",
        title=evaluation.say("Trials"),
        owns=owns,
        trials=trials,
        lanes=lanes_of(trials, timezone.now(), movable),
        without=[candidate for candidate in close if candidate.pk not in with_trial],
        close=close,
        may_plan=evaluation.is_open and Stage(evaluation.stage) in TRIAL_STAGES,
        milestones=milestone_rows(milestones, evaluation, user, runs=owns),
        here=request.path + "#milestones",
        panels=panels_of("trials", evaluation, user),
        unequal=unequal_trials(evaluation),
        together=bool(together),
        all_proposed=all(trial.proposed_at for trial in together),
    )


def _may_move(user: User, trial: Trial) -> bool:
    evaluation = trial.candidate.evaluation
    going = evaluation.is_open and Stage(evaluation.stage) in TRIAL_STAGES
    return going and trial.closed_at is None and may_lead(user, trial)


def offers_of(
    user: User, trial: Trial, contract: Contract | None, line: Timeline
) -> dict[str, bool]:
    evaluation = trial.candidate.evaluation
    stage = Stage(evaluation.stage)
    going = evaluation.is_open and trial.closed_at is None
    part = takes_part(user, evaluation)
    plans = going and stage in TRIAL_STAGES
    runs_now = going and stage == Stage.TRIALS
    judges = part and runs_now
    return {
        "part": part,
        "can_plan": plans and may_lead(user, trial),
        "writes_criteria": plans and may_lead(user, trial) and not trial.agreed_at,
        "may_agree": contract is not None and plans and bool(contract.parts_of(user)),
        "in_trials": runs_now,
        "can_judge": judges and trial.agreed_at is not None,
        "can_note_gaps": judges and line.day >= 1,
    }


def siblings_of(evaluation: Evaluation) -> list[tuple[str, str]]:
    trials = Trial.objects.filter(candidate__evaluation=evaluation)
    return [
        (trial.title, reverse("admin:trial", args=[trial.pk]))
        for trial in trials.order_by("title")
    ]


def trial_view(request: HttpRequest, trial_id: uuid.UUID) -> HttpResponse:
    check_query(request)
    user = reader(request)
    trial = find_trial(request, trial_id)
    evaluation = trial.candidate.evaluation
    runs = may_lead(user, trial)
    going = evaluation.is_open and not trial.closed_at
    milestones = list(trial.milestones.select_related("owner", "hangs_on"))
    if trial.proposed_at:
        contract = contract_of(trial)
    else:
        contract = None
    line = line_of(trial, milestones, timezone.now())
    gaps = gaps_in_order(trial)
    still_open = [gap for gap in gaps if gap.closed_at is None]
    criteria = page_rows(trial, partial(runs_rows, trial), still_open)
    return show(
        request,
        evaluation,
        "trials/trial.html",
        title=trial.title,
        tab="trials",
        crumbs=crumbs_to(evaluation, ("Trials", "trials"), (trial.title, "")),
        trial=trial,
        runs=runs,
        contract=contract,
        agreed=sum(bool(row.given) for row in contract.roles) if contract else 0,
        reported=reports_so_far(trial) if trial.agreed_at else None,
        changes=list(trial.changes.select_related("changed_by")),
        **offers_of(user, trial, contract, line),
        line=line,
        reached=sum(milestone.state == MilestoneState.MET for milestone in milestones),
        coming=next(
            (
                milestone
                for milestone in milestones
                if milestone.state == MilestoneState.OPEN
            ),
            None,
        ),
        milestones=milestone_rows(milestones, evaluation, user, runs=runs and going),
        **judging(trial, criteria, user),
        unmeasured=[row for row in criteria if row.lacks_runs],
        **ways_on(evaluation, user),
        gaps=gaps,
        open_gaps=len(still_open),
        open_breakers=sum(gap.severity == Severity.DEAL_BREAKER for gap in still_open),
        curve=curve_of(exercised_by_day(trial), line.days),
        untouched=half_time_alarm(trial),
        plans_milestones=runs and going,
        here=request.path,
        siblings=siblings_of(evaluation),
        today=today_in(trial.zone),
    )


site.register_page("trials/<uuid:trial_id>/", trial_view, "trial")


@admin.register(Trial, site=site)
class TrialAdmin(AboutCandidates):
    empty_text = "Trials are planned on the Trials page of an evaluation."
    list_display = ("title", "candidate", "starts_on", "ends_on", "lead", "closed_at")
    list_filter = (by("candidate"),)
    search_fields = ("title",)
    ordering = ("-starts_on",)
    fields = ("candidate", "title", "starts_on", "ends_on", "zone", "lead", "summary")

    def page_of(self, row: Trial) -> str:
        return reverse("admin:trial", args=[row.pk])
