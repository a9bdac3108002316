"""Reading what a brief is answered: its own questions, and its currency."""

from collections.abc import Mapping
from typing import Any

from evaltracker.evaluations.brief_answers import read_answer, shown_answer
from evaltracker.evaluations.models import BriefField, Evaluation, User
from evaltracker.kit.text import Inputs
from evaltracker.money import CODES, read_currency


def answer_own(
    own: Mapping[str, BriefField], values: dict[str, Any], inputs: Inputs
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Answer the brief's own questions, and leave those of `values` to its columns.

    Returns:
        Before and after of what changed, by key.

    """
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    unasked = values.get("does_not_matter")
    if unasked is not None:
        values["does_not_matter"] = [name for name in unasked if name not in own]
    for key, field in own.items():
        was = shown_answer(field)
        if key in values:
            field.answer = read_own(field, values[key], inputs)
        if unasked is not None:
            field.does_not_matter = key in unasked
        if shown_answer(field) != was:
            field.save(update_fields=["answer", "does_not_matter"])
            before[key], after[key] = was, shown_answer(field)
    return before, after


def read_own(field: BriefField, value: Any, inputs: Inputs) -> str:
    """The answer as it is kept; what is wrong with it is noted beside it."""
    try:
        return read_answer(field, value)
    except ValueError as error:
        inputs.refuse(field.key, str(error))
        return field.answer


def read_currency_of(
    evaluation: Evaluation, values: dict[str, Any], inputs: Inputs
) -> None:
    """Put the code in the place of “€” or “euro”; what stands already may stay."""
    told = values.get("currency")
    if told is None or told == evaluation.currency:
        return
    try:
        values["currency"] = read_currency(told)
    except ValueError as error:
        inputs.refuse("currency", str(error))
        del values["currency"]


def usual_currency(user: User) -> str:
    """The currency of the last evaluation that `user` started; dollars before."""
    last = user.owned_evaluations.order_by("-created_at").values_list("currency")
    code = last.first()
    return code[0] if code and code[0] in CODES else "USD"
