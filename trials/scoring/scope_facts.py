"""What is on file for a cell: answers and verdicts, and the values they speak of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, NamedTuple

from trials.scoring.facts import Availability, Source, Verdict
from vendors.answered_values import speaks_of

VENDOR: Final = "vendor"

type Names = Mapping[str, Sequence[str]]
type ValueAnswer = tuple[Availability, date | None]
type Means = Mapping[str, Mapping[str, ValueAnswer]]


class Value(NamedTuple):
    """A value of a list of the brief."""

    list_name: str
    value: str

    def is_in(self, names: Names) -> bool:
        """Whether these values by list have it among them."""
        return self.value in names.get(self.list_name, ())


UNNAMED: Final = Value("", "")


def counts_as(source: Source, runner: str, data: str) -> Source:
    """The source by whose rules a verdict counts: a trial that the vendor ran on its
    own data proves what a demo proves."""
    shows_only = runner == VENDOR and data == VENDOR
    return Source.DEMO if source == Source.TRIAL and shows_only else source


@dataclass(frozen=True, slots=True)
class Answer:
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
        return whole if self.means is None else self.means[value.list_name][value.value]


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
    judged: Answer | None = None
    same_words: bool = False
    other_wording: bool = False
    promised: Answer | None = None

    @property
    def counts_as(self) -> Source:
        """The source by whose rules it counts."""
        return counts_as(self.source, self.runner, self.data)

    def names(self, value: Value) -> bool:
        """Whether it speaks of a value."""
        if value == UNNAMED:
            return True
        own, items = self.named or {}, self.item_named or {}
        return value.is_in(own if value.list_name in own else items)


@dataclass(frozen=True, slots=True)
class Ruled:
    """What the owner ruled: for the whole cell, or for the values that it names."""

    whole: bool = False
    named: Names | None = None

    def covers(self, value: Value) -> bool:
        """Whether it was ruled for this value."""
        return self.whole or value.is_in(self.named or {})


NOT_RULED: Final = Ruled()


@dataclass(frozen=True, slots=True)
class CellRecord:
    """All that is on file for a candidate and a requirement, the oldest verdict first.

    `stale`: the requirement changed after it was answered.
    """

    current: Answer | None = None
    stale: bool = False
    verdicts: Sequence[JudgedAnswer] = ()
    not_applicable: Ruled = NOT_RULED
    excused: Ruled = NOT_RULED


def read_means(means: Mapping[str, Mapping[str, Sequence[Any]]]) -> Means:
    """What an answer means for each value, from the form in which it is kept."""
    return {
        name: {
            value: (Availability(said), day and date.fromisoformat(day))
            for value, (said, day) in answers.items()
        }
        for name, answers in means.items()
    }
