"""One candidate and one requirement as the target of an act."""

import uuid
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from evaltracker.errors import NotFound
from evaltracker.evaluations.models import Evaluation, Requirement, User
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
