"""Lists that a row keeps as JSON: their shape is checked before they are saved."""

import re

from django.core.exceptions import ValidationError

_NUMBER = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,10})?")
TIER = ("above", "low", "likely", "high")
QUOTE_LINE = (
    *("kind", "label", "state", "low", "likely", "high", "quantity", "unit"),
    *("pricing", "tiers", "recurrence", "note"),
)


def check_tiers(value: object) -> None:
    """Refuse anything but tiers with four plain numbers as text each."""
    for row in _dicts(value, TIER):
        if not all(_is_number(row[name]) for name in TIER):
            raise ValidationError("The numbers of a tier are written as plain text.")


def check_payments(value: object) -> None:
    """Refuse anything but shares as text, each with the words when it is paid."""
    for row in _dicts(value, ("share", "when")):
        if not (_is_number(row["share"]) and isinstance(row["when"], str)):
            raise ValidationError("A payment is a share as text, and when it is paid.")


def check_quote_lines(value: object) -> None:
    """Refuse anything but lines of a quote with numbers as text and their tiers."""
    for row in _dicts(value, QUOTE_LINE):
        amounts = [row[name] for name in ("low", "likely", "high")]
        if not _is_number(row["quantity"]) or not all(
            amount is None or _is_number(amount) for amount in amounts
        ):
            raise ValidationError("The numbers of a line are written as plain text.")
        check_tiers(row["tiers"])


def _dicts(value: object, names: tuple[str, ...]) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = value if isinstance(value, list) else [{}]
    if not all(isinstance(row, dict) and row.keys() == set(names) for row in rows):
        raise ValidationError(f"It is a list of objects with {', '.join(names)}.")
    return rows


def _is_number(text: object) -> bool:
    return isinstance(text, str) and _NUMBER.fullmatch(text) is not None
