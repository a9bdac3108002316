"""Who may do what in the record, and when; one sentence for each no."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

from evaltracker.errors import Forbidden, Invalid, Refused
from evaltracker.evaluations.choices import Stage
from evaltracker.evaluations.journal import By, actor_of
from evaltracker.evaluations.models import (
    CommittedRecord,
    Evaluation,
    Requirement,
    User,
)
from evaltracker.evaluations.models.evaluation import new_salt


def may_start_evaluations(user: User) -> bool:
    """Whether `user` may start an evaluation and become its owner."""
    return user.is_active and user.has_perm("evaluations.add_evaluation")


def people_who_may_start() -> models.QuerySet[User]:
    """The same of everybody, without operators, who own no evaluation."""
    rows: models.QuerySet[User] = User.objects.with_perm(
        "evaluations.add_evaluation",
        is_active=True,
        include_superusers=False,
        backend="django.contrib.auth.backends.ModelBackend",
    )
    return rows


def may_add_people(user: User) -> bool:
    """Whether `user` may give colleagues a login and say which roles are theirs."""
    return user.is_active and user.has_perm("evaluations.add_user")


def may_audit(user: User) -> bool:
    """Whether `user` finds the lists over all evaluations in the navigation.

    Operators and auditors do; it shows no row that they may not see elsewhere.
    """
    return user.is_active and user.has_perm("evaluations.view_entry")


def is_owner(user: User, evaluation: Evaluation) -> bool:
    """Whether `user` runs this evaluation; an operator is not its owner."""
    return user.is_active and evaluation.owner_id == user.pk


def require_owner(by: By, evaluation: Evaluation) -> None:
    """Refuse everybody but the owner, and code that acts as the system."""
    user = actor_of(by).user
    if user is None or not is_owner(user, evaluation):
        raise Forbidden(
            f"Only the owner of this evaluation, {evaluation.owner.name}, may do this."
        )


def require_open(evaluation: Evaluation) -> None:
    """Refuse work on an evaluation that has ended."""
    if not evaluation.is_open:
        raise Refused(
            f"“{evaluation}” is {evaluation.get_status_display().lower()}; "
            "nothing in it changes any more."
        )


def require_stage(evaluation: Evaluation, *stages: Stage) -> None:
    """Refuse what belongs to other stages, or to an evaluation that has ended."""
    require_open(evaluation)
    if evaluation.stage not in stages:
        names = " or ".join(stage.label.lower() for stage in stages)
        raise Refused(
            f"This belongs to the {names} stage; the evaluation is in "
            f"{evaluation.get_stage_display().lower()}."
        )


def check_owned(evaluation: Evaluation, by: By, *stages: Stage) -> None:
    """Refuse everybody but the owner, and all once it has ended or left `stages`."""
    require_owner(by, evaluation)
    require_stage(evaluation, *(stages or Stage))


def lock(evaluation: Evaluation) -> Evaluation:
    """The evaluation as it is now, its row locked until the transaction ends."""
    return Evaluation.objects.select_for_update(of=("self",), no_key=True).get(
        pk=evaluation.pk
    )


def checked(row: models.Model) -> None:
    """Validate `row` against its fields and constraints.

    Raises:
        Invalid: with the sentences by field.

    """
    try:
        row.full_clean()
    except ValidationError as error:
        errors: dict[str, list[str]] = {
            ("" if field == "__all__" else field): list(sentences)
            for field, sentences in error.message_dict.items()
        }
        first = next(iter(errors.values()))[0]
        raise Invalid(first, errors=errors) from error


def change(row: models.Model, **values: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """Set `values` on `row`, validate and save.

    Returns:
        Before and after of the fields that really changed; both empty if none did,
        and then nothing was written.

    Raises:
        Invalid: with the sentences by field.

    """
    changed = {
        field: value for field, value in values.items() if getattr(row, field) != value
    }
    before = {field: getattr(row, field) for field in changed}
    for field, value in changed.items():
        setattr(row, field, value)
    if changed:
        checked(row)
        row.save(update_fields=list(changed))
    after = {field: getattr(row, field) for field in changed}
    return before, after


def change_all(rows: Sequence[CommittedRecord], fields: Iterable[str]) -> None:
    """Write these columns of many rows that the journal commits to."""
    for row in rows:
        row.salt = new_salt()
    if rows:
        manager = type(rows[0])._default_manager
        manager.bulk_update(rows, [*fields, "salt"], batch_size=500)


def is_published(evaluation: Evaluation) -> bool:
    """Whether vendors may have read its requirements, also if it was sent back."""
    return (
        evaluation.stage != Stage.REQUIREMENTS
        or evaluation.visits.exclude(stage=Stage.REQUIREMENTS).exists()
    )


def check_belongs(requirement: Requirement) -> None:
    """Refuse a category or metric of another evaluation."""
    home = requirement.evaluation_id
    if requirement.category.evaluation_id != home:
        raise Invalid("The category belongs to another evaluation.")
    if requirement.metric is not None and requirement.metric.evaluation_id != home:
        raise Invalid("The metric belongs to another evaluation.")
