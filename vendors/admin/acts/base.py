"""What the acts of vendors share: on candidates, mostly by the owner."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest

from evaltracker.evaluations.models import User
from evaltracker.pages.evaluation_acts import InEvaluation
from vendors.admin.conflict_question import open_answers
from vendors.admin.targets import Place, read_place
from vendors.models import Candidate


class AboutCandidate[T](InEvaluation[T]):
    """An act whose form shows what candidates say or did."""

    def ask_before(self, request: HttpRequest, target: T) -> None:
        """For a conflict of interest, before a candidate's content is shown."""
        open_answers(request, self.evaluation(target))


class OnCandidate(InEvaluation[Candidate]):
    """An act on one candidate."""

    tab = "candidates"
    anchor = "candidate"
    model = Candidate
    target_name = "candidate"
    related = ("evaluation__owner", "vendor")


class OnPlace(AboutCandidate[Place]):
    """An act on one candidate and one requirement."""

    tab = "matrix"

    def load(self, user: User, target_id: str) -> Place:
        """The cell, if the reader may see it."""
        return read_place(user, target_id)

    def judged(self, target: Place) -> tuple[Any, ...]:
        """The two that make the cell."""
        return target.candidate, target.requirement

    def arguments(self, target: Place, data: Mapping[str, Any]) -> dict[str, Any]:
        """The two that make the cell."""
        about = {"candidate": target.candidate, "requirement": target.requirement}
        return {**about, **data}

    def cancel_url(self, target: Place) -> str:
        """The page of the cell."""
        return target.address
