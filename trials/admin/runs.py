"""Runs by day against their bound, tokens that post them, what runs propose."""

import datetime
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from http import HTTPStatus
from typing import Any, ClassVar

from django import forms
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import reverse

from evaltracker.errors import Problem, require_row, why_not
from evaltracker.evaluations.models import Evaluation, User
from evaltracker.pages.base import check_query
from evaltracker.pages.fields import form_of, reason_field, text_field
from evaltracker.pages.site import site
from evaltracker.pages.workspace import crumbs_to, show
from evaltracker.toolbox.files import attachment
from evaltracker.toolbox.measures import (
    Measure,
    PoolCount,
    Pooled,
    ProposedVerdict,
    UnitMismatch,
    convert,
    format_number,
)
from evaltracker.toolbox.text import listed
from trials.admin.base import OnTrial, find_trial
from trials.admin.criteria import JudgeCriterion
from trials.admin.evidence import ProofForm
from trials.choices import DataOwner, ReportFormat, Runner
from trials.models import Criterion, Run, RunReport, RunToken, Trial
from trials.policy import check_trial
from trials.run_formats import key_of_code
from trials.selectors.evaluation_cache import cached_for_version
from trials.selectors.runs import (
    SHOWN_REPORTS,
    DayOfRuns,
    RunCount,
    RunSpread,
    reported_so_far,
    reports_of,
    run_counts,
    runs_of,
    standing,
    tokens_of,
    who_left_out,
)
from trials.services.runs import (
    check_make_run_token,
    confirm_runs,
    leave_out_runs,
    make_run_token,
    report_of,
    revoke_run_token,
    take_back_runs,
)
from vendors.admin.base import open_answers, reader
from vendors.choices import CandidateKind

WIDTH = 600
HEIGHT = 160
# A bar of a single value is still seen, and the top value has air above it.
LEAST_BAR = 3.0
AIR = 1.12
CROSS = 4


@dataclass(frozen=True, slots=True)
class ChartLevel:
    y: float
    text_y: float
    words: str


@dataclass(frozen=True, slots=True)
class _Scale:
    first: datetime.date
    days: int
    low: float
    high: float

    def x(self, day: datetime.date) -> float:
        return round(WIDTH * ((day - self.first).days + 0.5) / self.days, 1)

    def y(self, value: Decimal | float) -> float:
        share = (float(value) - self.low) / (self.high - self.low)
        return round(HEIGHT * (1 - min(max(share, 0.0), 1.0)), 1)


def picture_of(
    count: RunCount, trial: Trial, baseline: Decimal | None
) -> dict[str, Any] | None:
    """The runs of a measured criterion as geometry in a box of 600 by 160; None while
    there is nothing to draw.

    `baseline` is what the same benchmark came to of what is there today.
    """
    measure = count.pooled.measure
    if measure is None or not count.days:
        return None
    scale = _scale(count, measure.bound, trial, baseline)
    spreads = [(day.day, day.spread) for day in count.days if day.spread]
    bars = [_bar(scale, day, spread) for day, spread in spreads]
    if baseline is None:
        as_is = ""
    else:
        as_is = f"as is {format_number(baseline)} {measure.unit}"
    bound, today = _levels(scale, measure.bound, measure.reach, baseline, as_is)
    return {
        "bars": bars,
        # Of runs that were left out.
        "crosses": [
            _cross(scale.x(day.day), scale.y(number))
            for day in count.days
            for number in day.struck
        ],
        "bound": bound,
        "baseline": today,
        "top": f"{format_number(Decimal(f'{scale.high:.3g}'))} {measure.unit}",
        "days": scale.days,
        "words": _summary(count, as_is),
    }


def _scale(
    count: RunCount, bound: Decimal, trial: Trial, baseline: Decimal | None
) -> _Scale:
    values: list[Decimal | None] = [Decimal(0), bound, baseline]
    for day in count.days:
        values += [*(day.spread or ()), *day.struck]
    known = [float(value) for value in values if value is not None]
    low = min(known)
    high = max(known)
    days = (trial.ends_on - trial.starts_on).days + 1
    return _Scale(trial.starts_on, days, low, low + (high - low or 1.0) * AIR)


