"""What a plan shows: its counts and sentences, and its rows by page.

That of a small file is looked up in its plan. A large one's is made once and kept with
the file, so that its page neither reads the file nor holds all rows.
"""

import hashlib
import json
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any, overload

from evaltracker.importing.kinds import ImportKind, Question
from evaltracker.importing.mend import with_rows
from evaltracker.importing.plan import FileQuestion, Plan
from evaltracker.toolbox.processes import in_batches
from evaltracker.toolbox.tabular import ImportProblem, Row, Sheet, Workbook
from evaltracker.toolbox.tabular.cells import SEARCHED_ROWS

PAGE = 50
CHARACTERS = 1_000


class Rows[T](Sequence[T]):
    """Rows that are made when a page of them is looked at."""

    def __init__(self, count: int, part: Callable[[int, int], Sequence[T]]) -> None:
        self.size, self.part = count, part

    def __len__(self) -> int:
        return self.size

    @overload
    def __getitem__(self, at: int) -> T: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[T]: ...
    def __getitem__(self, at: int | slice) -> T | Sequence[T]:
        if isinstance(at, int):
            return self.part(at, at + 1)[0]
        start, stop, _ = at.indices(self.size)
        return self.part(start, stop)


@dataclass(frozen=True, slots=True)
class Preview:
    """What a file would do, as the page shows it."""

    digest: str
    counts: Mapping[str, int]
    problems: Sequence[ImportProblem]
    remarks: Sequence[str]
    questions: Sequence[FileQuestion]
    words: Sequence[Question]
    new: Sequence[Sequence[Any]]
    changed: Sequence[Any]

    @property
    def can_apply(self) -> bool:
        """Whether there is something to say yes to."""
        return not self.problems and bool(len(self.new) or len(self.changed))


def digest_of(plan: Plan[Any, Any]) -> str:
    """What tells this plan from another, for the yes that is said to it."""
    digest = hashlib.sha256()
    for part in (*plan.new, "", *plan.changed):
        digest.update(repr(part).encode("utf-8", "replace"))
    said = (plan.counts, plan.problems, plan.questions)
    digest.update(repr(said).encode("utf-8", "replace"))
    return digest.hexdigest()


def preview_of(kind: ImportKind, plan: Plan[Any, Any]) -> Preview:
    """The preview of a plan that is at hand."""
    return Preview(
        digest=digest_of(plan),
        counts=plan.counts,
        problems=plan.problems,
        remarks=plan.remarks,
        questions=plan.questions,
        words=kind.questions(plan),
        new=Rows(len(plan.new), partial(new_rows, kind, plan)),
        changed=Rows(len(plan.changed), partial(changed_rows, kind, plan)),
    )


def new_rows(
    kind: ImportKind, plan: Plan[Any, Any], start: int, stop: int
) -> Sequence[Any]:
    """Some of the rows of what is new, each with its row in the file."""
    return with_rows(plan.new[start:stop], kind.new_rows(plan, start, stop))


def changed_rows(
    kind: ImportKind, plan: Plan[Any, Any], start: int, stop: int
) -> Sequence[Any]:
    """Some of the rows that change, each with its row in the file."""
    lines = [change.line for change in plan.changed[start:stop]]
    return with_rows(lines, kind.changes(plan, start, stop))


def kept_preview(preview: Preview) -> tuple[dict[str, Any], bytes]:
    """A preview as it is kept: what is short, and the pages of its rows.

    Each page is packed by itself, so that one is read without the others.
    """
    pages: list[bytes] = []
    places: dict[str, list[list[int]]] = {}
    at = 0
    for name in ("new", "changed"):
        rows, places[name] = getattr(preview, name), []
        for part in in_batches(rows, "shown", PAGE):
            page = packed(part)
            places[name].append([at, len(page)])
            at += len(page)
            pages.append(page)
    kept = {
        "digest": preview.digest,
        "counts": preview.counts,
        "problems": [asdict(it) for it in preview.problems],
        "remarks": preview.remarks,
        "questions": [asdict(it) for it in preview.questions],
        "words": [asdict(it) for it in preview.words],
        "rows": {"new": len(preview.new), "changed": len(preview.changed)},
        "places": places,
    }
    return kept, b"".join(pages)


def packed(rows: Sequence[Any]) -> bytes:
    """Rows as they are kept."""
    return zlib.compress(json.dumps(rows, default=str).encode())


def unpacked(whole: bytes, at: int, size: int) -> list[Any]:
    """The rows that are kept in that place."""
    found: list[Any] = json.loads(zlib.decompress(whole[at : at + size]))
    return found


def preview_from(kept: Mapping[str, Any], pages: Callable[[], bytes]) -> Preview:
    """The preview that was kept; `pages` is asked when rows are looked at."""

    def rows(name: str) -> Rows[Any]:
        def part(start: int, stop: int) -> Sequence[Any]:
            first, last = start // PAGE, (max(stop, 1) - 1) // PAGE
            places = kept["places"][name][first : last + 1]
            whole = pages() if places else b""
            found: list[Any] = []
            for at, size in places:
                found += unpacked(whole, at, size)
            return found[start - first * PAGE : stop - first * PAGE]

        return Rows(kept["rows"][name], part)

    return Preview(
        digest=kept["digest"],
        counts=kept["counts"],
        problems=[ImportProblem(**it) for it in kept["problems"]],
        remarks=kept["remarks"],
        questions=[question_from(it) for it in kept["questions"]],
        words=[Question(**it) for it in kept["words"]],
        new=rows("new"),
        changed=rows("changed"),
    )


def question_from(kept: Mapping[str, Any]) -> FileQuestion:
    options = tuple((value, label) for value, label in kept["options"])
    return FileQuestion(**{**kept, "options": options})


def kept_start(book: Workbook, shown: str, number: int) -> list[dict[str, Any]]:
    """The first rows of each sheet that can be seen, as they are kept; of the one that
    is `shown` also those around the row of its names."""
    return [
        {
            "name": sheet.name,
            "rows": [
                [row.number, [cell[:CHARACTERS] for cell in row.cells]]
                for row in start_of(sheet, number if sheet.name == shown else 0)
            ],
        }
        for sheet in book.visible
        if not sheet.is_blank
    ]


def start_of(sheet: Sheet, number: int) -> Sequence[Row]:
    """The first rows of a sheet, and those around the row of that number."""
    at = next((at for at, it in enumerate(sheet.rows) if it.number == number), 0)
    first = max(at - 2, SEARCHED_ROWS)
    return (*sheet.rows[:SEARCHED_ROWS], *sheet.rows[first : max(at + 5, first)])


def start_from(kept: Sequence[Mapping[str, Any]], filename: str) -> Workbook:
    """A workbook of the rows that were kept."""
    sheets = tuple(
        Sheet(
            name=sheet["name"],
            rows=tuple(Row(number, tuple(cells)) for number, cells in sheet["rows"]),
        )
        for sheet in kept
    )
    return Workbook(filename, "", sheets)
