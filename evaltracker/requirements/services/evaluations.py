"""Starting an evaluation and writing its brief."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.db import transaction
from django.dispatch import Signal

from evaltracker.errors import Forbidden, Invalid, Refused
from evaltracker.evaluations import journal
from evaltracker.evaluations.choices import Stage
from evaltracker.evaluations.journal import By
from evaltracker.evaluations.models import (
    BriefField,
    Evaluation,
    JournalHead,
    User,
    Visit,
)
from evaltracker.evaluations.policy import (
    change,
    checked,
    free_slug,
    lock,
    may_start_evaluations,
    read_answer,
    require_open,
    require_owner,
    shown_answer,
)
from evaltracker.evaluations.words import word_errors
from evaltracker.money import CODES, read_currency
from evaltracker.requirements.services.requirements import require_known
from evaltracker.toolbox.text import CallFields


def answer_own(
    own_fields: Mapping[str, BriefField], values: dict[str, Any], inputs: CallFields
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Answer the brief's own questions, and leave those of `values` to its columns.

    Returns:
        Before and after of what changed, by key.
    """
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    unasked = values.get("does_not_matter")
    if unasked is not None:
        values["does_not_matter"] = [name for name in unasked if name not in own_fields]
    for key, field in own_fields.items():
        was = shown_answer(field)
        if key in values:
            field.answer = read_own(field, values[key], inputs)
        if unasked is not None:
            field.does_not_matter = key in unasked
        if shown_answer(field) != was:
            field.save(update_fields=["answer", "does_not_matter"])
            before[key] = was
            after[key] = shown_answer(field)
    return before, after


def read_own(field: BriefField, value: Any, inputs: CallFields) -> str:
    try:
        return read_answer(field, value)
    except ValueError as error:
        inputs.refuse(field.key, str(error))
        return field.answer


def read_currency_of(
    evaluation: Evaluation, values: dict[str, Any], inputs: CallFields
) -> None:
    """Put the code in the place of “€” or “euro”; what stands already may stay."""
    currency = values.get("currency")
    if currency is None or currency == evaluation.currency:
        return
    try:
        values["currency"] = read_currency(currency)
    except ValueError as error:
        inputs.refuse("currency", str(error))
        del values["currency"]


def last_purchase(user: User) -> Evaluation | None:
    rows = user.owned_evaluations.filter(is_practice=False).order_by("-created_at")
    last: Evaluation | None = rows.first()
    return last


def usual_currency(user: User) -> str:
    """The currency of the last evaluation that `user` started; dollars before."""
    last = last_purchase(user)
    if last and last.currency in CODES:
        return last.currency
    return "USD"


# What its form asks, in its order, and what that of calculation and planning does.
BRIEF = (
    "title",
    "buyer",
    "problem",
    "must_run_by",
    "budget",
    "budget_once",
    "budget_yearly",
    "currency",
    "support_wanted",
    "asks_effort",
    "engineers",
    "zone",
    "vendor_language",
    "context",
    "source_note",
    "does_not_matter",
)
COUNTING = (
    "evidence_share",
    "horizon_months",
    "discount_rate",
    "planning_factor",
    "working_days",
    "loaded_hourly_rate",
    "builder_earnings",
)
BRIEF_FIELDS = frozenset((*BRIEF, *COUNTING)) | {
    *("credits", "stage_weeks", "reminder_days", "words", "different_people")
}
# What a brief has to answer, unless its template or its owner says that it does not
# matter; with the words in which people are asked for it.
QUESTIONS = {
    "problem": "the problem to solve",
    "must_run_by": "the day it must be running",
    "budget": "the budget",
    "support_wanted": "how much support is wanted",
}

# What a brief asks besides, where answers are asked for their effort.
OF_EFFORT: list[dict[str, Any]] = json.loads(
    Path(__file__).with_name("effort_questions.json").read_text(encoding="utf-8")
)

# Sent with `evaluation` and `by`, once it is filled, in the transaction of the start.
evaluation_started = Signal()


def require_starter(by: User) -> None:
    if not may_start_evaluations(by):
        raise Forbidden(
            "You may not start an evaluation; ask an operator for the right."
        )