def _bar(scale: _Scale, day: datetime.date, spread: RunSpread) -> dict[str, float]:
    width = round(min(WIDTH / scale.days * 0.6, 28), 1)
    top = scale.y(spread.highest)
    bottom = scale.y(spread.lowest)
    return {
        "x": round(scale.x(day) - width / 2, 1),
        "y": top,
        "width": width,
        "height": round(max(bottom - top, LEAST_BAR), 1),
        "mean": scale.y(spread.mean),
    }


def _levels(
    scale: _Scale, bound: Decimal, reach: str, baseline: Decimal | None, as_is: str
) -> tuple[ChartLevel, ChartLevel | None]:
    """Both lines; the upper one is written above it, the lower one below it."""
    at = scale.y(bound)
    if baseline is None:
        return ChartLevel(at, at - 4, reach), None
    today = scale.y(baseline)
    above = -4
    below = 12
    return (
        ChartLevel(at, at + (above if at <= today else below), reach),
        ChartLevel(today, today + (below if at <= today else above), as_is),
    )


def _cross(x: float, y: float) -> str:
    return (
        f"M{x - CROSS} {y - CROSS}l{2 * CROSS} {2 * CROSS}"
        f"M{x - CROSS} {y + CROSS}l{2 * CROSS} {-2 * CROSS}"
    )


def _summary(count: RunCount, as_is: str) -> str:
    sentences = [count.pooled.proposal.why]
    with_runs = sum(1 for day in count.days if day.n)
    if with_runs:
        sentences.append(f"Runs on {with_runs} {'day' if with_runs == 1 else 'days'}.")
    if count.pooled.left_out:
        sentences.append(f"{count.pooled.left_out} left out, drawn as crosses.")
    if as_is:
        sentences.append(f"The same benchmark of what is there today: {as_is}.")
    return " ".join(sentences)


def trend_of(count: RunCount) -> str:
    """How the newest day compares with those before it; blank if there is one day."""
    days: Sequence[tuple[Decimal, int]] = [
        (day.spread.mean, day.n) for day in count.days if day.spread
    ]
    if count.pooled.measure is None or len(days) < 2:
        return ""
    *before, (last, _) = days
    total = sum((mean * n for mean, n in before), Decimal(0))
    mean = total / sum(n for _, n in before)
    unit = count.pooled.measure.unit
    if not mean:
        return f"On the newest day the mean was {format_number(last)} {unit}."
    share = float((last - mean) / abs(mean))
    if abs(share) < 0.02:
        return "The newest day is like those before it."
    way = "above" if share > 0 else "below"
    return (
        f"The mean of the newest day is {abs(share):.0%} {way} that of the days before."
    )


# What runs come to, those of what is there today, and who left some out.
type Counts = tuple[
    dict[uuid.UUID, RunCount], dict[uuid.UUID, RunCount], dict[uuid.UUID, str]
]


@dataclass(frozen=True, slots=True)
class RunsRow:
    count: RunCount
    picture: dict[str, Any] | None
    trend: str
    spread: str
    # Who left runs of the proposing pool out.
    left_out_by: str = ""

    @property
    def pooled(self) -> Pooled:
        return self.count.pooled

    @property
    def pools(self) -> list[tuple[PoolCount, str]]:
        """Each with its value; of a single one without a name there is nothing to
        say."""
        pools = self.pooled.pools
        measure = self.pooled.measure
        is_named = len(pools) > 1 or any(pool.pool.words for pool in pools)
        return [
            (pool, value_words(measure, pool.proposal)) for pool in pools if is_named
        ]

    @property
    def left_out_words(self) -> str:
        """“3 of 32 runs left out by Lina Ortega; with them p95 60.6 s, partly.”"""
        out = self.pooled.left_out
        whole = self.pooled.with_left_out
        if not out:
            return ""
        if self.left_out_by:
            by = f" by {self.left_out_by}"
        else:
            by = ""
        value = value_words(self.pooled.measure, whole)
        carried = ", ".join(filter(None, (value, whole.verdict or "too few to tell")))
        of = out + self.pooled.proposal.n
        return f"{out:,} of {of:,} runs left out{by}; with them {carried}."

    @property
    def heads(self) -> tuple[str, ...]:
        if self.pooled.measure is None:
            return ("Tests", "Failed", "Left out")
        unit = self.pooled.measure.unit
        return (
            "Runs",
            *(f"{n}, {unit}" for n in ("Lowest", "Mean", "Highest")),
            "Left out",
        )

    @property
    def days(self) -> list[dict[str, Any]]:
        return [
            {"day": day.day, "cells": zip(self.heads, self._cells(day), strict=True)}
            for day in self.count.days
        ]

    def _cells(self, day: DayOfRuns) -> tuple[str, ...]:
        if self.pooled.measure is None:
            return (str(day.n), str(day.failed), str(day.left_out))
        numbers = map(format_number, day.spread) if day.spread else ("–",) * 3
        return (str(day.n), *numbers, str(day.left_out))


