"""What an import of claims would do, before anything is done."""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from evaltracker.requirements.imports import Plan
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

    @property
    def name(self) -> str:
        """How people call it."""
        return f"{self.ref} / {self.candidate}"


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a status word means in an evaluation; unstated keeps it as text."""

    availability: str
    available_from: datetime.date | None = None


@dataclass(frozen=True, slots=True)
class UnknownWord:
    """A status word that nobody has explained: as looked up, and as it was written.

    `count` is how often the file has it.
    """

    key: str
    shown: str
    count: int


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
    """What the evaluation has: refs with texts, candidates with aliases, claims.

    `words` are the status words that its people explained.
    """

    requirements: Mapping[str, str]
    candidates: Mapping[str, Sequence[str]]
    claims: Mapping[Cell, KnownClaim] = field(default_factory=dict)
    words: Mapping[str, Meaning] = field(default_factory=dict)
    # The lists of the brief with their values, and who stays as it is.
    lists: Mapping[str, Sequence[str]] = field(default_factory=dict)
    as_is: frozenset[str] = frozenset()
    # By ref, of the requirements that have one.
    measures: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ClaimChange:
    """A claim whose file differs from what stands."""

    line: ClaimLine
    before: ClaimWords


@dataclass(frozen=True, slots=True)
class ClaimsPlan(Plan[ClaimLine, ClaimChange]):
    """The preview of claims, and which way round the file was read."""

    orientation: str = ""
    unknown_words: tuple[UnknownWord, ...] = ()
