"""One candidate and one requirement as the target of an act."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from evaltracker.errors import NotFound
from evaltracker.evaluations.models import Evaluation, Requirement, User
from evaltracker.pages.workspace import InEvaluation
from vendors.admin.conflict_question import open_answers
from vendors.models import Candidate


def cell_address(row: Any) -> str:
    """The page of the cell that a row is about, such as a claim or a ruling."""
    return reverse("admin:cell", args=[row.candidate_id, row.requirement_id])


@dataclass(frozen=True, slots=True)
class Place:
    """A cell of the matrix; its `pk` stands in addresses of acts."""

    candidate: Candidate
    requirement: Requirement

    @property
    def pk(self) -> str:
        """Both ids in one."""
        return f"{self.candidate.pk}.{self.requirement.pk}"

    @property
    def evaluation(self) -> Evaluation:
        return self.candidate.evaluation

    @property
    def address(self) -> str:
        """The page of the cell."""
        return reverse("admin:cell", args=[self.candidate.pk, self.requirement.pk])

    def __str__(self) -> str:
        return f"{self.candidate}, {self.requirement.ref}"


def find_place(user: User, candidate_id: uuid.UUID, requirement_id: uuid.UUID) -> Place:
    """The cell, if both exist, belong together and `user` may see them."""
    candidate = (
        Candidate.objects.visible_to(user)
        .select_related("evaluation__owner", "vendor")
        .filter(pk=candidate_id)
        .first()
    )
    if candidate is None:
        raise NotFound
    requirement = (
        Requirement.objects.filter(evaluation=candidate.evaluation_id)
        .select_related("category", "metric")
        .filter(pk=requirement_id)
        .first()
    )
    if requirement is None:
        raise NotFound
    requirement.evaluation = candidate.evaluation
    return Place(candidate, requirement)


def read_place(user: User, target_id: str) -> Place:
    """The cell of an act's address."""
    try:
        candidate, requirement = (uuid.UUID(part) for part in target_id.split("."))
    except ValueError as error:
        raise NotFound from error
    return find_place(user, candidate, requirement)


# What the acts of vendors share: on candidates, mostly by the owner.


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
