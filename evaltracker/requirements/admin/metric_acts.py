"""Acts on the business metrics that the purchase has to move."""

from collections.abc import Mapping
from typing import Any

from evaltracker.evaluations.models import Evaluation, Metric, User
from evaltracker.evaluations.policy import is_owner
from evaltracker.pages.acts import Act, Outcome, register_act
from evaltracker.pages.fields import form_like
from evaltracker.pages.workspace import crumbs_to, page_address
from evaltracker.requirements.admin.brief_acts import OnBrief
from evaltracker.requirements.services.requirements import add_metric, change_metric

METRIC = ("name", "baseline", "target", "how_measured")


@register_act
class AddMetric(OnBrief):
    """A business metric to move."""

    name = "add-metric"
    title = "Add a business metric"
    verb = "Add"
    help = "What has to get better, from where to where, and how you will know."
    success = "The metric is added. Tie must-haves to it on the requirements page."
    form_class = form_like(Metric, METRIC)

    def heading(self, target: Evaluation) -> str:
        """No name: the page says it."""
        return self.title

    def perform(self, target: Evaluation, data: Mapping[str, Any], by: User) -> Outcome:
        """Add it."""
        add_metric(evaluation=target, by=by, **data)
        return None


@register_act
class ChangeMetric(Act):
    """Other words for a metric."""

    name = "change-metric"
    title = "Change metric"
    verb = "Save"
    success = "The metric is saved."
    model = Metric
    form_class = form_like(Metric, METRIC)

    def allowed(self, user: User, target: Metric) -> bool:
        """The owner."""
        return is_owner(user, target.evaluation)

    def initial(self, target: Metric, user: User) -> dict[str, Any]:
        """What is written."""
        return {field: getattr(target, field) for field in METRIC}

    def context(self, target: Metric, user: User) -> dict[str, Any]:
        """The brief's frame."""
        steps = (("Brief", "brief"), (self.title, ""))
        return {
            "evaluation": target.evaluation,
            "tab": "brief",
            "crumbs": crumbs_to(target.evaluation, *steps),
        }

    def cancel_url(self, target: Metric) -> str:
        """The brief."""
        return page_address(target.evaluation, "brief", "metrics")

    def perform(self, target: Metric, data: Mapping[str, Any], by: User) -> Outcome:
        """Write it."""
        change_metric(metric=target, by=by, **data)
        return None
