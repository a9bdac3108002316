"""Acts inside one evaluation, by its owner unless they say otherwise."""

from functools import reduce
from typing import Any, ClassVar

from evaltracker.evaluations.models import Evaluation, User
from evaltracker.evaluations.policy import check_owned, is_owner
from evaltracker.pages.acts import Act
from evaltracker.pages.tabs import label_of
from evaltracker.pages.workspace import crumbs_to, page_address


class InEvaluation[T](Act[T]):
    """An act inside one evaluation; `tab` is the page that it belongs to."""

    tab: ClassVar[str] = "overview"
    # Where the target stands on that page, as in “requirement-” and its id.
    anchor: ClassVar[str] = ""

    def evaluation(self, target: T) -> Evaluation:
        """The evaluation that the target belongs to."""
        path: str = getattr(self.model, "evaluation_path", "evaluation")
        steps = path.split("__") if path else []
        row: Any = target
        found: Evaluation = reduce(getattr, steps, row)
        return found

    def allowed(self, user: User, target: T) -> bool:
        """The owner, unless a subclass says otherwise."""
        return is_owner(user, self.evaluation(target))

    def check(self, user: User, target: T) -> None:
        """Ask the rule; without one of its own, the owner while it is open."""
        plain = type(self).allowed is InEvaluation.allowed
        if type(self).rule is None and plain:
            check_owned(self.evaluation(target), user)
        else:
            super().check(user, target)

    def crumb(self, target: T) -> str:
        """The last step of the way here."""
        return self.title

    def context(self, target: T, user: User) -> dict[str, Any]:
        """The evaluation beside the form, and the way back."""
        evaluation = self.evaluation(target)
        label = label_of(self.tab)
        crumbs = crumbs_to(evaluation, (label, self.tab), (self.crumb(target), ""))
        return {"evaluation": evaluation, "tab": self.tab, "crumbs": crumbs}

    def page(self, target: T, anchor: str = "") -> str:
        return page_address(self.evaluation(target), self.tab, anchor)

    def cancel_url(self, target: T) -> str:
        """Back to the page that the act belongs to, where the target stands."""
        row: Any = target
        return self.page(target, f"{self.anchor}-{row.pk}" if self.anchor else "")


class OnEvaluation(InEvaluation[Evaluation]):
    """An act on the evaluation itself."""

    model = Evaluation
    related = ("owner",)
    target_name = "evaluation"

    def heading(self, target: Evaluation) -> str:
        """The evaluation's name stands in the tabs already."""
        return self.title
