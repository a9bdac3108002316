"""What an import of claims would do, before anything is done."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from evaltracker.evaluations.imports import Plan

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from vendors.words import ClaimWords

type Cell = tuple[str, str]  # a candidate's name and a requirement's ref


@dataclass(frozen=True, slots=True)
class ClaimLine:
    """One claim as the file has it."""

    candidate: str
    ref: str
    words: ClaimWords
    sheet: str
    row: int

    @property
    def cell(self) -> Cell:
        """Where it belongs in the matrix."""
        return self.candidate, self.ref


@dataclass(frozen=True, slots=True)
class KnownClaim:
    """The current claim of a cell.

    `is_fresh` tells whether it answers the requirement's words of today.
    """

    words: ClaimWords
    by_vendor: bool = False
    is_fresh: bool = True


@dataclass(frozen=True, slots=True)
class Known:
    """What the evaluation has: refs with texts, candidates with aliases, claims."""

    requirements: Mapping[str, str]
    candidates: Mapping[str, Sequence[str]]
    claims: Mapping[Cell, KnownClaim] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ClaimChange:
    """A claim whose file differs from what stands."""

    line: ClaimLine
    before: ClaimWords


@dataclass(frozen=True, slots=True)
class ClaimsPlan(Plan[ClaimLine, ClaimChange]):
    """The preview of claims, and which way round the file was read."""

    orientation: str = ""
