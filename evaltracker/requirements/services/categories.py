"""Adding categories and what the roles agreed that they weigh."""

import datetime
import json
import re
from pathlib import Path

import structlog
from django.db import transaction
from django.utils import timezone

from evaltracker.errors import Invalid
from evaltracker.evaluations.choices import Stage
from evaltracker.evaluations.journal import By
from evaltracker.evaluations.models import Category, Entry, Evaluation, JournalHead
from evaltracker.evaluations.policy import add_and_tell, change_and_tell, check_owned
from evaltracker.requirements.services.requirements import check_add_requirement
from evaltracker.toolbox.text import read_field

# Whole words; German puts the endings at the end of longer ones.
PRICE = json.loads(
    Path(__file__).with_name("price_words.json").read_text(encoding="utf-8")
)
WORDS = frozenset(PRICE["words"])
ENDINGS = tuple(PRICE["endings"])
WORD = re.compile(r"[^\W\d_]+")


def is_about_price(name: str) -> bool:
    words = WORD.findall(name.casefold())
    return any(word in WORDS or word.endswith(ENDINGS) for word in words)


def read_price_reason(name: str, weight: int | None, reason: str) -> str:
    """Why a category about price is scored, as it is kept.

    One that counts for nothing needs no reason, and what is not about price keeps none.

    Raises:
        Invalid: it counts and nobody says why.
    """
    if not is_about_price(name):
        return ""
    if not reason.strip():
        if weight == 0:
            return ""
        raise Invalid(
            f"“{name}” is about price, which is an axis beside the score and never "
            "part of it. Leave it out, give it the weight 0, or enter why people "
            "score it.",
            field="price_reason",
        )
    return read_field("price_reason", reason)


def check_weigh_category(category: Category, by: By) -> None:
    check_owned(category.evaluation, by, Stage.REQUIREMENTS)


@transaction.atomic
def add_category(
    *,
    evaluation: Evaluation,
    name: str,
    by: By,
    weight: int | None = None,
    price_reason: str = "",
) -> Category:
    """Add a category at the end of the list.

    Raises:
        Forbidden: not the owner. Refused: demos have begun. Invalid: by field, and a
        category about price without a reason.
    """
    check_add_requirement(evaluation, by)
    reason = read_price_reason(name, weight, price_reason)
    category = Category(
        evaluation=evaluation,
        name=name,
        weight=weight,
        price_reason=reason,
        position=evaluation.categories.count() + 1,
    )
    fields = ("name", "weight", "price_reason") if reason else ("name", "weight")
    add_and_tell(category, "category.added", by, fields)
    return category


@transaction.atomic
def weigh_category(
    *, category: Category, weight: int | None, by: By, price_reason: str | None = None
) -> Category:
    """Set what the roles agreed that a category weighs, 0–10.

    Raises:
        Forbidden: not the owner. Refused: past the requirements stage. Invalid: off the
        scale, and a category about price without a reason.
    """
    check_weigh_category(category, by)
    if price_reason is None:
        given_reason = category.price_reason
    else:
        given_reason = price_reason
    reason = read_price_reason(category.name, weight, given_reason)
    change_and_tell(
        *(category, "category.weighed", by), weight=weight, price_reason=reason
    )
    return category


# Telling the log where each journal ends: an anchor that the database cannot reach.
#
# Whoever may write to the database can cut a journal's tail, or write it anew, and make
# the head fit. A log that is kept elsewhere holds the heads of before, and
# `verify_journal --anchors` finds what does not fit them (R44).

# Where journals end goes to a log of its own, which knows it by this name.
logger = structlog.get_logger("evaltracker.requirements.services.journal_heads")
# Longer than the chore's hour, so that a night without a waker leaves no hole.
MOVED_WITHIN = datetime.timedelta(days=1)


def tell_heads() -> None:
    """Log the last entry, number and hash, of each journal that grew in the last day.

    A chore. An evaluation is named by its id, which tells nothing.
    """
    grew = Entry.objects.filter(at__gte=timezone.now() - MOVED_WITHIN)
    heads = JournalHead.objects.filter(evaluation__in=grew.values("evaluation"))
    for head in heads.order_by("evaluation"):
        logger.info(
            "journal_head",
            evaluation=str(head.evaluation_id),
            anchor=f"{head.count}:{head.hash}",
        )
