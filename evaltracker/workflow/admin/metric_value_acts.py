"""Entering what the metrics of the brief have come to, in a promise check."""

from collections.abc import Mapping
from typing import Any

from django import forms

from evaltracker.evaluations.models import Metric, User
from evaltracker.pages.acts import register_act
from evaltracker.workflow.admin.checks_acts import OnCheck
from evaltracker.workflow.models import MetricValue, PromiseCheck
from evaltracker.workflow.services.metric_values import (
    check_measure,
    record_metric_values,
)


class ValuesForm(forms.Form):
    """A value and a note for each metric; blank is missing."""

    def __init__(
        self,
        *args: Any,
        metrics: list[Metric],
        given: Mapping[Any, MetricValue],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.metrics = metrics
        for metric in metrics:
            said = given.get(metric.pk)
            self.fields[f"value-{metric.pk}"] = forms.CharField(
                label="Value now",
                required=False,
                max_length=150,
                initial=said.value if said else "",
                help_text="Blank stays missing.",
            )
            self.fields[f"note-{metric.pk}"] = forms.CharField(
                label="How it was measured",
                required=False,
                max_length=2000,
                initial=said.note if said else "",
            )

    def lines(self) -> list[tuple[Metric, Any, Any]]:
        """Each metric with its two fields, for the page."""
        return [
            (metric, self[f"value-{metric.pk}"], self[f"note-{metric.pk}"])
            for metric in self.metrics
        ]

    def clean(self) -> dict[str, Any]:
        """A note says something about a value."""
        data = super().clean() or {}
        for metric in self.metrics:
            if data.get(f"note-{metric.pk}") and not data.get(f"value-{metric.pk}"):
                self.add_error(f"value-{metric.pk}", "Enter the value, too.")
        return data


@register_act
class EnterMetricValues(OnCheck):
    """Says what each metric is now."""

    name = "enter-metric-values"
    title = "Metrics"
    verb = "Save the values"
    help = "Write values as the brief does, such as 78%, so that they can be compared."
    success = "The values are saved."
    form_class = ValuesForm
    template = "workflow/metric_values.html"
    service = record_metric_values
    rule = check_measure

    def form_kwargs(self, target: PromiseCheck, user: User) -> dict[str, Any]:
        given = {row.metric_id: row for row in target.metric_values.all()}
        metrics = list(target.candidate.evaluation.metrics.all())
        return {"metrics": metrics, "given": given}

    def arguments(
        self, target: PromiseCheck, data: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Value and note by metric; what is blank is left out."""
        metrics = target.candidate.evaluation.metrics.all()
        return {
            "check": target,
            "values": {
                metric.pk: (data[f"value-{metric.pk}"], data[f"note-{metric.pk}"])
                for metric in metrics
                if data.get(f"value-{metric.pk}")
            },
        }
