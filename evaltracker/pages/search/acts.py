"""Acts as they are said: “invite Databricks”, “add a requirement”.

Some words are those of an act, the others those of the thing that it is done to. Only
what the reader may do now is found, by the act's own `why_not`. Few acts are asked,
and of few rows, so a query costs no more in a large house than in a small one.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from evaltracker.evaluations.choices import Status
from evaltracker.evaluations.models import Evaluation
from evaltracker.kit.full_text import words_of
from evaltracker.pages.acts import ACTS, Act, address_of
from evaltracker.pages.search.registry import SEARCHES, Hit, Reader, Search
from evaltracker.pages.search.rows import matching

FILLERS = frozenset(("a", "an", "the", "to", "of", "for", "in", "on", "my", "new"))
MOST_ACTS, MOST_ROWS, MOST_LOOKUPS, MOST_ASKED = 12, 3, 4, 16


@dataclass(frozen=True, slots=True)
class Spoken:
    """An act that some of the words name, and the words that are left."""

    act: Act[Any]
    said: int
    rest: tuple[str, ...]


def spoken_acts(words: Sequence[str]) -> list[Spoken]:
    """The acts that the words may mean, those that most of them name first."""
    meant = [word for word in words if word not in FILLERS]
    found = []
    for act in ACTS.values():
        names = words_of(f"{act.title} {act.verb}")
        rest = tuple(word for word in meant if not _begins(names, word))
        if len(rest) < len(meant):
            found.append(Spoken(act, len(meant) - len(rest), rest))
    found.sort(key=lambda each: (-each.said, len(each.act.title), each.act.title))
    return found[:MOST_ACTS]


def _begins(names: Sequence[str], word: str) -> bool:
    """Whether a word that is long enough to mean something begins one of the names."""
    return len(word) > 1 and any(name.startswith(word) for name in names)


class Targets:
    """Rows that acts may be done to, looked up at most a few times."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self.kept: dict[tuple[str, tuple[str, ...]], list[Any]] = {}
        self.searches = {
            search.rows(reader).model: search
            for search in SEARCHES.values()
            if search.has_acts
        }

    def of(self, spoken: Spoken) -> list[Any]:
        """What the act may be done to: what the rest of the words name.

        Without a rest an act on an evaluation is done to the one at hand, else to one
        of the reader's newest.
        """
        model = spoken.act.model
        if model is None:
            return [] if spoken.rest else [None]
        search = self.searches.get(model)
        if search is None or (not spoken.rest and model is not Evaluation):
            return []
        if not spoken.rest and self.reader.evaluation is not None:
            return [self.reader.evaluation]
        key = (search.kind, spoken.rest)
        if key not in self.kept:
            if len(self.kept) >= MOST_LOOKUPS:
                return []
            self.kept[key] = list(self._rows(search, spoken.rest)[:MOST_ROWS])
        return self.kept[key]

    def _rows(self, search: Search, rest: tuple[str, ...]) -> Any:
        if rest:
            return matching(search, self.reader, rest, " ".join(rest))
        rows = search.rows(self.reader).filter(status=Status.OPEN)
        return rows.order_by("-created_at", "pk")


def act_hits(reader: Reader, words: Sequence[str], most: int) -> list[Hit]:
    """Up to `most` acts that the reader may do now."""
    return list(_hits(reader, words, most))


def _hits(reader: Reader, words: Sequence[str], most: int) -> Iterator[Hit]:
    targets, asked, found = Targets(reader), 0, 0
    for spoken in spoken_acts(words):
        for target in targets.of(spoken):
            if asked == MOST_ASKED or found == most:
                return
            asked += 1
            if spoken.act.why_not(reader.user, target) is None:
                found += 1
                yield _hit(spoken.act, target)


def _hit(act: Act[Any], target: Any) -> Hit:
    """The act with what it is done to, and in which evaluation."""
    address = address_of(act.name, target)
    if target is None:
        return Hit(act.title, address)
    if isinstance(target, Evaluation):
        return Hit(act.title, address, str(target))
    return Hit(f"{act.title}: {target}", address, str(target.evaluation))
