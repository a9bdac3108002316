"""The contract of a trial as words, and which roles have agreed to them."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from evaltracker.evaluations.models import User
from stakeholders.choices import Role
from stakeholders.models import Stakeholder
from stakeholders.policy import voices
from trials.models import Agreement, Trial
from vendors.named_values import named_words
from vendors.policy import conflicted_people

PARTS = (
    ("workload", "What is run"),
    ("environment", "Where it runs"),
    ("data_allowed", "Which data may go in"),
    ("people_hours", "Who, and how many hours"),
    ("exit_plan", "Clean-up when it ends"),
)


@dataclass(frozen=True, slots=True)
class RoleAgreement:
    """A role that is asked: who said yes to the words of now, or who is awaited."""

    role: str
    label: str
    awaited: list[Stakeholder]
    given: Agreement | None

    @property
    def agrees(self) -> bool:
        """Whether somebody of the role agreed to the words of now."""
        return self.given is not None


@dataclass(frozen=True, slots=True)
class Contract:
    """The words, their digest, and the roles that are asked."""

    text: str
    digest: str
    roles: list[RoleAgreement]

    @property
    def awaited(self) -> list[RoleAgreement]:
        """The roles that have not agreed to the words of now."""
        return [role for role in self.roles if not role.agrees]

    def parts_of(self, user: User) -> list[Stakeholder]:
        """The parts of `user` whose role is awaited."""
        return [
            part
            for agreement in self.awaited
            for part in agreement.awaited
            if part.user_id == user.pk
        ]


def contract_text(trial: Trial) -> str:
    """Everything that is agreed on, as text; it holds no clock and no counter.

    Who leads the trial is not part of it: a person may fall ill.
    """
    lines = [
        f"# {trial.title}",
        "",
        f"From {trial.starts_on} to {trial.ends_on}, days in {trial.zone}.",
    ]
    for field, heading in PARTS:
        lines += ["", f"## {heading}", "", getattr(trial, field)]
    if trial.difference:
        heading = "What differs from the other finalists' trials, and why"
        lines += ["", f"## {heading}", "", trial.difference]
    lines += ["", "## Success criteria", ""]
    for criterion in trial.criteria.select_related("requirement").order_by(
        "position", "pk"
    ):
        reach = f" Must reach: {criterion.number}." if criterion.number else ""
        how = f" Measured by: {criterion.method}." if criterion.method else ""
        values = named_words(criterion.named_values)
        for_values = f" For {values}." if values else ""
        said = f"{criterion.text}.{for_values}{reach}{how}"
        lines.append(f"- {criterion.requirement.ref}: {said}")
    return "\n".join(lines) + "\n"


def contract_of(trial: Trial) -> Contract:
    """The contract as it stands; every role with a part is asked, in four queries.

    A person with a conflict of interest is not asked, nor is a role that only such
    people hold.
    """
    text = contract_text(trial)
    digest = hashlib.sha256(text.encode()).hexdigest()
    parts = _asked(trial)
    given = {
        agreement.stakeholder.role: agreement
        for agreement in Agreement.objects.filter(
            trial=trial, digest=digest
        ).select_related("stakeholder__user")
    }
    roles = [
        RoleAgreement(
            role=role,
            label=str(Role(role).label),
            awaited=[part for part in parts if part.role == role],
            given=given.get(role),
        )
        for role in _in_order(part.role for part in parts)
    ]
    return Contract(text, digest, roles)


def _asked(trial: Trial) -> list[Stakeholder]:
    barred = conflicted_people(trial.candidate.evaluation)
    parts = voices().filter(evaluation=trial.candidate.evaluation_id)
    parts = parts.select_related("user")
    return [part for part in parts if part.user_id not in barred]


def _in_order(roles: Iterable[str]) -> list[str]:
    there = set(roles)
    return [role for role in Role.values if role in there]
