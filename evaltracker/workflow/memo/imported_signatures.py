"""Signatures that came with a file, told apart from those that were given here."""

from collections.abc import Iterable
from typing import Any

from evaltracker.evaluations.models import Evaluation, ImportedHistory


def told_apart(evaluation: Evaluation, signed: Iterable[Any]) -> list[dict[str, Any]]:
    """The rows, each of those that came with the file marked `imported`.

    Rows that were given here stay as they are, so that words which were signed before
    there was such a mark are the same words still.
    """
    history = ImportedHistory.objects.filter(evaluation=evaluation).first()
    return [
        {**row, "imported": True}
        if history and row["signed_at"] <= history.imported_at
        else row
        for row in signed
    ]


def origin_of(row: dict[str, Any]) -> str:
    """What the memo says behind such a signature; blank for one given here."""
    if not row.get("imported"):
        return ""
    return ", imported with a file: nobody signed it here"
