"""Where a check of the journals ended, kept in a file so that the next goes on there.

It holds commitments and no values: whoever reads it guesses no price. Whoever may write
it and the database fools the next check, so it is kept where anchors are kept.
"""

import fileinput
import json
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Self
from uuid import UUID

from django.core.management.base import CommandError

from evaltracker.evaluations.commitments import Commitment
from evaltracker.evaluations.models import Entry, Evaluation
from evaltracker.evaluations.tables import Said, compare_tables
from evaltracker.evaluations.verifying import find_break

# The number and the hash of an entry.
type Anchor = tuple[int, str]

ANCHOR = re.compile(r"([0-9]{1,9}):([0-9a-f]{8,64})")
# A line of the log, as JSON or as people read it (services/heads.py).
LOGGED = re.compile(r"\bjournal_head\b")
LOGGED_OF = re.compile(r"\bevaluation\W{1,5}([0-9a-f]{8}(?:-[0-9a-f]{4,12}){4})\b")
LOGGED_AT = re.compile(r"\banchor\W{1,5}([0-9]{1,9}:[0-9a-f]{64})\b")


def read_anchor(text: str) -> Anchor:
    """NUMBER:HASH, where the hash may be cut short.

    Raises:
        CommandError: it reads otherwise.

    """
    match = ANCHOR.fullmatch(text)
    if match is None:
        raise CommandError("An anchor reads NUMBER:HASH, as --print-anchor says.")
    return int(match[1]), match[2]


def anchors_in(place: str) -> dict[UUID, set[Anchor]]:
    """The heads that a log tells, by evaluation; “-” is standard input.

    Raises:
        CommandError: it cannot be read, or tells none.

    """
    told: dict[UUID, set[Anchor]] = {}
    try:
        with fileinput.input(place, encoding="utf-8", errors="replace") as lines:
            for line in lines:
                if not LOGGED.search(line):
                    continue
                of, at = LOGGED_OF.search(line), LOGGED_AT.search(line)
                if of and at:
                    told.setdefault(UUID(of[1]), set()).add(read_anchor(at[1]))
    except OSError as error:
        raise CommandError(f"{place} cannot be read: {error.strerror}.") from error
    if not told:
        raise CommandError(
            f"{place} tells no head of a journal. Give the log of the workers, or of "
            "send_notices: each hour it has a line “journal_head” for each that grew."
        )
    return told


def misfits(evaluation: Evaluation, kept: Iterable[Anchor]) -> list[str]:
    wanted = sorted(kept)
    entries = Entry.objects.filter(
        evaluation=evaluation, number__in=[number for number, _ in wanted]
    )
    there = dict(entries.values_list("number", "hash"))
    return [
        f"{evaluation.slug}: entry {number} is not the one of the anchor"
        if number in there
        else f"{evaluation.slug}: the journal was cut before entry {number}"
        for number, digest in wanted
        if not there.get(number, "").startswith(digest)
    ]


FORMAT = "evaltracker-checkpoint-1"