def value_words(measure: Measure | None, proposal: ProposedVerdict) -> str:
    """“p95 95.9 s”; blank for tests, and while there is none."""
    if measure is None or not proposal.n:
        return ""
    if proposal.value is None:
        return f"{measure.statistic} is a failed run"
    number = format_number(proposal.value, other=measure.bound)
    return f"{measure.statistic} {number} {measure.unit}"


def runs_rows(trial: Trial, criteria: Sequence[Criterion]) -> dict[uuid.UUID, RunsRow]:
    """By criterion, what its runs come to; those without any run are not in it."""
    counts, baselines, by = cached_for_version(
        trial.candidate.evaluation, f"runs of {trial.pk}", partial(_counts, trial.pk)
    )
    return {
        key: _row(trial, counts[key], baselines.get(need), by.get(key, ""))
        for key, need in ((row.pk, row.requirement_id) for row in criteria)
        if key in counts
    }


def _counts(trial_id: uuid.UUID, evaluation: Evaluation) -> Counts:
    """What the runs of each criterion come to, those of what is there today, by
    requirement, and who left out runs of each criterion."""
    criteria = list(
        Criterion.objects.filter(trial=trial_id).select_related("trial__candidate")
    )
    if not criteria:
        return {}, {}, {}
    trial = criteria[0].trial
    today = _as_is(trial, criteria)
    counts = run_counts([*criteria, *today], trial.zone)
    baselines = {
        row.requirement_id: counts[row.pk] for row in today if row.pk in counts
    }
    struck = {
        key: first.keys
        for key in counts
        if (first := counts[key].pooled.proposing) and first.left_out
    }
    if struck:
        rows = list(standing().filter(report__trial=trial_id))
    else:
        rows = []
    by = {
        key: listed(who_left_out(rows, key, files)["by"])
        for key, files in struck.items()
    }
    return counts, baselines, by


def _as_is(trial: Trial, criteria: Sequence[Criterion]) -> list[Criterion]:
    wanted = {row.requirement_id for row in criteria if row.measure}
    if not wanted or trial.candidate.kind == CandidateKind.AS_IS:
        return []
    rows = Criterion.objects.filter(
        trial__candidate__evaluation=trial.candidate.evaluation_id,
        trial__candidate__kind=CandidateKind.AS_IS,
        requirement__in=wanted,
    )
    return list(rows.exclude(measure={}))


def _row(
    trial: Trial, count: RunCount, baseline: RunCount | None, left_out_by: str
) -> RunsRow:
    measure = count.pooled.measure
    proposal = count.pooled.proposal
    spread = ""
    if measure and proposal.lowest is not None and proposal.highest is not None:
        low = format_number(proposal.lowest)
        high = format_number(proposal.highest)
        spread = f"from {low} to {high} {measure.unit}"
    today = _in_unit(baseline, measure)
    picture = picture_of(count, trial, today)
    return RunsRow(count, picture, trend_of(count), spread, left_out_by)


def _in_unit(baseline: RunCount | None, measure: Measure | None) -> Decimal | None:
    """The baseline's statistic in the unit of `measure`, if it is the same one."""
    if baseline is None or measure is None or baseline.pooled.measure is None:
        return None
    value = baseline.pooled.proposal.value
    other = baseline.pooled.measure
    if value is None or other.statistic != measure.statistic:
        return None
    try:
        return convert(value, other.unit, measure.unit)
    except UnitMismatch:
        return None


