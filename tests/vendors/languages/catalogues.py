"""The catalogues of the vendor rooms as translators see them, read from their files."""

from collections.abc import Iterator
from dataclasses import dataclass

from tests.architecture.words import PLURALS, catalogue

LANGUAGES = tuple(PLURALS)


@dataclass(frozen=True, slots=True)
class Sentence:
    """One msgid in one of its forms, and what stands for it."""

    english: str
    said: str
    context: str

    def __str__(self) -> str:
        return f"{self.context}: {self.english}" if self.context else self.english


def sentences(language: str) -> Iterator[Sentence]:
    """Each msgid; of what is counted each form beside the English one that it is."""
    for message in catalogue(language):
        context = message.context or ""
        if not message.id:
            continue
        english, said = message.id, message.string
        if isinstance(english, str):
            yield Sentence(english, str(said), context)
        elif isinstance(said, list | tuple):
            for form, one in enumerate(said):
                yield Sentence(english[min(form, 1)], one, context)
