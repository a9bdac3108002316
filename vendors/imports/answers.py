"""From cells to the words of a claim, without guessing."""

import datetime
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from evaltracker.errors import Invalid
from evaltracker.importing.layout import short
from evaltracker.importing.plan import Findings
from evaltracker.tabular.days import DayOrder, read_day
from evaltracker.tabular.wording import as_answer, web_addresses, without_markup
from vendors.availability import DATED
from vendors.choices import Availability
from vendors.imports.plan import Meaning, UnknownWord
from vendors.imports.status_heads import headed, status_key
from vendors.imports.words import RULED_WORDS, STATUS_WORDS
from vendors.words import ClaimWords, read_claim

DATED_PLAN = re.compile(
    r"(planned|roadmap|on the roadmap|coming soon)[ :(,]{1,3}(?:for |by |from )?"
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})\)?"
)
WORD_LENGTH = 40
WORDS_SHOWN = 15
ASKED = 40


@dataclass(frozen=True, slots=True)
class Cells:
    """What the file says of one claim, cell by cell."""

    status: str = ""
    statement: str = ""
    evidence: str = ""
    available_from: str = ""

    @property
    def is_blank(self) -> bool:
        """Whether nothing is said."""
        return not (self.status or self.statement or self.evidence)


@dataclass(slots=True)
class Reader:
    """Reads answers and remembers which words it did not know.

    `words` are those that people of the evaluation explained.
    """

    words: Mapping[str, Meaning] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    unknown: Counter[str] = field(default_factory=Counter)
    ruled: Counter[str] = field(default_factory=Counter)
    sentences: int = 0
    undated: int = 0
    marked: int = 0
    unsafe_links: int = 0
    order: DayOrder | None = None

    def read(self, cells: Cells) -> ClaimWords:
        """The words of a claim.

        Raises:
            Invalid: something in the cells cannot be kept; the sentence says what.

        """
        availability, date = self.availability(cells)
        found = None if cells.statement else headed(cells.status)
        marked = found[1] if found else ""
        answer = as_answer(cells.statement or marked or cells.status)
        self.unsafe_links += len(answer.refused_links)
        parts = [answer.statement]
        is_open = availability == Availability.UNSTATED
        if cells.statement and cells.status and (is_open or headed(cells.status)):
            parts.insert(0, without_markup(cells.status))
        url, more = self.evidence(cells.evidence, answer.evidence_url, parts)
        parts += more
        if date is not None and availability not in DATED:
            parts.append(f"(Date in the file: {date.isoformat()})")
            date = None
        return read_claim(
            availability=availability,
            available_from=date,
            environments=(),
            statement="\n".join(part for part in parts if part) or url,
            evidence_url=url,
            noted=True,
        )

    def availability(self, cells: Cells) -> tuple[Availability, datetime.date | None]:
        """What the status says, and from when; *unstated* for words not known."""
        date = read_date(cells.available_from, self.order)
        word = status_key(cells.status)
        dated = DATED_PLAN.fullmatch(word)
        if dated is not None:
            return Availability.PLANNED, read_date(dated[2])
        # The dictionary has no hyphens; a date in the key has.
        key = word.replace("-", " ")
        meaning = self.words.get(key)
        if meaning is not None:
            date = date or meaning.available_from
            if meaning.availability == Availability.UNSTATED:
                return Availability.UNSTATED, date
        found = Availability(meaning.availability) if meaning else STATUS_WORDS.get(key)
        if found == Availability.PLANNED and date is None:
            self.undated += 1
            return Availability.UNSTATED, None
        if found is not None:
            return found, date
        before = headed(cells.status)
        if before is not None:
            self.marked += 1
            return before[0], date
        self.count(word, cells.status)
        return Availability.UNSTATED, date

    def count(self, word: str, cell: str) -> None:
        """Remember a status that is no availability."""
        if word.replace("-", " ") in RULED_WORDS:
            self.ruled[short(without_markup(cell))] += 1
        elif len(word) > WORD_LENGTH:
            self.sentences += 1
        elif word:
            shown = short(as_answer(cell).statement)
            self.unknown[shown] += 1
            self.keys[shown] = word.replace("-", " ")

    def asked(self) -> tuple[UnknownWord, ...]:
        """The words to ask about, the most frequent first."""
        return tuple(
            UnknownWord(self.keys[shown], shown, count)
            for shown, count in self.unknown.most_common(ASKED)
        )

    def evidence(
        self, cell: str, found: str, parts: list[str]
    ) -> tuple[str, list[str]]:
        """The one link that proves it, and what else the evidence cell says."""
        good, bad = web_addresses(cell)
        links = [*good, found] if found else good
        url = links[0] if links else ""
        if bad:
            return url, [f"Evidence: {without_markup(cell)}"]
        said = " ".join(parts)
        more = [link for link in links[1:] if link != url and link not in said]
        return url, [f"More evidence: {' '.join(more)}"] if more else []

    def tell(self, findings: Findings) -> None:
        """Report each word once, with its count."""
        if self.unknown:
            told = word_counts(self.unknown)
            findings.remark(
                f"These words are no availability that is known here: {told}. They "
                "were kept as statements, with the availability unstated."
            )
        if self.ruled:
            findings.remark(
                f"{word_counts(self.ruled)}: kept as statements, unstated; rule on "
                "each requirement that does not apply to a candidate."
            )
        if self.sentences:
            findings.remark(
                f"{self.sentences:,} answers are sentences without an availability; "
                "they were kept as statements, unstated."
            )
        if self.marked:
            findings.remark(
                f"A tick or cross, yes or no stands before words in {self.marked:,} "
                "answers; it was read as now or never, and the words as the statement."
            )
        if self.undated:
            findings.remark(
                f"{self.undated:,} answers say planned without a date, so they were "
                "kept as statements, unstated. Give the dates in a column "
                "“available from”, or write “planned 2027-03-31”."
            )
        if self.unsafe_links:
            findings.remark(
                f"{self.unsafe_links:,} links are no http or https links; they were "
                "kept as text."
            )


def read_date(cell: str, order: DayOrder | None = None) -> datetime.date | None:
    """The date in `cell`; `order` is that of its column.

    Raises:
        Invalid: it is none, or could be two.

    """
    text = cell.strip()
    # A spreadsheet may give the hour of a day, too.
    text = text[:10] if text[4:5] == "-" else text
    try:
        return read_day(text, order) if text else None
    except ValueError as error:
        raise Invalid(str(error)) from error


def word_counts(words: Counter[str]) -> str:
    """“Cloud” ×14, “Local” ×3 and 2 more."""
    shown = [f"“{word}” ×{count}" for word, count in words.most_common(WORDS_SHOWN)]
    rest = len(words) - len(shown)
    return ", ".join(shown) + (f" and {rest:,} more" if rest else "")
