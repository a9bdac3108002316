"""What the acts of floor 3 share: inside an evaluation, mostly by its owner."""

from typing import Any, ClassVar

from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.http import HttpRequest

from evaltracker.errors import NotFound
from evaltracker.evaluations.models import Evaluation, User
from evaltracker.evaluations.policy import is_owner
from evaltracker.pages.acts import Act
from evaltracker.pages.workspace import crumbs_to, page_address
from vendors.admin.conflict_question import ask_first
from vendors.admin.targets import Place, read_place
from vendors.models import Candidate


class InEvaluation(Act):
    """An act inside one evaluation; `tab` is the page that it belongs to."""

    tab: ClassVar[str] = "candidates"
    related: ClassVar[tuple[str, ...]] = ()
    # Whether its form shows what candidates say or did.
    shows_candidates: ClassVar[bool] = False

    def load(self, user: User, target_id: str) -> Any:
        """The target with the rows that rights and forms need."""
        manager: Any = self.model._default_manager  # type: ignore[union-attr]
        rows = manager.visible_to(user)
        if self.related:
            rows = rows.select_related(*self.related)
        try:
            return rows.get(pk=target_id)
        except (ObjectDoesNotExist, ValueError, ValidationError) as error:
            raise NotFound from error

    def evaluation(self, target: Any) -> Evaluation:
        """The evaluation that the target belongs to."""
        found: Evaluation = target.evaluation
        return found

    def ask_before(self, request: HttpRequest, target: Any) -> None:
        """For an interest, before a candidate's content is shown."""
        if self.shows_candidates:
            ask_first(request, self.evaluation(target))

    def allowed(self, user: User, target: Any) -> bool:
        """The owner, unless a subclass says otherwise."""
        return is_owner(user, self.evaluation(target))

    def context(self, target: Any, user: User) -> dict[str, Any]:
        """The evaluation's tabs above the form."""
        evaluation = self.evaluation(target)
        label = self.tab.replace("_", " ").capitalize()
        crumbs = crumbs_to(evaluation, (label, self.tab), (self.title, ""))
        return {"evaluation": evaluation, "tab": self.tab, "crumbs": crumbs}

    def page(self, target: Any, anchor: str = "") -> str:
        """The tab's page."""
        return page_address(self.evaluation(target), self.tab, anchor)

    def cancel_url(self, target: Any) -> str:
        """Back to the page that the act belongs to."""
        return self.page(target)


class OnEvaluation(InEvaluation):
    """An act on the evaluation itself."""

    model = Evaluation
    related = ("owner",)

    def evaluation(self, target: Any) -> Evaluation:
        """The target."""
        found: Evaluation = target
        return found

    def heading(self, target: Any) -> str:
        """The evaluation's name stands in the tabs already."""
        return self.title


class OnCandidate(InEvaluation):
    """An act on one candidate."""

    model = Candidate
    related = ("evaluation__owner", "vendor")

    def cancel_url(self, target: Any) -> str:
        """The candidate's line."""
        return self.page(target, f"candidate-{target.pk}")


class OnPlace(InEvaluation):
    """An act on one candidate and one requirement."""

    tab = "matrix"
    shows_candidates = True

    def load(self, user: User, target_id: str) -> Place:
        """The cell, if the reader may see it."""
        return read_place(user, target_id)

    def cancel_url(self, target: Any) -> str:
        """The page of the cell."""
        address: str = target.address
        return address
