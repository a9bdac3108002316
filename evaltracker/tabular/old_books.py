"""Reading .xls in a process of its own.

The binary format lets a damaged file ask the native reader for terabytes, and the
reader then ends its whole process. Here it ends a child, and the user gets a sentence.
"""

import contextlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from evaltracker.tabular.archives import DAMAGED
from evaltracker.tabular.books import read_book
from evaltracker.tabular.shapes import Merge, Row, Sheet, Unreadable

MEMORY_BYTES = 2 * 1024**3
SECONDS = 60
ROOT = Path(__file__).parents[2]


def read_old_book(content: bytes) -> list[Sheet]:
    """The sheets of an .xls, hidden ones too.

    Raises:
        Unreadable: damaged, protected, past a limit, or too slow to be honest.

    """
    try:
        child = subprocess.run(  # noqa: S603  # ourselves; the file goes to its stdin
            [sys.executable, "-m", __name__],
            input=content,
            capture_output=True,
            timeout=SECONDS,
            check=True,
            cwd=ROOT,
            env={"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"},
        )
        told = json.loads(child.stdout)
    except (subprocess.SubprocessError, ValueError) as error:
        raise Unreadable(DAMAGED) from error
    if "refused" in told:
        raise Unreadable(**told["refused"])
    return [unpacked(sheet) for sheet in told["sheets"]]


def main() -> None:
    """Read a workbook from stdin and tell what is in it on stdout, as JSON."""
    limit_memory()
    try:
        sheets = read_book(sys.stdin.buffer.read(), "xls")
        told: dict[str, Any] = {"sheets": [packed(sheet) for sheet in sheets]}
    except Unreadable as error:
        problem = error.problem
        told = {
            "refused": {
                "sentence": problem.sentence,
                "sheet": problem.sheet,
                "row": problem.row,
                "column": problem.column,
            }
        }
    sys.stdout.write(json.dumps(told))


def limit_memory() -> None:
    """Let this process ask for no more than MEMORY_BYTES, where the system can."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource  # not there on every system

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))


def packed(sheet: Sheet) -> dict[str, Any]:
    """A sheet as JSON holds it."""
    return {
        "name": sheet.name,
        "hidden": sheet.hidden,
        "merges": [
            [merge.top, merge.left, merge.bottom, merge.right] for merge in sheet.merges
        ],
        "rows": [
            [row.number, row.cells, sorted(row.numbers), sorted(row.days)]
            for row in sheet.rows
        ],
    }


def unpacked(told: dict[str, Any]) -> Sheet:
    """The sheet that was packed."""
    return Sheet(
        name=told["name"],
        rows=tuple(
            Row(number, tuple(cells), frozenset(numbers), frozenset(days))
            for number, cells, numbers, days in told["rows"]
        ),
        hidden=told["hidden"],
        merges=tuple(Merge(*edges) for edges in told["merges"]),
    )


if __name__ == "__main__":
    main()
