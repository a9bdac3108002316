"""The link to a discussion, where no template writes it."""

from typing import Any
from uuid import UUID

from evaltracker.evaluations.topics import key_of
from evaltracker.pages.acts import address_of


def discuss_words(row: Any) -> str:
    """“Discuss (2)”; of a row that `with_counts` read."""
    number = getattr(row, "said", 0)
    return f"Discuss ({number})" if number else "Discuss"


def discuss_address(topic: str, subject_id: UUID, part: object = "") -> str:
    """Where a subject is discussed."""
    return f"{address_of('discuss')}{key_of(topic, subject_id, str(part))}/"
