"""Kinds of cost, which of them a candidate is asked for, and which are known.

Kinds are data of an evaluation. Overview, gate, points, envelope, what to ask next,
comparison and memo read what is asked and known from here.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

# How a kind counts beside being money: a rise lifts others by per cent a year (at most
# one kind), work is multiplied by the planning factor, support is held against the
# brief.
RISE = "rise"
WORK = "work"
SUPPORT = "support"


class LineState(StrEnum):
    """What is known of a cost; *unsaid* is never zero."""

    PRICED = "priced"
    INCLUDED = "included"
    EXCLUDED = "excluded"
    UNSAID = "unsaid"
    NOT_APPLICABLE = "not_applicable"


_STATED = {LineState.PRICED, LineState.INCLUDED, LineState.EXCLUDED}


@dataclass(frozen=True, slots=True)
class CostPart:
    """What a new line of a part starts with."""

    part: str
    due: str = "once"
    unit: str = ""
    quantity: Decimal = Decimal(1)
    help: str = ""


@dataclass(frozen=True, slots=True)
class ScheduleRow:
    """One row of the schedule that a candidate is asked to price."""

    kind: str
    name: str
    part: str
    group: str
    due: str
    unit: str
    quantity: Decimal
    help: str


@dataclass(frozen=True, slots=True)
class CostKind:
    """One kind of cost; `parts` are those that everybody is asked for.

    `for_kinds` are kinds of candidate, all if it is empty; `not_applicable` is the
    owner's reason, blank while it applies.
    """

    key: str
    name: str
    group: str = "one_off"
    due: str = "once"
    unit: str = ""
    quantity: Decimal = Decimal(1)
    counts_as: str = ""
    rises: bool = False
    for_kinds: tuple[str, ...] = ()
    not_applicable: str = ""
    help: str = ""
    parts: tuple[CostPart, ...] = ()

    @property
    def title(self) -> str:
        return self.name[:1].upper() + self.name[1:]

    @property
    def rows(self) -> tuple[ScheduleRow, ...]:
        """Its rows in a schedule: its parts, or itself."""
        whole = CostPart("", self.due, self.unit, self.quantity, self.help)
        return tuple(
            ScheduleRow(
                self.key,
                self.name,
                part.part,
                self.group,
                part.due,
                part.unit,
                part.quantity,
                part.help,
            )
            for part in self.parts or (whole,)
        )


_BUILT = ("build", "open_source")
_KEPT = (*_BUILT, "as_is")
# Of an evaluation that has no kinds of its own, and of memos frozen without kinds.
IT = (
    CostKind("licence", "licence or usage", "recurring", "yearly", "user", rises=True),
    CostKind("setup", "set-up"),
    CostKind(
        *("support", "support contract", "recurring", "yearly"),
        counts_as=SUPPORT,
        rises=True,
    ),
    CostKind("onboarding", "onboarding"),
    CostKind("training", "training"),
    CostKind("integration", "integration work"),
    CostKind("infrastructure_egress", "infrastructure and egress", "usage", "monthly"),
    CostKind(
        *("security_extras", "security extras such as SSO", "recurring", "yearly"),
        rises=True,
    ),
    CostKind("migration", "migration in"),
    CostKind("exit", "exit", "exit"),
    CostKind("renewal_rise", "renewal rise", "recurring", "yearly", counts_as=RISE),
    CostKind(
        "engineer_time", "engineer time", unit="hour", counts_as=WORK, for_kinds=_BUILT
    ),
    CostKind("upkeep", "upkeep per year", "recurring", "yearly", for_kinds=_KEPT),
    CostKind("on_call", "on-call", "recurring", "monthly", for_kinds=_KEPT),
)


def kind_named(key: str, kinds: Iterable[CostKind]) -> CostKind:
    """The kind of that key; one that is not among them reads as its key."""
    return next((kind for kind in (*kinds, *IT) if kind.key == key), CostKind(key, key))


def kinds_for(candidate_kind: str, kinds: Iterable[CostKind]) -> tuple[CostKind, ...]:
    return tuple(
        kind for kind in kinds if not kind.for_kinds or candidate_kind in kind.for_kinds
    )


class LineStatement(NamedTuple):
    """What one line says; `counts` is false for a price without a rate."""

    kind: str
    part: str
    state: LineState
    counts: bool = True


@dataclass(frozen=True, slots=True)
class KindCoverage:
    """One kind that is asked of a candidate; `missing` are parts without a line."""

    kind: CostKind
    states: frozenset[LineState]
    missing: tuple[str, ...]
    known: bool


def asked_kinds(
    kinds: Sequence[CostKind], candidate_kind: str, statements: Iterable[LineStatement]
) -> tuple[KindCoverage, ...]:
    """What is asked of a candidate, in order, and what is known of it.

    A kind for other kinds of candidate that somebody brought up is asked for as well.
    A priced, included or excluded line goes before *not applicable*, a not stated one
    does not; a part that was ruled out for it, or that one bidder added, is not asked.
    """
    lines: dict[str, list[LineStatement]] = {}
    for line in statements:
        lines.setdefault(line.kind, []).append(line)
    own_kinds = kinds_for(candidate_kind, kinds)
    keys = {kind.key for kind in own_kinds}
    others = [kind_named(key, kinds) for key in sorted(lines.keys() - keys)]
    rows = [_kind_coverage(kind, lines.get(kind.key, [])) for kind in own_kinds]
    rows += [_kind_coverage(kind, lines[kind.key]) for kind in others]
    return tuple(row for row in rows if row is not None)


def _kind_coverage(
    kind: CostKind, lines: Sequence[LineStatement]
) -> KindCoverage | None:
    counted = [line for line in lines if line.state != LineState.NOT_APPLICABLE]
    ruled = {line.part for line in lines if line.state == LineState.NOT_APPLICABLE}
    states = frozenset(line.state for line in counted)
    parts = [row.part for row in kind.parts if row.part not in ruled]
    if not states & _STATED and (
        kind.not_applicable or "" in ruled or (ruled and not parts and not counted)
    ):
        return None
    there = {line.part for line in counted}
    missing = tuple(part for part in parts if part not in there)
    known = bool(counted) and not missing and LineState.UNSAID not in states
    return KindCoverage(
        kind, states, missing, known and all(line.counts for line in counted)
    )


def unasked(coverages: Iterable[KindCoverage]) -> list[tuple[str, str]]:
    """Kind and part of what is asked and has no line; the part is blank for a kind."""
    return [
        (row.kind.key, part)
        for row in coverages
        if not row.states or row.missing
        for part in row.missing or ("",)
    ]