TRIAL = ("candidate__evaluation__owner", "lead")


class RevokeRunToken(OnTrial):
    title = "Revoke a run token"
    verb = "Revoke the token"
    help = "The next post with it is refused. What it reported stays."
    success = "The run token is revoked."
    model = RunToken
    target_name = "token"
    related = tuple(f"trial__{path}" for path in TRIAL)
    dangerous = True
    service = revoke_run_token

    def heading(self, target: Any) -> str:
        return f"{self.title}: {target.label or target.prefix}"


class OnRuns(OnTrial):
    target_name = "of"

    def trial(self, target: Any) -> Trial:
        return report_of(target).trial

    def heading(self, target: Any) -> str:
        if isinstance(target, RunReport):
            what = target.key
        else:
            what = target.words
        return f"{self.title}: {what}"

    def cancel_url(self, target: Any) -> str:
        return reverse("admin:trial_runs", args=[self.trial(target).pk])


class LeaveOutRun(OnRuns):
    title = "Leave out a run"
    verb = "Leave it out"
    success = "Left out. The run no longer counts."
    model: ClassVar[type[Model] | None] = Run
    related = tuple(f"report__trial__{path}" for path in TRIAL)
    form_class = form_of(
        reason=reason_field(
            help_text="It stays in the picture. Verdicts that it would change say so."
        )
    )
    service = leave_out_runs


class TakeBackRun(OnRuns):
    title = "Count a run again"
    verb = "Count it again"
    success = "It counts again."
    model: ClassVar[type[Model] | None] = Run
    related = LeaveOutRun.related
    service = take_back_runs


class LeaveOutReport(LeaveOutRun):
    title = "Leave out a whole report"
    model = RunReport
    related = tuple(f"trial__{path}" for path in TRIAL)


class TakeBackReport(TakeBackRun):
    title = "Take a report back in"
    model = RunReport
    related = LeaveOutReport.related


# Making a run token is no act: its secret is shown once, in the answer to the POST.


class RunTokenForm(forms.Form):
    label = forms.CharField(
        label="Label",
        max_length=80,
        required=False,
        help_text="For people to tell it by, such as “nightly benchmark”.",
    )
    # How many there were, so that a reload makes no second one.
    seen = forms.CharField(widget=forms.HiddenInput, required=False)


def run_token_view(request: HttpRequest, trial_id: uuid.UUID) -> HttpResponse:
    """Ask for a label (GET); make a token and show it (POST)."""
    if request.method not in {"GET", "HEAD", "POST"}:
        return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
    check_query(request)
    trial = find_trial(request, trial_id)
    check_make_run_token(trial, reader(request))
    there = str(trial.run_tokens.count())
    if request.method != "POST":
        return _page(request, trial, RunTokenForm(initial={"seen": there}))
    form = RunTokenForm(request.POST)
    if not form.is_valid():
        return _page(request, trial, form, status=HTTPStatus.BAD_REQUEST)
    data = form.cleaned_data
    if data["seen"] != there:
        form = RunTokenForm(initial={**data, "seen": there})
        changed = "The trial's run tokens changed since this page was made. Look again."
        return _page(request, trial, form, sentence=changed, status=409)
    try:
        with transaction.atomic():
            token, secret = make_run_token(
                trial=trial, label=data["label"], by=reader(request)
            )
    except Problem as problem:
        sentence = problem.sentence
        status = problem.status
        return _page(request, trial, form, sentence=sentence, status=status)
    return _page(request, trial, None, token=token, secret=secret)


def posting(request: HttpRequest, trial: Trial) -> dict[str, Any]:
    """Where programs report runs of a trial, and what they call its criteria."""
    criteria = list(trial.criteria.all())
    code = next((row.code for row in criteria if row.code), "")
    return {
        "address": request.build_absolute_uri(f"/api/v1/trials/{trial.pk}/runs/"),
        "criteria": criteria,
        "code": code,
        "test_name": key_of_code(code),
    }


