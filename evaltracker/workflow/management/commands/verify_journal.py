"""`manage.py verify_journal [EVALUATION]`: whether journals hold, and tables with them.

Where to begin, from the slowest to the quickest: with every entry; with what a check
before wrote to a `--checkpoint`, which still compares every row; after an anchor, where
only rows that later entries tell of are compared.

A checkpoint holds commitments and no values: whoever reads it guesses no price. It is
kept where anchors are: whoever writes it and the database fools the next check.
"""

import fileinput
import json
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Self
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser

from evaltracker.evaluations.commitments import Commitment, is_newer
from evaltracker.evaluations.models import Entry, Evaluation
from evaltracker.evaluations.tables import JournalState, compare_tables, cover_tables
from evaltracker.evaluations.verifying import find_break, written_by_newer

# The number and the hash of an entry.
type Anchor = tuple[int, str]

ANCHOR = re.compile(r"([0-9]{1,9}):([0-9a-f]{8,64})")
# A line of the log, as JSON or as people read it (services/heads.py).
LOGGED = re.compile(r"\bjournal_head\b")
LOGGED_OF = re.compile(r"\bevaluation\W{1,5}([0-9a-f]{8}(?:-[0-9a-f]{4,12}){4})\b")
LOGGED_AT = re.compile(r"\banchor\W{1,5}([0-9]{1,9}:[0-9a-f]{64})\b")


# Nothing contradicts, but not all could be checked.
Unchecked = partial(CommandError, returncode=2)


def read_anchor(text: str) -> Anchor:
    """NUMBER:HASH, where the hash may be cut short.

    Raises:
        Unchecked: it reads otherwise.
    """
    match = ANCHOR.fullmatch(text)
    if match is None:
        raise Unchecked("An anchor reads NUMBER:HASH, as --print-anchor says.")
    return int(match[1]), match[2]


def anchors_in(place: str) -> dict[UUID, set[Anchor]]:
    """The heads that a log tells, by evaluation; “-” is standard input.

    Raises:
        Unchecked: it cannot be read, or tells none.
    """
    anchors: dict[UUID, set[Anchor]] = {}
    try:
        with fileinput.input(place, encoding="utf-8", errors="replace") as lines:
            for line in lines:
                if not LOGGED.search(line):
                    continue
                of = LOGGED_OF.search(line)
                at = LOGGED_AT.search(line)
                if of and at:
                    anchors.setdefault(UUID(of[1]), set()).add(read_anchor(at[1]))
    except OSError as error:
        raise Unchecked(f"{place} cannot be read: {error.strerror}.") from error
    if not anchors:
        raise Unchecked(
            f"{place} tells no head of a journal. Give the log of the workers, or of "
            "send_notices: each hour it has a line “journal_head” for each that grew."
        )
    return anchors


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
            raise Unchecked(f"{path} cannot be read as a checkpoint.") from error
        if not isinstance(document, dict) or document.get("format") != FORMAT:
            raise Unchecked(f"{path} is no checkpoint of this version. Remove it.")
        return cls(file, document["journals"])

    def begin(
        self, evaluation: Evaluation, since: Anchor | None, claims: JournalState
    ) -> tuple[Anchor | None, JournalState]:
        state = self.kept.get(str(evaluation.pk))
        if state is None:
            return since, claims
        rows = {
            (label, key): (number, Commitment(version, digest, shorts))
            for label, key, number, version, digest, shorts in state["rows"]
        }
        whole = state["is_whole"]
        uncovered = state["uncovered"]
        again = JournalState(rows=rows, is_whole=whole, uncovered=uncovered)
        again.since = state.get("since", 0)
        return (state["number"], state["hash"]), again

    def keep(
        self, evaluation: Evaluation, anchor: Anchor | None, claims: JournalState
    ) -> None:
        if self.path is None or anchor is None:
            return
        self.kept[str(evaluation.pk)] = {
            "number": anchor[0],
            "hash": anchor[1],
            "is_whole": claims.is_whole,
            "since": claims.since,
            "uncovered": claims.uncovered,
            "rows": [
                [*key, number, *asdict(commitment).values()]
                for key, (number, commitment) in claims.rows.items()
            ],
        }

    def write(self) -> None:
        if self.path is None:
            return
        aside = self.path.with_name(f"{self.path.name}.new")
        document = {"format": FORMAT, "journals": self.kept}
        aside.write_text(json.dumps(document), encoding="utf-8")
        aside.replace(self.path)


def evaluation_of(slug: str) -> Evaluation:
    evaluation = Evaluation.objects.select_related("owner").filter(slug=slug).first()
    if evaluation is not None:
        return evaluation
    slugs = Evaluation.objects.order_by("slug").values_list("slug", flat=True)[:10]
    if slugs:
        known = f" There are: {', '.join(slugs)}."
    else:
        known = " There are none."
    raise Unchecked(f"There is no evaluation “{slug}”.{known}")


