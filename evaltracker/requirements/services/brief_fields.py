"""The questions that a brief asks beside the usual ones: adding, changing, removing."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import transaction
from django.utils.text import slugify

from evaltracker.errors import Refused
from evaltracker.evaluations import journal
from evaltracker.evaluations.brief_answers import read_answer
from evaltracker.evaluations.choices import FieldKind
from evaltracker.evaluations.journal import By
from evaltracker.evaluations.models import BriefField, Evaluation
from evaltracker.evaluations.policy import check_owned, lock
from evaltracker.kit.text import Inputs

MOST_FIELDS, MOST_CHOICES = 20, 20
LABEL_LIMIT, HELP_LIMIT, CHOICE_LIMIT = 80, 300, 80
# What a template keeps of a field, and the journal of its definition.
DEFINITION = ("label", "help", "kind", "choices", "needed")
# Never the name of a column of the brief.
PREFIX = "own-"


def check_change_field(field: BriefField, by: By) -> None:
    """The owner writes the brief while the evaluation is open."""
    check_owned(field.evaluation, by)


@transaction.atomic
def add_brief_field(
    *,
    evaluation: Evaluation,
    label: str,
    by: By,
    help: str = "",
    kind: str = FieldKind.TEXT,
    choices: Iterable[str] = (),
    needed: bool = True,
) -> BriefField:
    """Add a question to the end of the brief.

    Raises:
        Forbidden: not the owner. Refused: it has ended, or there are enough.
        Invalid: by field.

    """
    evaluation = lock(evaluation)
    check_owned(evaluation, by)
    fields = list(evaluation.brief_fields.all())
    if len(fields) >= MOST_FIELDS:
        raise Refused(f"The brief has {MOST_FIELDS} questions of its own already.")
    field = BriefField(
        evaluation=evaluation,
        position=max((it.position for it in fields), default=0) + 1,
    )
    _define(field, fields, label, help, kind, list(choices), needed)
    field.key = _free_key(field.label, {it.key for it in fields})
    field.save()
    _record("brief.field_added", field, by, after=journal.snapshot(field, DEFINITION))
    return field


@transaction.atomic
def change_brief_field(
    *,
    field: BriefField,
    label: str,
    by: By,
    help: str = "",
    kind: str = FieldKind.TEXT,
    choices: Iterable[str] = (),
    needed: bool = True,
) -> BriefField:
    """Ask it in other words, or for another kind of answer; a given answer must fit.

    Raises:
        Forbidden: not the owner. Refused: it has ended. Invalid: by field.

    """
    lock(field.evaluation)
    field = BriefField.objects.select_related("evaluation").get(pk=field.pk)
    check_change_field(field, by)
    before = journal.snapshot(field, DEFINITION)
    others = list(field.evaluation.brief_fields.exclude(pk=field.pk))
    _define(field, others, label, help, kind, list(choices), needed)
    field.save()
    after = journal.snapshot(field, DEFINITION)
    if after != before:
        _record("brief.field_changed", field, by, before=before, after=after)
    return field


@transaction.atomic
def remove_brief_field(*, field: BriefField, by: By) -> None:
    """Take a question and its answer out of the brief; the journal keeps both.

    Raises:
        Forbidden: not the owner. Refused: it has ended.

    """
    lock(field.evaluation)
    field = BriefField.objects.select_related("evaluation").get(pk=field.pk)
    check_change_field(field, by)
    before = journal.snapshot(field, (*DEFINITION, "answer", "does_not_matter"))
    _record("brief.field_removed", field, by, before=before)
    field.delete()


def definitions(evaluation: Evaluation) -> list[dict[str, Any]]:
    """The questions without their answers, as a template keeps them."""
    return [
        {name: getattr(field, name) for name in DEFINITION}
        for field in evaluation.brief_fields.all()
    ]


def _define(
    field: BriefField,
    others: Sequence[BriefField],
    label: str,
    help_text: str,
    kind: str,
    choices: list[str],
    needed: bool,
) -> None:
    inputs = Inputs()
    field.label = inputs.line("label", label, limit=LABEL_LIMIT)
    if field.label.casefold() in {it.label.casefold() for it in others}:
        inputs.refuse("label", "The brief asks this already.")
    field.help = inputs.line("help", help_text, limit=HELP_LIMIT, blank=True)
    if kind not in FieldKind.values:
        inputs.refuse("kind", f"“{kind}” is not a kind of answer.")
    field.kind, field.needed = kind, needed
    field.choices = _read_choices(inputs, kind, choices)
    inputs.check()
    try:
        field.answer = read_answer(field, field.answer)
    except ValueError as error:
        inputs.refuse("kind", f"The answer “{field.answer[:60]}” does not fit. {error}")
    inputs.check()


def _read_choices(inputs: Inputs, kind: str, choices: list[str]) -> list[str]:
    if kind != FieldKind.CHOICE:
        if choices:
            inputs.refuse("choices", "Only a choice has answers to choose from.")
        return []
    read = inputs.lines("choices", choices, most=MOST_CHOICES, limit=CHOICE_LIMIT)
    if len(read) < 2 and "choices" not in inputs.errors:
        inputs.refuse("choices", "Write at least two answers to choose from.")
    return read


def _free_key(label: str, taken: set[str]) -> str:
    stem = f"{PREFIX}{slugify(label)[:60] or 'question'}"
    key, number = stem, 1
    while key in taken:
        number += 1
        key = f"{stem}-{number}"
    return key


def _record(action: str, field: BriefField, by: By, **values: Any) -> None:
    journal.record(
        evaluation=field.evaluation, action=action, subject=field, by=by, **values
    )
