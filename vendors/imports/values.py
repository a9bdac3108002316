"""For which values of the brief's lists the answers of a file hold, as a person said.

A file is asked once for each candidate: everywhere, these values, or not stated. Not
stated leaves every value unanswered; what stands in the same words keeps its values,
and its number if the file says none.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from vendors.imports.plan import ClaimLine, Known
from vendors.words import held_for


def with_values(
    lines: list[ClaimLine], known: Known, said: Mapping[str, Any]
) -> Iterator[ClaimLine]:
    """The lines with their values; `said` is by candidate.

    Raises:
        Invalid: with a sentence that names the value and the list.

    """
    for line in lines:
        words = line.words
        held = held_for(
            said.get(line.candidate),
            known.lists,
            words.availability,
            words.available_from,
            as_is=line.candidate in known.as_is,
        )
        before, number = known.claims.get(line.cell), words.number
        plain = replace(words, number={})
        if before and replace(before.words, holds_for=None, number={}) == plain:
            if line.candidate not in said:
                held = before.words.holds_for
            number = number or before.words.number
        words = replace(words, holds_for=held, number=number)
        yield replace(line, words=words)