# Of each evaluation; whoever rewrote a table needs no list of all its rows.
NAMED = 20


@dataclass(slots=True)
class ChainReport:
    broken: list[str] = field(default_factory=list)
    # Entries that a newer version wrote.
    newer: list[str] = field(default_factory=list)
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
        claims = JournalState(is_later=since is not None, is_whole=since is None)
        since, claims = checkpoint.begin(evaluation, since, claims)
        last: list[Entry] = []

        def read(entry: Entry) -> None:
            self.entries += 1
            last[:] = [entry]
            if tables or is_newer(entry.rows):
                claims.read(entry)

        fault = find_break(evaluation, since=since, read=read)
        if fault and not fault.is_newer:
            self.broken.append(f"{evaluation.slug}: {fault.sentence}")
            return
        if tables:
            self.compare(evaluation, claims)
            anchor = (last[0].number, last[0].hash) if last else since
            checkpoint.keep(evaluation, anchor, claims)
        self.newer += [
            f"{evaluation.slug}: {written_by_newer(number)}"
            for number in sorted(claims.newer)
        ]

    def compare(self, evaluation: Evaluation, claims: JournalState) -> None:
        compared = compare_tables(evaluation, claims)
        self.agreeing += compared.agreeing
        self.uncovered += compared.uncovered
        self.silent += claims.uncovered
        self.broken += [
            f"{evaluation.slug}: {difference}"
            for difference in compared.differences[:NAMED]
        ]
        if more := len(compared.differences[NAMED:]):
            self.broken.append(f"{evaluation.slug}: and {more:,} more rows.")

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
    return f"{number:,} {singular if number == 1 else plural}"


class Command(BaseCommand):
    """Names the first broken entry of each chain, and rows that are not as told."""

    help = (
        "Check the journals; exit 1 and what does not hold, if anything does not, and "
        "exit 2 if all that was checked holds, and something could not be checked."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("evaluation", metavar="EVALUATION", nargs="?")
        options = Path(__file__).with_suffix(".json").read_text(encoding="utf-8")
        for name, settings in json.loads(options).items():
            parser.add_argument(name, **settings)

    def handle(self, *args: Any, **options: Any) -> None:
        slug = options["evaluation"]
        if not slug and any(
            options[name] for name in ("anchor", "since", "print_anchor")
        ):
            raise Unchecked("An anchor belongs to one evaluation; name it.")
        if (
            sum(bool(options[name]) for name in ("since", "from_anchor", "checkpoint"))
            > 1
        ):
            raise Unchecked(
                "Choose one of --since, --from-anchor and --checkpoint to begin at."
            )
        if slug:
            chosen = [evaluation_of(slug)]
        else:
            chosen = list(Evaluation.objects.order_by("slug"))
        if options["cover"]:
            self.cover(chosen)
        checkpoint = Checkpoint.at(options["checkpoint"])
        verdict = ChainReport()
        for evaluation, since in starting_points(chosen, options):
            if not options["print_anchor"]:
                self.stderr.write(f"Checking {evaluation.slug} …")
            verdict.judge(
                evaluation,
                since=since,
                tables=options["tables"] or bool(options["checkpoint"]),
                checkpoint=checkpoint,
            )
        broken = [*verdict.broken, *not_anchored(chosen, options)]
        if broken:
            raise CommandError("\n".join(broken + verdict.newer))
        if verdict.newer:
            raise Unchecked("\n".join(verdict.newer))
        checkpoint.write()
        if options["print_anchor"]:
            last = Entry.objects.filter(evaluation=chosen[0]).latest("number")
            self.stdout.write(f"{last.number}:{last.hash}")
        else:
            self.stdout.write(verdict.sentence())

    def cover(self, chosen: Iterable[Evaluation]) -> None:
        for evaluation in chosen:
            if entry := cover_tables(evaluation):
                self.stderr.write(
                    f"{evaluation.slug}: entry {entry.number} commits to every row."
                )


def starting_points(
    chosen: Iterable[Evaluation], options: dict[str, Any]
) -> Iterable[tuple[Evaluation, Anchor | None]]:
    if options["from_anchor"]:
        anchors = anchors_in(options["from_anchor"])
    else:
        anchors = {}
    if options["since"]:
        since = read_anchor(options["since"])
    else:
        since = None
    for evaluation in chosen:
        yield evaluation, since or max(anchors.get(evaluation.pk, ()), default=None)


def not_anchored(chosen: list[Evaluation], options: dict[str, Any]) -> list[str]:
    broken = []
    if options["anchor"]:
        broken += misfits(chosen[0], [read_anchor(options["anchor"])])
    if options["anchors"]:
        anchors = anchors_in(options["anchors"])
        for evaluation in chosen:
            broken += misfits(evaluation, anchors.pop(evaluation.pk, ()))
        if not options["evaluation"]:
            broken += [f"{pk}: the evaluation is no longer there" for pk in anchors]
    return broken
