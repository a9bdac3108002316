"""What a check of journals and tables comes to."""

from dataclasses import dataclass, field

from evaltracker.evaluations.models import Entry, Evaluation
from evaltracker.evaluations.tables import Said, compare_tables
from evaltracker.evaluations.verifying import find_break
from evaltracker.workflow.management.anchors import Anchor
from evaltracker.workflow.management.checkpoints import Checkpoint

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
        """Check one journal, and the tables if asked."""
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
