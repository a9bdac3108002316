"""The question that comes before a candidate's content: have you an interest in it?

Every page that shows what candidates answer, cost or did begins with `open_answers`;
one that only names them begins with `ask_first`.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, cast
from urllib.parse import urlencode

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse

from evaltracker.errors import NotFound, require_row
from evaltracker.evaluations.models import Evaluation, Requirement, User
from evaltracker.evaluations.policy import is_owner
from evaltracker.pages.acts import address_of
from evaltracker.pages.base import HardenedAdmin
from evaltracker.pages.fields import reason_field
from evaltracker.pages.site import Detour
from evaltracker.pages.workspace import InEvaluation
from vendors import policy
from vendors.models import Candidate
from vendors.selectors.claims import opened
from vendors.services.contacts import yes_to

FIELD = "shared"
YES = "Yes, that is intended"
# One form may be refused for two reasons, one after the other.
BEFORE = "Yes, also to what was asked before"


class OpenReasonForm(forms.Form):
    reason = reason_field(help_text="Everybody in the evaluation reads it.")


class AnyYes(forms.MultipleChoiceField):
    """A yes to something; to what, the service compares."""

    widget = forms.MultipleHiddenInput

    def valid_value(self, value: str) -> bool:
        return True


class SharedForm(forms.Form):
    """A form that may need a yes; the tick box shows once it was refused."""

    shared = AnyYes(required=False, label="Needs your yes")

    def add_error(self, field: str | None, error: Any) -> None:
        """Beside the sentence that refuses it, a yes to that very sentence."""
        if field == FIELD and isinstance(error, str):
            boxes: Any = self.fields.pop(FIELD)
            ticked = [(yes, BEFORE) for yes in self.cleaned_data.get(FIELD, ())]
            boxes.choices = [*ticked, (yes_to(error), YES)]
            boxes.needed = "needed to go on"
            boxes.widget = forms.CheckboxSelectMultiple(choices=boxes.choices)
            self.fields[FIELD] = boxes
        super().add_error(field, error)


def reader(request: HttpRequest) -> User:
    return cast("User", request.user)


def ask_first(request: HttpRequest, evaluation: Evaluation) -> User:
    """Lead whoever has not answered for every candidate to the question, and back. The
    owner, who administers candidates, goes on; gives the reader."""
    user = reader(request)
    if not is_owner(user, evaluation) and policy.has_to_declare(user, evaluation):
        raise Detour(question_of(request, evaluation))
    return user


def open_answers(request: HttpRequest, evaluation: Evaluation) -> User:
    """Ask first, the owner too, and keep out whoever declared a conflict."""
    user = reader(request)
    if policy.has_to_declare(user, evaluation):
        raise Detour(question_of(request, evaluation))
    policy.check_read_answers(evaluation, user)
    return user


def undeclared_by(user: User, evaluation: Evaluation) -> list[Candidate]:
    """Candidates for whom `user` has to declare before reading on, by name."""
    if not policy.has_to_declare(user, evaluation):
        return []
    return list(policy.to_declare(user).filter(evaluation=evaluation).order_by("name"))


def question_of(request: HttpRequest, evaluation: Evaluation) -> str:
    back = urlencode({"next": request.get_full_path()})
    return f"{address_of('declare-interests', evaluation)}?{back}"


def is_kept_out(user: User, evaluation: Evaluation) -> bool:
    return not policy.may_read_answers(user, evaluation)


class AboutCandidates(HardenedAdmin):
    """A list of what candidates say or did, of those that are open to the reader.

    A list spans evaluations, so it leaves the others out instead of asking. No amount
    and no digest is a column.
    """

    candidate_path: ClassVar[str] = "candidate"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request)
        return opened(rows, reader(request), self.candidate_path)


def cell_address(row: Any) -> str:
    return reverse("admin:cell", args=[row.candidate_id, row.requirement_id])


@dataclass(frozen=True, slots=True)
class CandidateRequirement:
    candidate: Candidate
    requirement: Requirement

    @property
    def pk(self) -> str:
        return f"{self.candidate.pk}.{self.requirement.pk}"

    @property
    def evaluation(self) -> Evaluation:
        return self.candidate.evaluation

    @property
    def address(self) -> str:
        return reverse("admin:cell", args=[self.candidate.pk, self.requirement.pk])

    def __str__(self) -> str:
        return f"{self.candidate}, {self.requirement.ref}"


def find_candidate(user: User, key: uuid.UUID, **more: Any) -> Candidate:
    """The candidate, if `user` may see it and `more` holds of it; else NotFound."""
    rows = Candidate.objects.visible_to(user)
    rows = rows.select_related("evaluation__owner", "vendor")
    candidate: Candidate | None = rows.filter(pk=key, **more).first()
    return require_row(candidate)


def find_place(
    user: User, candidate_id: uuid.UUID, requirement_id: uuid.UUID
) -> CandidateRequirement:
    candidate = find_candidate(user, candidate_id)
    requirements = Requirement.objects.filter(evaluation=candidate.evaluation_id)
    rows = requirements.select_related("category", "metric")
    requirement = require_row(rows.filter(pk=requirement_id).first())
    requirement.evaluation = candidate.evaluation
    return CandidateRequirement(candidate, requirement)


class AboutCandidate[T](InEvaluation[T]):
    def ask_before(self, request: HttpRequest, target: T) -> None:
        open_answers(request, self.evaluation(target))


class OnCandidate(InEvaluation[Candidate]):
    tab = "candidates"
    anchor = "candidate"
    model = Candidate
    target_name = "candidate"
    related = ("evaluation__owner", "vendor")


class OnPlace(AboutCandidate[CandidateRequirement]):
    tab = "matrix"

    def load(self, user: User, target_id: str) -> CandidateRequirement:
        try:
            candidate, requirement = (uuid.UUID(part) for part in target_id.split("."))
        except ValueError as error:
            raise NotFound from error
        return find_place(user, candidate, requirement)

    def judged(self, target: CandidateRequirement) -> tuple[Any, ...]:
        return target.candidate, target.requirement

    def arguments(
        self, target: CandidateRequirement, data: Mapping[str, Any]
    ) -> dict[str, Any]:
        about = {"candidate": target.candidate, "requirement": target.requirement}
        return {**about, **data}

    def cancel_url(self, target: CandidateRequirement) -> str:
        return target.address


def cell_name(claim: Any) -> str:
    return f"{claim.candidate}, {claim.requirement.ref}"
