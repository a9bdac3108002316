"""What the scores 0 to 5 mean: the buyer's own words; how they count stays the same."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction

from evaltracker.errors import Refused
from evaltracker.evaluations import journal
from evaltracker.evaluations.journal import By
from evaltracker.evaluations.models import Evaluation, User
from evaltracker.evaluations.policy import change, check_owned, lock
from evaltracker.kit.text import Inputs
from evaltracker.requirements.services.templates import TEMPLATE_PARTS, TemplatePart
from trials.models import Score
from trials.scoring import TOP_SCORE

MEANING_LIMIT = 120


def check_word_scale(evaluation: Evaluation, by: By) -> None:
    """The owner, until the first score is given: what was scored keeps its meaning."""
    check_owned(evaluation, by)
    if Score.objects.filter(sheet__stakeholder__evaluation=evaluation).exists():
        raise Refused("Scores have been given, so what they mean stays as it is.")


@transaction.atomic
def word_scale(
    *, evaluation: Evaluation, meanings: Sequence[str], by: By
) -> Evaluation:
    """Say what each score from 0 to 5 means; six blanks leave them without words.

    Raises:
        Forbidden: not the owner. Refused: it has ended, or a score was given.
        Invalid: by field, `score_0` to `score_5`; some have words and others none.

    """
    evaluation = lock(evaluation)
    check_word_scale(evaluation, by)
    inputs = Inputs()
    words = [
        inputs.line(f"score_{value}", text, limit=MEANING_LIMIT, blank=True)
        for value, text in enumerate(meanings)
    ]
    blank = [value for value, text in enumerate(words) if not text]
    if len(words) != TOP_SCORE + 1:
        inputs.refuse("", "Write six meanings, for 0 to 5.")
    for value in blank if len(blank) < len(words) else ():
        if f"score_{value}" not in inputs.errors:
            inputs.refuse(f"score_{value}", "Write words for all six, or for none.")
    inputs.check()
    before, after = change(evaluation, scale=[] if blank else words)
    if after:
        journal.record(
            evaluation=evaluation,
            action="scale.worded",
            subject=evaluation,
            by=by,
            before=before,
            after=after,
        )
    return evaluation


def _save(evaluation: Evaluation) -> list[str]:
    return list(evaluation.scale)


def _load(evaluation: Evaluation, meanings: Any, by: User) -> None:
    word_scale(evaluation=evaluation, meanings=meanings, by=by)


TEMPLATE_PARTS.register("scale", TemplatePart(_save, _load))
