"""Which answer and which verdicts count for each value of a requirement's lists.

1. An answer speaks of the values that it names; what it does not name is unanswered.
   One from before the lists speaks of the values that its environments name exactly,
   or, if it is *never* and names no environment, of all.
2. A verdict speaks, list by list, of the values that it names, else of those that its
   criterion or script item names, else of none; of a value only if the answer that it
   judged spoke of it.
3. It is on older words once statement or link differ from those of today, or what was
   answered for that value. Then it waits to be re-confirmed and earns nothing, but a
   refutation stays until somebody judges new words for that value, also where a newer
   answer leaves the value out; and a withdrawn answer keeps its tests, for the promise
   record.
4. A trial that the vendor ran on its own data is a demo in every rule.
5. New words earn the lesser of their own credit and that of the newest verdict of the
   strongest source on older words, until that source or a stronger one judges them. As
   long the record keeps a judged promise, also where a newer answer leaves the value
   out.
6. A requirement without lists is one value that every answer and every verdict speaks
   of; there a verdict on an earlier revision is on older words, whatever it said.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from itertools import compress
from operator import not_
from typing import Any, Final, NamedTuple

from evaltracker.enumerations import Availability, Source
from trials.scoring.ledger import (
    JUDGED,
    CellState,
    ValueState,
    combine,
    judged_by,
    newest,
    promise_judged,
    standing,
    value_state,
)
from trials.scoring.open_cells import (
    DEFAULT_CREDITS,
    CellFacts,
    ClaimFacts,
    Credits,
    EvidenceFacts,
    Standing,
    Verdict,
)
from vendors.answered_values import says, speaks_of

# What is on file for a cell: answers and verdicts, and the values they speak of.

VENDOR: Final = "vendor"

type Names = Mapping[str, Sequence[str]]
type ValueAnswer = tuple[Availability, date | None]
type Means = Mapping[str, Mapping[str, ValueAnswer]]


class Value(NamedTuple):
    list_name: str
    value: str

    def is_in(self, names: Names) -> bool:
        return self.value in names.get(self.list_name, ())


UNNAMED: Final = Value("", "")


def counts_as(source: Source, runner: str, data: str) -> Source:
    """The source by whose rules a verdict counts: a trial that the vendor ran on its
    own data proves what a demo proves."""
    shows_only = runner == VENDOR and data == VENDOR
    if source == Source.TRIAL and shows_only:
        return Source.DEMO
    return source


@dataclass(frozen=True, slots=True)
class ScopedAnswer:
    """One revision of an answer; `means` is None where nothing was said of values."""

    availability: Availability
    available_from: date | None = None
    means: Means | None = None
    environments: Sequence[str] = ()

    def of(self, value: Value) -> ValueAnswer | None:
        """What it answers for a value; None if it does not speak of it."""
        whole = (self.availability, self.available_from)
        if value == UNNAMED:
            return whole
        if not speaks_of(
            *value,
            means=self.means,
            environments=self.environments,
            availability=self.availability,
        ):
            return None
        if self.means is None:
            return whole
        return self.means[value.list_name][value.value]


@dataclass(frozen=True, slots=True)
class JudgedAnswer:
    """A verdict and the answer that it judged.

    `judged` is None for the current answer, else an earlier revision; `same_words`:
    its statement, link and number are still those of today; `other_wording`: it
    answered another wording of the requirement. `promised` is the answer that was
    judged at first, where this verdict confirms an earlier one. `item_named` are the
    values of its criterion or script item.
    """

    source: Source
    verdict: Verdict
    at: datetime
    independent: bool = True
    runner: str = ""
    data: str = ""
    named: Names | None = None
    item_named: Names | None = None
    judged: ScopedAnswer | None = None
    same_words: bool = False
    other_wording: bool = False
    promised: ScopedAnswer | None = None

    @property
    def counts_as(self) -> Source:
        return counts_as(self.source, self.runner, self.data)

    def names(self, value: Value) -> bool:
        if value == UNNAMED:
            return True
        named = self.named or {}
        items = self.item_named or {}
        return value.is_in(named if value.list_name in named else items)


@dataclass(frozen=True, slots=True)
class Ruled:
    """What the owner ruled: for the whole cell, or for the values that it names."""

    whole: bool = False
    named: Names | None = None

    def covers(self, value: Value) -> bool:
        return self.whole or value.is_in(self.named or {})


NOT_RULED: Final = Ruled()


@dataclass(frozen=True, slots=True)
class CellRecord:
    """All that is on file for a candidate and a requirement, the oldest verdict first.

    `stale`: the requirement changed after it was answered. `ours`: the buyer noted it.
    """

    current: ScopedAnswer | None = None
    stale: bool = False
    verdicts: Sequence[JudgedAnswer] = ()
    not_applicable: Ruled = NOT_RULED
    excused: Ruled = NOT_RULED
    ours: bool = False


def read_means(means: Mapping[str, Mapping[str, Sequence[Any]]]) -> Means:
    """What an answer means for each value, from the form in which it is kept."""
    return {
        name: {
            value: (Availability(availability), day and date.fromisoformat(day))
            for value, (availability, day) in answers.items()
        }
        for name, answers in means.items()
    }


def cell_state(
    record: CellRecord,
    demanded: Sequence[Value],
    today: date,
    credits: Credits = DEFAULT_CREDITS,
    *,
    former: bool = False,
) -> CellState:
    """What the cell comes to; `demanded` are the values in which it must hold.
    `former`: by formulas 1 to 3, which knew no rule 5."""
    values = demanded or (UNNAMED,)
    state = combine(
        [_state(record, value, today, credits, former=former) for value in values]
    )
    if record.ours:
        return replace(state, ours=record.ours and state.answered)
    return state


def values_to_ask(
    last_answer: ScopedAnswer | None,
    demanded: Iterable[Value],
    not_applicable: Ruled = NOT_RULED,
    *,
    stale: bool = False,
) -> tuple[Value, ...]:
    """The values for which somebody still owes an answer.

    `last_answer` is what was last said by whom one asks: of a vendor its own answer,
    whatever the buyer has noted since. Without lists the one value without a name is
    owed.
    """
    return tuple(
        value
        for value in tuple(demanded) or (UNNAMED,)
        if not not_applicable.covers(value)
        and (
            last_answer is None
            or stale
            or not says((last_answer.of(value) or ("",))[0])
        )
    )


def _state(
    record: CellRecord, value: Value, today: date, credits: Credits, *, former: bool
) -> ValueState:
    facts = CellFacts(
        not_applicable=record.not_applicable.covers(value),
        excused=record.excused.covers(value),
    )
    if record.current is None:
        return value_state(facts, today, credits, **value._asdict(), former=former)
    current, older = _speaking(record, record.current, value)
    before = [verdict for verdict in older if not verdict.other_wording]
    answer = record.current.of(value)
    claim = answer
    refuted = _refuted(before, today)
    if record.current.availability == Availability.WITHDRAWN:
        claim = (Availability.WITHDRAWN, None)
    elif answer is None and refuted:
        claim = (Availability.NOW, None)
    if claim is not None:
        keeps = refuted or claim[0] == Availability.WITHDRAWN
        if keeps:
            counted = [*before, *current]
        else:
            counted = current
        facts = replace(
            facts,
            claim=ClaimFacts(*claim, record.stale),
            evidence=tuple(_facts_of(verdict, claim[0], value) for verdict in counted),
        )
    reconfirms = answer is not None and (former or not facts.not_applicable)
    state = value_state(
        facts,
        today,
        credits,
        **value._asdict(),
        left_out=answer is None,
        unconfirmed=_waiting(older, current) if reconfirms else (),
        former=former,
    )
    if former or not before:
        return state
    promise = claim or (Availability.NOW, None)
    older_facts, new_facts = (
        tuple(_facts_of(verdict, promise[0], value) for verdict in verdicts)
        for verdicts in (before, current)
    )
    then = CellFacts(ClaimFacts(*promise, record.stale), older_facts)
    return _after(state, then, new_facts, credits)


def _after(
    state: ValueState, then: CellFacts, new: Sequence[EvidenceFacts], credits: Credits
) -> ValueState:
    """The value once verdicts on older words, of which `then` alone consists, and the
    promises that they judged count as rule 5 says."""
    judges = {fact.source for fact in new if fact.verdict in JUDGED}
    if Source.TRIAL not in judges:
        trial = promise_judged(then, judged_by(then, Source.TRIAL))
        state = replace(state, by_trial=trial)
        if Source.DEMO not in judges:
            demo = promise_judged(then, judged_by(then, Source.DEMO))
            state = replace(state, by_demo=demo)
    last = _strongest(then)
    newest_verdict = _strongest(CellFacts(evidence=new))
    if last is None or not state.credit:
        return state
    if newest_verdict is not None and _STRENGTH.index(
        newest_verdict.source
    ) <= _STRENGTH.index(last.source):
        return state
    most: Decimal = getattr(credits, f"{last.source}_{last.verdict}")
    if most >= state.credit:
        return state
    verdict_text = f"{last.verdict.replace('_', ' ')} in the {last.source}"
    working = f"new words; what was said before: {verdict_text}: {most}"
    return replace(state, credit=most, working=working)


_STRENGTH = (Source.TRIAL, Source.DEMO, Source.RESEARCH)


def _strongest(cell: CellFacts) -> EvidenceFacts | None:
    """The newest verdict of the strongest source; of demos *not shown* is one."""
    verdicts = (
        newest(cell, source, with_not_shown=source == Source.DEMO)
        for source in _STRENGTH
    )
    return next(filter(None, verdicts), None)


def _speaking(
    record: CellRecord, current: ScopedAnswer, value: Value
) -> tuple[list[JudgedAnswer], list[JudgedAnswer]]:
    """The verdicts that speak of a value: on today's words, and on older ones."""
    speaking = [
        verdict
        for verdict in record.verdicts
        if verdict.names(value) and (verdict.judged or current).of(value) is not None
    ]
    today = current.of(value)
    fresh = [
        verdict.judged is None
        or (
            value != UNNAMED
            and verdict.same_words
            and not verdict.other_wording
            and verdict.judged.of(value) == today
        )
        for verdict in speaking
    ]
    return list(compress(speaking, fresh)), list(compress(speaking, map(not_, fresh)))


def _facts_of(
    verdict: JudgedAnswer, availability: Availability, value: Value
) -> EvidenceFacts:
    """The verdict, with what was promised when it was reached if that was other."""
    answers = (
        answer and answer.of(value) for answer in (verdict.promised, verdict.judged)
    )
    promised = next((answer[0] for answer in answers if answer), availability)
    return EvidenceFacts(
        verdict.counts_as,
        verdict.verdict,
        verdict.at,
        independent=verdict.independent,
        judged=None if promised == availability else promised,
    )


def _refuted(verdicts: Sequence[JudgedAnswer], today: date) -> bool:
    """Whether these verdicts alone, whatever is claimed, come to a refutation."""
    evidence = [_facts_of(verdict, Availability.NOW, UNNAMED) for verdict in verdicts]
    cell = CellFacts(claim=ClaimFacts(Availability.NOW), evidence=evidence)
    return standing(cell, today) == Standing.REFUTED


def _waiting(
    older: Iterable[JudgedAnswer], current: Iterable[JudgedAnswer]
) -> tuple[Source, ...]:
    confirmed = {verdict.counts_as for verdict in current}
    waiting = {verdict.counts_as for verdict in older} - confirmed
    return tuple(source for source in Source if source in waiting)
