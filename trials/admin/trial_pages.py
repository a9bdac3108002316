"""Trials: all of an evaluation with its milestones, and one with everything."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from evaltracker.errors import NotFound
from evaltracker.evaluations.choices import Stage
from evaltracker.evaluations.models import Evaluation, User
from evaltracker.evaluations.policy import is_owner
from evaltracker.pages.fields import without_blank
from evaltracker.pages.panels import panels_of
from evaltracker.pages.query import check_query
from evaltracker.pages.site import site
from evaltracker.pages.workspace import crumbs_to, evaluation_page, show
from trials.admin.acts.base import takes_part
from trials.admin.partly import ways_on
from trials.admin.settings_asked import setting_fields
from trials.admin.timeline import Line, curve_of, is_late, lanes_of, line_of
from trials.admin.trial_rows import criterion_rows, gaps_in_order, how_far
from trials.choices import EvidenceVerdict, MilestoneState, Severity
from trials.models import Gap, Milestone, Trial
from trials.policy import TRIAL_STAGES, may_lead, today_in
from trials.selectors import exercised_by_day, half_time_alarm
from trials.selectors.contracts import Contract, contract_of
from trials.selectors.orphans import orphans_of
from trials.selectors.runs import reports_so_far
from trials.selectors.unequal import unequal_trials
from vendors.admin.conflict_question import open_answers
from vendors.admin.pages import reader
from vendors.selectors import active_candidates


@dataclass(frozen=True, slots=True)
class MilestoneRow:
    """A milestone, and what the reader may do with it."""

    milestone: Milestone
    late: bool
    orphaned: bool
    may_move: bool
    may_settle: bool


def milestone_rows(
    milestones: Iterable[Milestone], evaluation: Evaluation, user: User, *, runs: bool
) -> list[MilestoneRow]:
    """In order of time; `runs` says whether the reader runs what they belong to."""
    now, orphans = timezone.now(), orphans_of(evaluation)
    rows = []
    for milestone in milestones:
        still_open = milestone.state == MilestoneState.OPEN
        moves = still_open and runs
        settles = still_open and (runs or milestone.owner_id == user.pk)
        orphaned = milestone.pk in orphans
        rows.append(
            MilestoneRow(milestone, is_late(milestone, now), orphaned, moves, settles)
        )
    return rows


def trials_of(evaluation: Evaluation) -> Sequence[Trial]:
    """Its trials in order of time, each with the counts that the page shows."""
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
    """Trials, who has none yet, and the evaluation's own milestones."""
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
    return show(
        request,
        evaluation,
        "trials/trials.html",
        title="Trials",
        tab="trials",
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
        **drawn_up_among(trials),
    )


def drawn_up_among(trials: Sequence[Trial]) -> dict[str, bool]:
    """Whether some are on common terms, and whether all their contracts are out."""
    together = [trial for trial in trials if trial.drawn_up and not trial.closed_at]
    return {
        "together": bool(together),
        "all_proposed": all(trial.proposed_at for trial in together),
    }


def _may_move(user: User, trial: Trial) -> bool:
    """Whether the reader may put it to other days now."""
    evaluation = trial.candidate.evaluation
    going = evaluation.is_open and Stage(evaluation.stage) in TRIAL_STAGES
    return going and trial.closed_at is None and may_lead(user, trial)


def find_trial(user: User, trial_id: uuid.UUID) -> Trial:
    """The trial of that id, if `user` may know of it.

    Raises:
        NotFound: there is none that they may.

    """
    trial = (
        Trial.objects.visible_to(user)
        .select_related(
            "candidate__evaluation__owner", "candidate__vendor", "lead", "agreed_by"
        )
        .filter(pk=trial_id)
        .first()
    )
    if trial is None:
        raise NotFound
    return trial


def offers_of(
    user: User, trial: Trial, contract: Contract | None, line: Line
) -> dict[str, bool]:
    """What the page offers to do with a trial, by the template's names."""
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
    """The trials, each with its address."""
    trials = Trial.objects.filter(candidate__evaluation=evaluation)
    return [
        (trial.title, reverse("admin:trial", args=[trial.pk]))
        for trial in trials.order_by("title")
    ]


def _open_breakers(gaps: Iterable[Gap]) -> int:
    """How many deal-breakers are open."""
    worst = (gap for gap in gaps if gap.severity == Severity.DEAL_BREAKER)
    return sum(gap.closed_at is None for gap in worst)


def trial_view(request: HttpRequest, trial_id: uuid.UUID) -> HttpResponse:
    """One trial: contract, timeline, criteria, gaps, and how far it has come."""
    check_query(request)
    user = reader(request)
    trial = find_trial(user, trial_id)
    evaluation = trial.candidate.evaluation
    open_answers(request, evaluation)
    runs, going = may_lead(user, trial), evaluation.is_open and not trial.closed_at
    milestones = list(trial.milestones.select_related("owner", "hangs_on"))
    contract = contract_of(trial) if trial.proposed_at else None
    line = line_of(trial, milestones, timezone.now())
    criteria, gaps = criterion_rows(trial), gaps_in_order(trial)
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
        reported=reports_so_far(trial) if trial.agreed_at else None,
        changes=list(trial.changes.select_related("changed_by")),
        **offers_of(user, trial, contract, line),
        line=line,
        milestones=milestone_rows(milestones, evaluation, user, runs=runs and going),
        criteria=criteria,
        **ways_on(evaluation, user),
        **how_far(criteria),
        verdicts=without_blank(EvidenceVerdict.choices, EvidenceVerdict.NOT_SHOWN),
        gaps=gaps,
        open_breakers=_open_breakers(gaps),
        curve=curve_of(exercised_by_day(trial), line.days),
        untouched=half_time_alarm(trial),
        plans_milestones=runs and going,
        here=request.path,
        siblings=siblings_of(evaluation),
        **setting_fields(verdict for row in criteria for verdict in row.verdicts),
        today=today_in(trial.zone),
    )


site.register_page("trials/<uuid:trial_id>/", trial_view, "trial")
