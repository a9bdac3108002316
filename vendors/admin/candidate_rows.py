"""What the candidates page shows, read in a constant number of queries."""

import uuid
from dataclasses import dataclass, field
from typing import Any

from evaltracker.evaluations.models import Evaluation, User
from evaltracker.evaluations.policy import is_owner
from stakeholders.policy import is_leadership, parts
from vendors.choices import CandidateState
from vendors.models import (
    Candidate,
    Conflict,
    Proposal,
    Question,
    Submission,
)
from vendors.policy import INVITABLE
from vendors.selectors.answer_counts import AnswerCounts, answer_counts
from vendors.selectors.sent import count_unseen

GROUPS = (
    (CandidateState.CHOSEN, "Chosen", ""),
    (
        CandidateState.SHORTLISTED,
        "Short list",
        "The closer choice: each answers every must-have, and is seen and tried.",
    ),
    (
        CandidateState.LONGLISTED,
        "Long list",
        "Everything under consideration. Shortlist what you want to look at closely.",
    ),
    (CandidateState.ELIMINATED, "Eliminated", "Out of the choice, each with a reason."),
)


@dataclass(frozen=True, slots=True)
class Declared:
    """One declaration of interest; the words only for their author, for the owner, and
    the owner's for Leadership."""

    conflict: Conflict
    readable: bool


@dataclass(slots=True)
class CandidateRow:
    """One candidate with everything that its line tells."""

    candidate: Candidate
    answers: AnswerCounts
    unseen: int = 0
    receipt: Submission | None = None
    declared: list[Declared] = field(default_factory=list)
    mine: Conflict | None = None

    @property
    def can_be_invited(self) -> bool:
        """Whether there is somebody to invite."""
        one = self.candidate
        return (
            one.invited_at is None
            and one.vendor_id is not None
            and one.kind in INVITABLE
            and one.state != CandidateState.ELIMINATED
        )

    @property
    def interests(self) -> list[Declared]:
        """Declarations that name an interest."""
        return [
            interest for interest in self.declared if interest.conflict.has_interest
        ]


@dataclass(frozen=True, slots=True)
class Group:
    """The candidates in one state."""

    state: str
    label: str
    lead: str
    rows: list[CandidateRow]


def candidate_groups(
    evaluation: Evaluation, user: User, *, filters: dict[str, str]
) -> list[Group]:
    """The candidates by state, those that the filters leave."""
    rows: Any = Candidate.objects.filter(evaluation=evaluation)
    rows = rows.select_related("vendor").filter(**filters)
    candidates = list(rows)
    for candidate in candidates:
        candidate.evaluation = evaluation
    counts = answer_counts(evaluation, candidates)
    lines = {one.pk: CandidateRow(one, counts[one.pk]) for one in candidates}
    for (_, key), number in count_unseen(user, [evaluation]).items():
        if key in lines:
            lines[key].unseen = number
    _add_receipts(evaluation, lines)
    _add_interests(evaluation, user, lines)
    return [
        Group(
            state,
            label,
            lead,
            [
                lines[candidate.pk]
                for candidate in candidates
                if candidate.state == state
            ],
        )
        for state, label, lead in GROUPS
    ]


def _add_receipts(evaluation: Evaluation, lines: dict[uuid.UUID, CandidateRow]) -> None:
    """The newest receipt of each."""
    handed_in = Submission.objects.filter(candidate__evaluation=evaluation)
    for submission in handed_in.order_by("submitted_at"):
        if submission.candidate_id in lines:
            lines[submission.candidate_id].receipt = submission


def _add_interests(
    evaluation: Evaluation, user: User, lines: dict[uuid.UUID, CandidateRow]
) -> None:
    """What people declared; the words stay between them and the owner."""
    owns, leads = is_owner(user, evaluation), is_leadership(user, evaluation)
    declared = Conflict.objects.standing().filter(candidate__evaluation=evaluation)
    for conflict in declared.select_related("person", "cleared_by"):
        line = lines.get(conflict.candidate_id)
        if line is None:
            continue
        own = conflict.person_id == user.pk
        conflict.candidate = line.candidate
        of_owner = conflict.person_id == evaluation.owner_id
        readable = own or owns or (leads and of_owner)
        line.declared.append(Declared(conflict, readable))
        if own:
            line.mine = conflict


def questions_of(evaluation: Evaluation) -> list[Question]:
    """Open questions first, the oldest first; then the answered, the newest first."""
    rows: Any = Question.objects.filter(evaluation=evaluation)
    rows = rows.select_related("requirement", "answered_by")
    every = list(rows.prefetch_related("askings__candidate"))
    for item in every:
        item.evaluation = evaluation
    waiting = [item for item in every if item.answered_at is None]
    done = [item for item in every if item.answered_at is not None]
    return [*waiting, *sorted(done, key=lambda item: item.answered_at, reverse=True)]


def proposals_of(evaluation: Evaluation) -> list[Proposal]:
    rows: Any = Proposal.objects.filter(candidate__evaluation=evaluation)
    every = list(rows.select_related("candidate__vendor", "category", "requirement"))
    for item in every:
        item.candidate.evaluation = evaluation
    return sorted(every, key=lambda proposal: proposal.ruled_at is not None)


def has_a_part(user: User, evaluation: Evaluation) -> bool:
    """Whether the reader holds a role here."""
    return parts(user, evaluation).exists()
