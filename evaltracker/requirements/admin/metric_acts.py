"""Acts on the business metrics that the purchase has to move."""

from typing import Any

from evaltracker.evaluations.models import Metric, User
from evaltracker.pages.acts import register_act
from evaltracker.pages.evaluation_acts import InEvaluation
from evaltracker.pages.fields import form_like
from evaltracker.requirements.admin.brief_acts import OnBrief
from evaltracker.requirements.services.requirements import add_metric, change_metric

METRIC = ("name", "baseline", "target", "how_measured")


@register_act
class AddMetric(OnBrief):
    """A business metric to move."""

    name = "add-metric"
    title = "Add a business metric"
    verb = "Add"
    again_verb = "Add and start another"
    help = "What has to get better, from where to where, and how you will know."
    success = "The metric is added. Tie must-haves to it on the requirements page."
    form_class = form_like(Metric, METRIC)
    service = add_metric


@register_act
class ChangeMetric(InEvaluation[Metric]):
    """Other words for a metric."""

    name = "change-metric"
    title = "Change metric"
    verb = "Save"
    success = "The metric is saved."
    tab = "brief"
    model = Metric
    target_name = "metric"
    service = change_metric
    form_class = form_like(Metric, METRIC)

    def initial(self, target: Metric, user: User) -> dict[str, Any]:
        return {field: getattr(target, field) for field in METRIC}

    def cancel_url(self, target: Metric) -> str:
        return self.page(target, "metrics")