@dataclass(slots=True)
class Checkpoint:
    """What is kept of each evaluation, by its id; without a path nothing is."""

    path: Path | None
    kept: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def at(cls, path: str | None) -> Self:
        if path is None:
            return cls(None)
        file = Path(path)
        try:
            document = json.loads(file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return cls(file)
        except (OSError, ValueError) as error:
            raise CommandError(f"{path} cannot be read as a checkpoint.") from error
        if not isinstance(document, dict) or document.get("format") != FORMAT:
            raise CommandError(f"{path} is no checkpoint of this version. Remove it.")
        return cls(file, document["journals"])

    def begin(
        self, evaluation: Evaluation, since: Anchor | None, said: Said
    ) -> tuple[Anchor | None, Said]:
        """Where to begin, and what the entries up to there said."""
        kept = self.kept.get(str(evaluation.pk))
        if kept is None:
            return since, said
        rows = {
            (label, key): (number, Commitment(version, digest, shorts))
            for label, key, number, version, digest, shorts in kept["rows"]
        }
        whole, uncovered = kept["is_whole"], kept["uncovered"]
        again = Said(rows=rows, is_whole=whole, uncovered=uncovered)
        return (kept["number"], kept["hash"]), again

    def keep(self, evaluation: Evaluation, anchor: Anchor | None, said: Said) -> None:
        if self.path is None or anchor is None:
            return
        self.kept[str(evaluation.pk)] = {
            "number": anchor[0],
            "hash": anchor[1],
            "is_whole": said.is_whole,
            "uncovered": said.uncovered,
            "rows": [
                [*key, number, *asdict(commitment).values()]
                for key, (number, commitment) in said.rows.items()
            ],
        }

    def write(self) -> None:
        """Write it anew, all of it or not at all."""
        if self.path is None:
            return
        aside = self.path.with_name(f"{self.path.name}.new")
        document = {"format": FORMAT, "journals": self.kept}
        aside.write_text(json.dumps(document), encoding="utf-8")
        aside.replace(self.path)


def evaluation_of(slug: str) -> Evaluation:
    found = Evaluation.objects.select_related("owner").filter(slug=slug).first()
    if found is not None:
        return found
    slugs = Evaluation.objects.order_by("slug").values_list("slug", flat=True)[:10]
    known = f" There are: {', '.join(slugs)}." if slugs else " There are none."
    raise CommandError(f"There is no evaluation “{slug}”.{known}")


# Of each evaluation; whoever rewrote a table needs no list of all its rows.
NAMED = 20


@dataclass(slots=True)
class Verdict:
    """Gathers what is broken, and counts what holds."""

    broken: list[str] = field(default_factory=list)
    journals: int = 0
    entries: int = 0
    agreeing: int = 0
    # Rows that no entry that was read tells of.
    uncovered: int = 0
    # Entries of before, which commit to nothing.
    silent: int = 0
    tables: bool = False

    def judge(
        self,
        evaluation: Evaluation,
        *,
        since: Anchor | None,
        tables: bool,
        checkpoint: Checkpoint,
    ) -> None:
        self.journals += 1
        self.tables = self.tables or tables
        said = Said(is_later=since is not None, is_whole=since is None)
        since, said = checkpoint.begin(evaluation, since, said)
        last: list[Entry] = []

        def read(entry: Entry) -> None:
            self.entries += 1
            last[:] = [entry]
            if tables:
                said.read(entry)

        if found := find_break(evaluation, since=since, read=read):
            self.broken.append(f"{evaluation.slug}: {found.sentence}")
            return
        if not tables:
            return
        compared = compare_tables(evaluation, said)
        self.agreeing += compared.agreeing
        self.uncovered += compared.uncovered
        self.silent += said.uncovered
        self.broken += [
            f"{evaluation.slug}: {difference}"
            for difference in compared.differences[:NAMED]
        ]
        if more := len(compared.differences[NAMED:]):
            self.broken.append(f"{evaluation.slug}: and {more:,} more rows.")
        anchor = (last[0].number, last[0].hash) if last else since
        checkpoint.keep(evaluation, anchor, said)

    def sentence(self) -> str:
        whole = f"Verified {count(self.journals, 'journal', 'journals')}, "
        whole += count(self.entries, "entry", "entries")
        if not self.tables:
            return f"{whole}."
        whole += f"; {count(self.agreeing, 'row agrees', 'rows agree')}"
        if self.uncovered:
            are = count(self.uncovered, "row is", "rows are")
            whole += f"; {are} not covered by the entries that were read"
        if self.silent:
            are = count(self.silent, "entry commits", "entries commit")
            whole += f"; {are} to nothing, being of before"
        return f"{whole}."


def count(number: int, singular: str, plural: str) -> str:
    """“1 row”, “1,234 rows”."""
    return f"{number:,} {singular if number == 1 else plural}"