def _page(
    request: HttpRequest,
    trial: Trial,
    form: RunTokenForm | None,
    *,
    status: int = 200,
    **context: Any,
) -> HttpResponse:
    answer = show(
        request,
        trial.candidate.evaluation,
        "trials/run_token.html",
        title="Make a run token",
        tab="trials",
        crumbs=crumbs_to(
            trial.candidate.evaluation, ("Trials", "trials"), ("Run token", "")
        ),
        trial=trial,
        form=form,
        **posting(request, trial),
        **context,
    )
    answer.status_code = status
    return answer


site.register_page("trials/<uuid:trial_id>/run-token/", run_token_view, "run_token")


SHOWN = 100


def trial_runs(request: HttpRequest, trial_id: uuid.UUID) -> HttpResponse:
    """Tokens, reports and runs of one trial; the newest first."""
    check_query(request, filters={"page"})
    user = reader(request)
    trial = find_trial(request, trial_id)
    evaluation = trial.candidate.evaluation
    refusal = why_not(check_make_run_token, trial, user)
    so_far = reported_so_far(trial)
    pages = Paginator(runs_of(trial), SHOWN)
    pages.count = so_far["runs"]  # counted already
    return show(
        request,
        evaluation,
        "trials/runs.html",
        title=f"Runs: {trial.title}",
        tab="trials",
        crumbs=crumbs_to(evaluation, ("Trials", "trials"), ("Runs", "")),
        trial=trial,
        may_make=refusal is None,
        why_no_token=refusal.sentence if refusal else "",
        may_change=why_not(check_trial, trial, user) is None,
        tokens=tokens_of(trial),
        reports=list(reports_of(trial)[:SHOWN_REPORTS]),
        so_far=so_far,
        page=pages.get_page(request.GET.get("page")),
        query="",
        **posting(request, trial),
    )


TYPES = {ReportFormat.JUNIT: "application/xml"}


def run_file(request: HttpRequest, report_id: uuid.UUID) -> HttpResponse:
    check_query(request)
    rows = RunReport.objects.visible_to(reader(request))
    reports = rows.select_related("trial__candidate__evaluation").filter(pk=report_id)
    report = require_row(reports.first())
    open_answers(request, report.trial.candidate.evaluation)
    kind = TYPES.get(ReportFormat(report.format), "application/json")
    return attachment(report.stored_as, name=report.name, content_type=kind)


site.register_page("trials/<uuid:trial_id>/runs/", trial_runs, "trial_runs")
site.register_page("run-reports/<uuid:report_id>/file/", run_file, "run_file")


class ConfirmForm(ProofForm):
    note = url = file = None  # type: ignore[assignment]
    proposed = forms.CharField(required=False, widget=forms.HiddenInput)
    seen = forms.CharField(required=False, widget=forms.HiddenInput)
    reason = text_field(
        "Reason",
        2,
        required=False,
        help_text=(
            "Give a reason if you change the proposed verdict, or if one file or a "
            "left-out run decides it. The vendor reads it if the verdict is “fails”."
        ),
    )

    field_order = ("verdict", "reason", "runner", "data", "took")


class ConfirmRuns(JudgeCriterion):
    title = "Confirm what the runs propose"
    verb = "Confirm"
    help = (
        "Keeps the verdict with the runs of today for good. Later runs don't change "
        "it; confirm again to count them."
    )
    success = "Confirmed: {target.requirement}."
    form_class = ConfirmForm
    template = "trials/confirm.html"
    version_fields = ("claim", "proposed", "seen")
    service = confirm_runs

    def initial(self, target: Any, user: User) -> dict[str, Any]:
        """The proposed verdict; run by us, and on the data that was said last."""
        row = runs_rows(target.trial, [target]).get(target.pk)
        proposed = (row and row.pooled.proposal.verdict) or ""
        seen = row.pooled.seen if row else ""
        usual = {"runner": Runner.US, "data": DataOwner.OURS}
        before = super().initial(target, user)
        now = {"proposed": proposed, "seen": seen, "verdict": proposed}
        return {**usual, **before, **now}

    def context(self, target: Any, user: User) -> dict[str, Any]:
        runs = runs_rows(target.trial, [target]).get(target.pk)
        return {**super().context(target, user), "runs": runs, "one": target}
