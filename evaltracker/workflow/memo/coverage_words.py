"""The three counts of a candidate in one sentence, from the results of a memo."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from trials.scoring import Coverage

COUNTS = tuple(field.name for field in fields(Coverage))


def coverage_words(result: Mapping[str, Any]) -> str:
    """“8 of 10 answered · 5 of 8 shown · 2 of 8 tested”; formulas 1 and 2 did not tell
    demos and trials apart, and are not made to."""
    if "shown" not in result:
        return (
            f"{result['answered']} of {result['asked']} answered · "
            f"{result['tested']} of {result['answered']} shown or tested"
        )
    return Coverage(**{name: result[name] for name in COUNTS}).in_words
