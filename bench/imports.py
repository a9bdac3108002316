"""P6: an import of 20,000 and of 50,000 rows, beside reading the file and one COPY.

The floor reads the file with the bare reader and copies its rows into a table. The
preview reads, compares and keeps what is shown; the yes reads and compares again and
writes. Both are what the background does. Each runs three times, in a process of its
own that starts from the same: the quickest counts, and memory is the peak above what it
started with, beside that of reading the file alone.
"""

import csv
import gc
import io
import os
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import openpyxl
from django.db import connections

from bench.harness import place, product

ROWS = (20_000, 50_000)
HEAD = ("Ref", "Category", "Requirement", "Priority", "Weight", "Help for vendors")
PREVIEW, YES, MEMORY = 2, 4, 3
TIMES = 3


def main(arguments: Sequence[str]) -> int:
    """0 when all ratios are within P6."""
    sizes = ROWS[:1] if "--quick" in arguments else ROWS
    with place() as here, product(here):
        results = [measure(size, kind) for size in sizes for kind in ("csv", "xlsx")]
    return 0 if all(results) else 1


def measure(size: int, kind: str) -> bool:
    """One file, and whether it was within its bounds."""
    from evaltracker.evaluations.models import ImportDraft, ImportWork
    from evaltracker.importing.services.drafts import ask_for, hold_next, keep_draft
    from evaltracker.importing.services.imports import work_on
    from evaltracker.rows.sources import read_table
    from tests.factories import common

    name, content = f"{size}.{kind}", file_of(size, kind)

    def draft() -> ImportDraft:
        where = common.evaluation(title=f"Import {name}")
        kept = keep_draft(
            evaluation=where,
            kind="requirements",
            filename=name,
            content=content,
            by=where.owner,
        )
        # The smaller files wait like the large ones.
        ImportDraft.objects.update(work="preview", is_large=True)
        return kept

    def work() -> None:
        held = hold_next()
        assert held is not None
        work_on(held)

    def ask() -> None:
        waiting = ImportDraft.objects.get()
        assert waiting.preview is not None
        digest = waiting.preview["facts"]["digest"]
        ask_for(waiting, ImportWork.IMPORT, digest)

    read, of_reading = apart(lambda: read_table(content, name))
    floor = read + apart(lambda: copy(size))[0]
    previews, yeses = [], []
    for _ in range(TIMES):
        where = draft().evaluation
        previews.append(apart(work))
        ask()
        yeses.append(apart(work))
        assert where.requirements.count() == size
    preview, of_preview = least(previews)
    yes, of_yes = least(yeses)
    print(
        f"\n{name}, {len(content):,} bytes: reading and COPY {floor:.1f} s; preview "
        f"{preview:.1f} s = {preview / floor:.1f} ×; yes {yes:.1f} s = "
        f"{yes / floor:.1f} ×; memory of reading {of_reading / 1024:.0f} MB, "
        f"preview {of_preview / of_reading:.1f} ×, yes {of_yes / of_reading:.1f} ×"
    )
    memory = max(of_preview, of_yes) / of_reading
    return preview / floor <= PREVIEW and yes / floor <= YES and memory <= MEMORY


def row(number: int) -> tuple[str, ...]:
    """One requirement as people write them."""
    text = f"The platform does thing {number} as well as others do it, on every day"
    priority = ("must", "should", "could")[number % 3]
    return f"R{number}", f"Category {number % 40}", text, priority, "5", "Say how"


def file_of(size: int, kind: str) -> bytes:
    """A file with so many requirements."""
    if kind == "csv":
        text = io.StringIO()
        csv.writer(text).writerows([HEAD, *map(row, range(size))])
        return text.getvalue().encode()
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Requirements")
    for cells in (HEAD, *map(row, range(size))):
        sheet.append(cells)
    packed = io.BytesIO()
    book.save(packed)
    return packed.getvalue()


def copy(size: int) -> None:
    """One COPY of the rows into a table."""
    from django.db import connection

    with connection.cursor() as cursor:
        columns = ", ".join(f"{name} text" for name in HEAD)
        cursor.execute(f"CREATE TABLE copied ({columns})")
        with cursor.copy("COPY copied FROM STDIN") as into:
            for number in range(size):
                into.write_row(row(number))
        cursor.execute("DROP TABLE copied")


def apart(work: Callable[[], object]) -> tuple[float, int]:
    """How long it takes, and how many kB it adds at most, in a process of its own."""
    connections.close_all()
    gc.collect()
    gc.freeze()
    from_child, to_parent = os.pipe()
    child = os.fork()
    if not child:
        took = watched(work)
        os.write(to_parent, f"{took[0]} {took[1]}".encode())
        connections.close_all()
        os._exit(0)
    os.waitpid(child, 0)
    seconds, more = os.read(from_child, 100).split()
    os.close(from_child)
    os.close(to_parent)
    return float(seconds), int(more)


def least(tries: Sequence[tuple[float, int]]) -> tuple[float, int]:
    """The quickest, and the smallest."""
    return min(took for took, _ in tries), min(more for _, more in tries)


def watched(work: Callable[[], object]) -> tuple[float, int]:
    """How long it takes, and how many kB it adds to the process at most."""
    before = kilobytes("VmRSS")
    # Linux forgets the peak that was.
    Path("/proc/self/clear_refs").write_text("5")
    began = time.perf_counter()
    work()
    return time.perf_counter() - began, max(kilobytes("VmHWM") - before, 1)


def kilobytes(name: str) -> int:
    """A figure of this process."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1])
    raise LookupError(name)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
