"""Acts on promise checks: judging, moving, waiving and closing them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import UUID

from django import forms

from evaltracker.decision.models import (
    CheckFound,
    MetricValue,
    PromiseCheck,
)
from evaltracker.decision.selectors.metrics import MetricRow
from evaltracker.decision.selectors.promises import (
    PromisedRow,
    earlier_standing,
    promised_rows,
)
from evaltracker.decision.services import promise_checks
from evaltracker.evaluations.models import Metric, User
from evaltracker.pages.fields import (
    day_field,
    form_of,
    reason_field,
)
from evaltracker.pages.site import register_panel
from evaltracker.toolbox.charts import Axis, Lane, LaneMark, Lanes, Span, both
from evaltracker.toolbox.text import listed
from vendors.admin.base import AboutCandidate
from vendors.models import Candidate


class OnCheck(AboutCandidate[PromiseCheck]):
    tab = "promise_checks"
    anchor = "check"
    model = PromiseCheck
    target_name = "check"
    related = ("candidate__evaluation__owner",)
    heading_format = "{title} after {target.months} months"


class PairsForm(forms.Form):
    """By key two fields of a row: what is said of it, and its note."""

    said: ClassVar[str]
    rows: dict[str, Any]

    def ask(self, key: str, field: forms.Field, note: str, last: Any) -> None:
        """Of one row; `last` is what was said of it before, if anything was."""
        self.fields[f"{self.said}-{key}"] = field
        self.fields[f"note-{key}"] = forms.CharField(
            label=note, required=False, max_length=2000
        )
        if last:
            field.initial = getattr(last, self.said)
            self.fields[f"note-{key}"].initial = last.note

    def lines(self) -> list[tuple[Any, Any, Any]]:
        return [
            (row, self[f"{self.said}-{key}"], self[f"note-{key}"])
            for key, row in self.rows.items()
        ]


def pairs_in(data: Mapping[str, Any], prefix: str) -> dict[str, tuple[str, str]]:
    """What was said, each with its note; what was left blank is left out."""
    names = [
        name for name, value in data.items() if name.startswith(f"{prefix}-") and value
    ]
    keys = [name.removeprefix(f"{prefix}-") for name in names]
    return {key: (data[f"{prefix}-{key}"], data[f"note-{key}"]) for key in keys}


class JudgeForm(PairsForm):
    said = "found"

    def __init__(self, *args: Any, rows: list[PromisedRow], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rows = {row.key: row for row in rows}
        for key, row in self.rows.items():
            verdict = forms.ChoiceField(
                label=f"{row.name}: does it hold?",
                choices=[("", "not judged yet"), *CheckFound.choices],
                required=False,
            )
            self.ask(key, verdict, f"{row.name}: how was it seen?", row.last)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for key in self.rows:
            verdict = data.get(f"found-{key}")
            note = data.get(f"note-{key}")
            if verdict and not note:
                self.add_error(f"note-{key}", "Enter how you checked it.")
            if note and not verdict:
                self.add_error(f"found-{key}", "Choose whether it holds.")
        return data


class JudgePromises(OnCheck):
    title = "Promise check"
    verb = "Save the verdicts"
    help = (
        "Judge each promise as of today. You can leave some for later. The memo stays "
        "as it is."
    )
    success = "The verdicts are saved."
    form_class = JudgeForm
    template = "workflow/judge_promises.html"
    service = promise_checks.record_promises
    rule = promise_checks.check_judge

    def form_kwargs(self, target: PromiseCheck, user: User) -> dict[str, Any]:
        return {"rows": promised_rows(target.candidate, [target])}

    def arguments(
        self, target: PromiseCheck, data: Mapping[str, Any]
    ) -> dict[str, Any]:
        return {"check": target, "found": pairs_in(data, "found")}


class MoveCheck(OnCheck):
    title = "Move the check"
    verb = "Move it"
    help = "You get reminders a week before, on the day, and a week after."
    success = "The check is moved."
    form_class = form_of(
        due_on=day_field(label="New day", help_text="In the evaluation's time zone.")
    )
    service = promise_checks.move_check
    rule = promise_checks.check_run
    current_fields = ("due_on",)


class WaiveCheck(OnCheck):
    title = "Leave out the check"
    verb = "Leave it out"
    help = "Reminders stop. You can't undo this."
    success = "The check is left out."
    form_class = form_of(
        reason=reason_field(help_text="It stays beside the check and in the journal.")
    )
    dangerous = True
    service = promise_checks.waive_check
    rule = promise_checks.check_run


class CloseCheck(OnCheck):
    title = "Close the check"
    verb = "Close it"
    help = "Judge every promise first. Closed verdicts stay as they are."
    success = "The check is closed."
    form_class = form_of(
        summary=forms.CharField(
            label="What it came to",
            widget=forms.Textarea(attrs={"rows": 4}),
            required=False,
            help_text="For the next person who evaluates this vendor.",
        )
    )
    service = promise_checks.close_check
    rule = promise_checks.check_close


def previous_sample(user: User, candidate: Candidate) -> dict[str, Any] | None:
    rows = earlier_standing(user, candidate)
    if rows:
        return {"rows": rows, "vendor": candidate.vendor}
    return None


register_panel("candidate", 10, "workflow/parts/earlier.html", previous_sample)


class ValuesForm(PairsForm):
    said = "value"

    def __init__(
        self,
        *args: Any,
        metrics: list[Metric],
        given: Mapping[Any, MetricValue],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.rows = {str(metric.pk): metric for metric in metrics}
        for key, metric in self.rows.items():
            value = forms.CharField(
                label="Value now",
                required=False,
                max_length=150,
                help_text="Blank stays missing.",
            )
            self.ask(key, value, "How it was measured", given.get(metric.pk))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for key in self.rows:
            if data.get(f"note-{key}") and not data.get(f"value-{key}"):
                self.add_error(f"value-{key}", "Enter the value, too.")
        return data


class EnterMetricValues(OnCheck):
    title = "Metrics"
    verb = "Save the values"
    help = "Write values as the brief does, such as 78%."
    success = "The values are saved."
    form_class = ValuesForm
    template = "workflow/metric_values.html"
    service = promise_checks.record_metric_values
    rule = promise_checks.check_measure

    def form_kwargs(self, target: PromiseCheck, user: User) -> dict[str, Any]:
        by_metric = {row.metric_id: row for row in target.metric_values.all()}
        metrics = list(target.candidate.evaluation.metrics.all())
        return {"metrics": metrics, "given": by_metric}

    def arguments(
        self, target: PromiseCheck, data: Mapping[str, Any]
    ) -> dict[str, Any]:
        values = pairs_in(data, "value")
        return {"check": target, "values": {UUID(key): values[key] for key in values}}


# What is past its target is seen, too.
END = 1.25


@dataclass(frozen=True, slots=True)
class MetricPicture:
    charts: tuple[Lanes, ...]
    left_out: str


def metric_picture(rows: Sequence[MetricRow]) -> MetricPicture | None:
    lanes = []
    left_out = []
    for row in rows:
        lane = lane_of(row)
        if lane is not None:
            lanes.append(lane)
        elif row.given:
            left_out.append(f"“{row.metric}”")
    if not lanes:
        return None
    axis = Axis(
        END, ticks=((0.0, "before"), (1.0, "target")), heads=("latest",), rooms=(96,)
    )
    title = "How far each metric has come from before to its target"
    note = f"Not drawn, as its values are no numbers of one unit: {listed(left_out)}."
    return MetricPicture(both(title, lanes, axis), note if left_out else "")


def lane_of(row: MetricRow) -> Lane | None:
    ways = [
        (place.value.value, place.check.months, way)
        for place in row.places
        if place.value is not None and (way := row.way(place.value.value)) is not None
    ]
    if not ways:
        return None
    value, _, latest = ways[-1]
    parts = [f"{text} after {months} months" for text, months, _ in ways]
    metric = row.metric
    return Lane(
        metric.name,
        value,
        spans=(Span(0.0, max(latest, 0.0)),) if latest > 0 else (),
        marks=tuple(LaneMark(way, kind="stroke") for _, _, way in ways[:-1]),
        note=f"{metric.baseline} before, {metric.target} wanted; {listed(parts)}",
        tone="lead" if latest >= 1 else "",
    )
