"""Answers to a brief's own questions: read as typed, kept as text, shown in words."""

import datetime
import re
from decimal import Decimal
from typing import Any

from django.utils.text import slugify

from evaltracker.evaluations.choices import FieldKind
from evaltracker.evaluations.models import BriefField, Evaluation
from evaltracker.money import written
from evaltracker.toolbox.days_days import day_in_words
from evaltracker.toolbox.text import read_text

MOST_DIGITS = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,6})?")


def read_answer(field: BriefField, value: Any) -> str:
    """The answer as it is kept; nothing is an empty answer.

    Raises:
        ValueError: with the sentence for the person.

    """
    text = "" if value is None else read_text(str(value))
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
        return "Does not matter" if field.does_not_matter else ""
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


# A short name for addresses that no evaluation has yet.


def free_slug(title: str) -> str:
    """A slug from `title` that no evaluation has."""
    stem = slugify(title)[:70] or "evaluation"
    slug, number = stem, 1
    while Evaluation.objects.filter(slug=slug).exists():
        number += 1
        slug = f"{stem}-{number}"
    return slug
