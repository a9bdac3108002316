"""Saying once what a status word of a spreadsheet means in an evaluation."""

from collections.abc import Mapping

from django.db import transaction
from django.utils import timezone

from evaltracker.errors import Invalid
from evaltracker.evaluations import journal
from evaltracker.evaluations.models import Evaluation, User
from evaltracker.evaluations.policy import lock, require_open, require_owner
from vendors.choices import Availability
from vendors.imports.plan import Meaning
from vendors.imports.words import STATUS_WORDS
from vendors.models import StatusWord
from vendors.models.words import MEANINGS

LONGEST = 60


def words_of(*, evaluation: Evaluation) -> dict[str, Meaning]:
    """The words that were explained, as a plan looks them up."""
    return {
        row.word: Meaning(row.availability, row.available_from)
        for row in StatusWord.objects.filter(evaluation=evaluation)
    }


@transaction.atomic
def explain_words(
    *, evaluation: Evaluation, meanings: Mapping[str, Meaning], by: User
) -> None:
    """Remember what words mean here; *unstated* keeps a word as text for good.

    What was imported before stays as it is: import the file again to read it anew.

    Raises:
        Forbidden: not the owner. Refused: it has ended.
        Invalid: no such meaning, a date that is none, or a word with a meaning.

    """
    evaluation = lock(evaluation)
    require_owner(by, evaluation)
    require_open(evaluation)
    before = words_of(evaluation=evaluation)
    fresh = {
        word: meaning
        for word, meaning in meanings.items()
        if before.get(word) != meaning
    }
    for word, meaning in fresh.items():
        check(word, meaning)
        StatusWord.objects.update_or_create(
            evaluation=evaluation,
            word=word,
            defaults={
                "availability": meaning.availability,
                "available_from": meaning.available_from,
                "set_by": by,
                "set_at": timezone.now(),
            },
        )
    if fresh:
        journal.record(
            evaluation=evaluation,
            action="claims.words_explained",
            subject=evaluation,
            by=by,
            before={
                word: meaning_words(before[word]) for word in fresh if word in before
            },
            after={word: meaning_words(meaning) for word, meaning in fresh.items()},
        )


def check(word: str, meaning: Meaning) -> None:
    """Refuse what cannot be kept."""
    if not word or len(word) > LONGEST or word in STATUS_WORDS:
        raise Invalid(f"“{word[:LONGEST]}” is no word that can be explained.")
    if meaning.availability not in MEANINGS:
        raise Invalid(f"“{meaning.availability}” is no availability.")
    if meaning.available_from and meaning.availability != Availability.PLANNED:
        raise Invalid(f"“{word}”: only planned has a date.")


def meaning_words(meaning: Meaning) -> str:
    """A meaning as the journal says it."""
    day = meaning.available_from
    return f"{meaning.availability} {day}" if day else meaning.availability
