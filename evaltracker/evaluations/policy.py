"""Who may do what in the record, and when; one sentence for each no."""

import datetime
import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from functools import reduce
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.text import slugify

from evaltracker.errors import Forbidden, Invalid, Refused
from evaltracker.evaluations.choices import FieldKind, Stage
from evaltracker.evaluations.journal import By, actor_of, record, snapshot
from evaltracker.evaluations.models import (
    BriefField,
    Evaluation,
    Requirement,
    SealedRecord,
    User,
)
from evaltracker.evaluations.models.evaluation import new_salt
from evaltracker.money import written
from evaltracker.toolbox.text import free_name, read_text
from evaltracker.toolbox.working_days import day_in_words


def may_start_evaluations(user: User) -> bool:
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
    if not evaluation.is_open:
        raise Refused(
            f"“{evaluation}” is {evaluation.get_status_display().lower()}; "
            "nothing in it changes any more."
        )


def require_stage(evaluation: Evaluation, *stages: Stage) -> None:
    """Refuse what belongs to other stages, or to an evaluation that has ended."""
    require_open(evaluation)
    if evaluation.stage not in stages:
        names = evaluation.say(" or ".join(stage.label.lower() for stage in stages))
        raise Refused(
            f"This belongs to the {names} stage; the evaluation is in "
            f"{evaluation.get_stage_display().lower()}."
        )


def check_owned(evaluation: Evaluation, by: By, *stages: Stage) -> None:
    """Refuse everybody but the owner, and all once it has ended or left `stages`."""
    require_owner(by, evaluation)
    require_stage(evaluation, *(stages or Stage))


def lock[R: models.Model](row: R, *related: str) -> R:
    """The row, of an evaluation most often, as it is now, and locked until the
    transaction ends; `related` rows are read with it."""
    rows: models.QuerySet[R] = type(row)._default_manager.all()
    locked = rows.select_for_update(of=("self",), no_key=True)
    return (locked.select_related(*related) if related else locked).get(pk=row.pk)


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


def add_and_tell(row: models.Model, action: str, by: By, fields: Iterable[str]) -> None:
    """Validate and save a new row; the journal tells these fields of it."""
    checked(row)
    row.save()
    record(evaluation_of(row), action, row, by, after=snapshot(row, fields))


def change_and_tell(
    row: models.Model, action: str, by: By, /, reason: str = "", **values: Any
) -> None:
    """Change a row; the journal tells what of it is another now, if anything is."""
    before, after = change(row, **values)
    if after:
        details: Any = {"before": before, "after": after, "reason": reason}
        record(evaluation_of(row), action, row, by, **details)


def evaluation_of(row: Any) -> Evaluation:
    path: str = getattr(row, "evaluation_path", "evaluation")
    evaluation: Evaluation = reduce(getattr, path.split("__") if path else [], row)
    return evaluation


def change_all(rows: Sequence[SealedRecord], fields: Iterable[str]) -> None:
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
    home = requirement.evaluation_id
    if requirement.category.evaluation_id != home:
        raise Invalid("The category belongs to another evaluation.")
    if requirement.metric is not None and requirement.metric.evaluation_id != home:
        raise Invalid("The metric belongs to another evaluation.")


MOST_DIGITS = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,6})?")


def read_answer(field: BriefField, value: Any) -> str:
    """The answer as it is kept; nothing is an empty answer.

    Raises:
        ValueError: with the sentence for the person.
    """
    if value is None:
        text = ""
    else:
        text = read_text(str(value))
    if not text:
        return ""
    if field.kind == FieldKind.NUMBER:
        return _number(text)
    if field.kind == FieldKind.DATE:
        return _date(text)
    if field.kind == FieldKind.CHOICE and text not in field.choices:
        raise ValueError(f"Choose one of: {', '.join(field.choices)}.")
    return text


def shown_answer(field: BriefField) -> str:
    """The answer in words; “does not matter” where nobody has to give one."""
    if not field.answer:
        if field.does_not_matter:
            return "Does not matter"
        return ""
    if field.kind == FieldKind.NUMBER:
        return written(Decimal(field.answer))
    if field.kind == FieldKind.DATE:
        return day_in_words(datetime.date.fromisoformat(field.answer))
    return field.answer


def _number(text: str) -> str:
    if not MOST_DIGITS.fullmatch(text):
        raise ValueError("Write a plain number, such as 1200 or 0.5.")
    return text


def _date(text: str) -> str:
    try:
        return datetime.date.fromisoformat(text).isoformat()
    except ValueError as error:
        raise ValueError("Write the date as year-month-day: 2027-03-31.") from error


def free_slug(title: str) -> str:
    stem = slugify(title)[:70] or "evaluation"
    alike = Evaluation.objects.filter(slug__startswith=stem)
    return free_name(stem, set(alike.values_list("slug", flat=True)))