@transaction.atomic
def create_evaluation(
    *,
    title: str,
    buyer: str,
    by: User,
    slug: str = "",
    is_practice: bool = False,
    **brief: Any,
) -> Evaluation:
    """An evaluation in the requirements stage, owned by `by`, and nothing in it.

    Raises:
        Forbidden: `by` may not start evaluations. Invalid: a field does not fit, or the
        slug is taken.
    """
    require_starter(by)
    require_known(brief, BRIEF_FIELDS)
    evaluation = Evaluation(
        title=title,
        buyer=buyer,
        owner=by,
        slug=slug or free_slug(title),
        is_practice=is_practice,
    )
    evaluation.currency = usual_currency(by)
    inputs = CallFields()
    read_currency_of(evaluation, brief, inputs)
    inputs.check()
    for name, value in brief.items():
        setattr(evaluation, name, value)
    check_brief(evaluation)
    checked(evaluation)
    evaluation.save()
    Visit.objects.create(
        evaluation=evaluation, number=1, stage=Stage.REQUIREMENTS, entered_by=by
    )
    JournalHead.objects.create(evaluation=evaluation, hash=journal.GENESIS)
    after = {"title": title, "buyer": buyer, **brief}
    after |= {"is_practice": True} if is_practice else {}
    journal.record(evaluation, "evaluation.started", evaluation, by, after=after)
    return evaluation


@transaction.atomic
def change_brief(*, evaluation: Evaluation, by: By, **values: Any) -> Evaluation:
    """Write fields of the brief; what stays the same is not journaled.

    A question of its own is answered by its key, and stands in `does_not_matter` by it.

    Raises:
        Forbidden: not the owner. Refused: it has ended. Invalid: everything that is
        wrong, by field.
    """
    evaluation = lock(evaluation)
    require_owner(by, evaluation)
    require_open(evaluation)
    own_fields = {field.key: field for field in evaluation.brief_fields.all()}
    require_known(values, BRIEF_FIELDS | own_fields.keys())
    inputs = CallFields()
    before, after = answer_own(own_fields, values, inputs)
    read_currency_of(evaluation, values, inputs)
    brief = {name: values[name] for name in values.keys() & BRIEF_FIELDS}
    asked_effort = evaluation.asks_effort
    if (
        brief.get("asks_effort", asked_effort) != asked_effort
        and evaluation.claims_opened_at
    ):
        raise Refused("Answers are open. What they are asked for stays as it is.")
    try:
        was, now = change(evaluation, **brief)
        check_brief(evaluation)
    except Invalid as problem:
        inputs.errors |= problem.errors
        inputs.check()
        raise
    inputs.check()
    before = was | before
    after = now | after
    if evaluation.asks_effort != asked_effort:
        switch_questions(evaluation)
    if after:
        journal.record(
            evaluation, "brief.changed", evaluation, by, before=before, after=after
        )
    return evaluation


def switch_questions(evaluation: Evaluation) -> None:
    """Add what the brief asks along with efforts, or take it out while unanswered."""
    for question in OF_EFFORT:
        there = evaluation.brief_fields.filter(label__iexact=question["label"])
        if not evaluation.asks_effort:
            there.filter(answer="").delete()
        elif not there.exists():
            evaluation.brief_fields.create(**question)


def check_brief(evaluation: Evaluation) -> None:
    """Refuse that a question does not matter which nobody has to answer, and words of
    proof that cannot be said."""
    unknown = set(evaluation.does_not_matter) - QUESTIONS.keys()
    if unknown:
        names = ", ".join(sorted(map(str, unknown)))
        raise Invalid(f"Unknown questions: {names}.", field="does_not_matter")
    inputs = CallFields()
    for key, sentence in word_errors(evaluation.words).items():
        inputs.refuse(key, sentence)
    inputs.check()


def missing_answers(evaluation: Evaluation) -> dict[str, str]:
    """The questions of the brief that matter and have no answer yet, in words.

    By column, and the brief's own by key.
    """
    usual = {
        field: question
        for field, question in QUESTIONS.items()
        if field not in evaluation.does_not_matter
        and getattr(evaluation, field) in (None, "")
    }
    own_questions = {
        field.key: f"“{field}”"
        for field in evaluation.brief_fields.all()
        if field.is_missing
    }
    return usual | own_questions
