"""What rows are: requirements, headings, totals, parts of the row above."""

import re
from collections import Counter, deque
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from statistics import median_low
from typing import Any

from evaltracker.rows.cells import TOTALS, WORDS, key, words_of
from evaltracker.rows.sources import SheetRow
from evaltracker.rows.subjects import ColumnRole, ListType

MOST_TITLE_WORDS = 8
MOST_LEVELS = 2
# Share of rows that makes a habit.
MOST = 0.8
TITLES = ("name", "text", "category", "ref")
_NUMBER = re.compile(r"[^\w,.]{0,3}[0-9][0-9.,'’\s]*+[^\w]{0,3}|[-–—]")
_PART = re.compile(r"[-–—•*·▪◦‣]|\(?[0-9]{1,3}[.)]|\(?[a-z][.)]\s")
_CODE = re.compile(r"(?=\S{0,20}[0-9])[A-Z0-9][\w.#/-]{0,19}(?=[:)]?\s)")
_ENDS = (".", "?", "!", "。", "？", "！")
# By reason: what is proposed (blank: open), and why.
REASONS: dict[str, tuple[str, str]] = WORDS["row_types"]


@dataclass(frozen=True, slots=True)
class RowProposal:
    """What a row is; `kind` blank is open, `pattern` blank a plain row.

    Else *row, joined, heading, names, total, left* or *blank*. Rows of one `pattern`
    are alike: one answer holds for them all.
    """

    kind: str
    pattern: str = ""
    title: str = ""
    level: int = 1
    why: str = ""


@dataclass(slots=True)
class _Row:
    row: SheetRow
    # By role, what is read; `content` without what only tells the outline.
    cells: dict[str, str]
    content: frozenset[str]
    text: str
    title: str
    level: int
    is_marked: bool
    is_alone: bool
    width: int
    is_deeper: bool = False
    reason: str = ""

    @property
    def ref(self) -> str:
        return self.cells.get("ref", "")

    @property
    def kind(self) -> str:
        return REASONS[self.reason][0]

    @property
    def is_lone(self) -> bool:
        return len(self.content) == 1 and _is_title(self.title)

    @property
    def pattern(self) -> str:
        if self.reason in ("", "blank"):
            return ""
        roles = {role.partition(":")[0] for role in self.content}
        shown = [role for role in TITLES if role in roles] + sorted(roles - {*TITLES})
        marks = ["marked"] * self.is_marked + [f"level {self.level}"] * bool(self.level)
        parts = (self.kind or "open", self.reason, "+".join(shown), "+".join(marks))
        return "-".join(parts).replace(" ", "_")


def _is_title(text: str) -> bool:
    bare = text.rstrip("*_ ")
    return len(text.split()) <= MOST_TITLE_WORDS and not bare.endswith(_ENDS)


def _begins(ref: str, other: str) -> bool:
    """Whether `ref` begins another at a border: A and A.1, V and V1, V1 and 1.1."""
    if ref and other.startswith(ref) and len(other) > len(ref):
        before = ref[-1]
        behind = other[len(ref)]
        is_border = before.isalpha() and behind.isdigit()
        return is_border or not (before.isalnum() and behind.isalnum())
    bare = ref.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    return bare != ref and other[:1].isdigit() and _begins(bare, other)


def propose(
    subject: ListType,
    rows: Sequence[SheetRow],
    roles: Sequence[str],
    names: SheetRow | None,
    *,
    chosen: Mapping[str, str],
) -> list[RowProposal]:
    """Propose what each row is, and take what somebody chose.

    Args:
        roles: of each column by place, blank if it is not read.
        chosen: kinds by pattern, or by `row:` and the number of a row.
    """
    texts = (role for role in ("text", "name", "label", "candidate") if role in roles)
    text = next(texts, "")
    roles = [*roles, *[""] * max((len(row.cells) for row in rows), default=0)]
    read = [_read(row, roles, text) for row in rows]
    _give_reasons(read, subject, roles, names)
    kinds = [
        chosen.get(f"row:{row.row.number}") or chosen.get(row.pattern, row.kind)
        for row in read
    ]
    return [
        RowProposal(kind, row.pattern, row.title, level, REASONS[row.reason][1])
        for row, kind, level in zip(read, kinds, _levels(read, kinds), strict=True)
    ]


def _read(row: SheetRow, roles: Sequence[str], text: str) -> _Row:
    filled = {roles[at]: row.cell(at) for at in row.filled if roles[at]}
    cells = {role: " ".join(cell.split()) for role, cell in filled.items()}
    level = cells.get("level", "")
    mark = key(cells.get("is_row", ""))
    title = next((cells[role] for role in (*TITLES, text) if role in cells), "")
    return _Row(
        row,
        cells,
        content=frozenset(cells) - {"level", "is_row"},
        text=cells.get(text, ""),
        title=title.strip("*_ "),
        level=int(level) if level.isascii() and level.isdigit() else 0,
        is_marked=mark in ("x", "1") or words_of("availability").get(mark) == "now",
        is_alone=all(roles[at] for at in row.filled),
        width=len(row.filled),
    )


@dataclass(frozen=True, slots=True)
class _Habits:
    """What most rows of a list have, how many are filled, and where the last stand."""

    filled: int
    have_refs: bool
    have_names: bool
    have_marks: bool
    have_lone: bool
    usual_width: int
    last_text: int
    last_full: int


def _habits(rows: Sequence[_Row]) -> _Habits:
    filled = [row for row in rows if row.content]
    with_text = [row for row in filled if row.text]
    refs = sum(bool(row.ref) for row in with_text)
    names = sum("name" in row.content for row in with_text)
    return _Habits(
        filled=len(filled),
        have_refs=refs >= MOST * len(with_text) > 0,
        have_names=names * 2 > len(with_text),
        have_marks=any(row.is_marked for row in rows),
        have_lone=sum(row.is_lone for row in filled) * 2 <= len(filled),
        usual_width=median_low([row.width for row in filled] or [0]),
        last_text=max((at for at, row in enumerate(rows) if row.text), default=-1),
        last_full=max((at for at, row in enumerate(rows) if row.width > 1), default=-1),
    )


def _give_reasons(
    rows: Sequence[_Row],
    subject: ListType,
    roles: Sequence[str],
    names: SheetRow | None,
) -> None:
    """Give each row the first rule that fits."""
    habits = _habits(rows)
    blocks = [_block_title(row, roles, names) for row in rows]
    have_blocks = sum(map(bool, blocks)) * 2 <= habits.filled
    next_refs = deque([""], 3)
    next_level = 0
    for at in reversed(range(len(rows))):
        row = rows[at]
        content = row.content
        are_titles = content <= {*TITLES, "label"}
        is_parent = _begins(row.ref, next_refs[0])
        row.is_deeper = next_level > row.level > 0
        may_head = subject.has_headings or (bool(subject.across) and are_titles)
        if names and content and _is_same(row.row, names, roles):
            row.reason = "again"
        elif have_blocks and blocks[at]:
            row.reason = "block"
            row.title = blocks[at]
        elif total := _total(row):
            row.reason = total
        elif not content:
            row.reason = "unread" if row.row.filled else "blank"
        elif row.is_marked:
            row.reason = "" if row.text or habits.last_text < 0 else "marked"
        elif (
            habits.have_refs
            and not content & {"ref", "name"}
            and (_PART.match(row.text) or row.text[:1].islower())
        ):
            row.reason = "part"
        elif (
            (may_head and are_titles and row.is_lone and at < habits.last_full)
            and (habits.have_lone or row.width * 2 <= habits.usual_width)
            and not row.ref
            and (row.is_alone or row.text)
        ):
            # With cells beside that are not read it may be a short requirement.
            row.reason = "lone" if row.is_alone else "beside"
        elif (
            (may_head and habits.last_text >= 0)
            and not row.text
            and content & {*TITLES}
        ):
            is_end = at > habits.last_text
            row.reason = "end" if is_end else _reason_without_text(row, is_parent)
        elif may_head and is_parent:
            is_named = "name" in content and not habits.have_names
            is_plain = habits.have_marks or is_named or _is_title(row.text)
            is_clear = is_plain and not content & {"priority", "weight"}
            row.reason = "parent" if is_clear else "sentence"
        elif habits.have_marks:
            row.reason = "deeper" if row.is_deeper else "unmarked"
        elif may_head and any(_begins(row.ref, ref) for ref in next_refs):
            row.reason = "near"
        elif habits.have_refs and not row.ref:
            row.reason = "bare"
        if content and row.reason not in ("again", "total"):
            next_level = row.level
            next_refs.extendleft(filter(None, [row.ref]))
    _compare_shapes(rows)


def _reason_without_text(row: _Row, is_parent: bool) -> str:
    is_code = any(map(str.isdigit, row.ref)) and " " not in row.ref
    is_gap = is_code and "name" not in row.content
    return "gap" if is_gap and not is_parent else "empty"


def _is_same(row: SheetRow, names: SheetRow, roles: Sequence[str]) -> bool:
    """Whether all cells that are read, or all there are, say the names again."""
    read = [at for at in row.filled if roles[at]]
    return all(row.cell(at).casefold() == names.cell(at).casefold() for at in read)


def _block_title(row: _Row, roles: Sequence[str], names: SheetRow | None) -> str:
    """The title that stands beside a repeated name, as a block of rows begins."""
    if names is None or row.is_marked:
        return ""
    same = {at for at in row.row.filled if row.row.cell(at) == names.cell(at)}
    others = [at for at in row.row.filled if at not in same]
    read = [at for at in others if roles[at]]
    if len(read) == 1 and len(same) >= len(others):
        title = row.row.cell(read[0])
    else:
        title = ""
    return title if _is_title(title) else ""


def _total(row: _Row) -> str:
    """Whether it is a total, or begins as one and may be: Total cost."""
    title = row.cells.get("label", row.title).strip("*_ :")
    begins = {key(" ".join(title.split()[:many])) for many in (1, 2, 3)} & TOTALS
    others = {cell.strip("*_ :") for cell in row.cells.values()} - {title}
    numbers = [cell for cell in row.row.cells if _NUMBER.fullmatch(cell.strip("*_ "))]
    if not (begins and numbers and all(map(_NUMBER.fullmatch, others))):
        return ""
    is_whole = key(title) in TOTALS and not {"ref", "text"} <= row.content
    return "total" if is_whole else "sum"


def _compare_shapes(rows: Sequence[_Row]) -> None:
    """What has a ref as only headings have is one, too; a level as they have: asked."""
    shapes = [re.sub("[0-9]+", "9", re.sub(r"[^\W\d_]+", "A", row.ref)) for row in rows]
    levels = {row.level for row in rows if row.kind == "heading" and row.is_deeper}
    every = Counter(shapes)
    pairs = [*zip(rows, shapes, strict=True)]
    heads = Counter(shape for row, shape in pairs if row.kind == "heading" and row.ref)
    for row, shape in pairs:
        is_usual = heads[shape] >= MOST * max(heads.total(), every[shape], 2)
        if row.reason or row.is_marked:
            continue
        if is_usual:
            row.reason = "shape" if _is_title(row.text) else "long"
        elif row.is_deeper and row.level in levels:
            row.reason = "outline"


def _levels(rows: Sequence[_Row], kinds: Sequence[str]) -> list[int]:
    """Of each row its level: what the file says of an outline, else as refs nest."""
    is_outline = True
    above = 0
    for row in rows:
        if row.kind == "heading":
            above = row.level
        elif not row.reason and 0 < row.level <= above:
            is_outline = False
    levels = []
    stack = list[str]()
    for row, kind in zip(rows, kinds, strict=True):
        if kind == "heading":
            while stack and not (row.ref and _begins(stack[-1], row.ref)):
                stack.pop()
            stack.append(row.ref)
        levels.append(row.level if is_outline and row.level else max(len(stack), 1))
    return levels


def categories(proposals: Sequence[RowProposal]) -> list[str]:
    """Of each row what stands above it: “Chapter / Part”, at most two levels."""
    shown = []
    stack = list[RowProposal]()
    for proposal in proposals:
        if proposal.kind == "heading":
            while stack and stack[-1].level >= proposal.level:
                stack.pop()
            stack.append(proposal)
        shown.append(" / ".join(heading.title for heading in stack[:MOST_LEVELS]))
    return shown


def describe(pattern: str) -> str:
    """What rows of a pattern have in common: “ref and name, no text”."""
    _, reason, filled, marks = pattern.replace("_", " ").split("-")
    if filled:
        roles = filled.split("+")
    else:
        roles = ["nothing that is read"]
    shown = " and ".join(filter(None, (", ".join(roles[:-1]), roles[-1])))
    if reason in ("empty", "end", "marked"):
        lacks = "no text"
    else:
        lacks = ""
    return ", ".join(filter(None, (shown, lacks, marks.replace("+", ", "))))


def numbered(refs: Sequence[str], existing: Collection[str]) -> list[str]:
    """The refs with blank ones numbered, after the highest, skipping those in use."""
    used = {*existing, *refs}
    numbers = [int(ref[1:]) for ref in existing if re.fullmatch("R[0-9]{1,9}", ref)]
    number = max(numbers, default=0)
    filled = []
    for ref in refs:
        if ref:
            filled.append(ref)
            continue
        number += 1
        while f"R{number}" in used:
            number += 1
        filled.append(f"R{number}")
    return filled


def as_above(role: ColumnRole, cells: Sequence[Any]) -> bool:
    """Whether blank cells of a category mean the one above: each is said once."""
    filled = [cell for cell in cells if cell]
    is_said_once = len(set(filled)) == len(filled) < len(cells)
    return role.name == "category" and is_said_once and bool(cells[0])


def refs_before(texts: Sequence[str]) -> list[str]:
    """The codes in front of texts (GV.OC-01: …), if nearly each has one of its own."""
    codes = [match[0] if (match := _CODE.match(text)) else "" for text in texts]
    is_usual = len({*codes} - {""}) >= 0.9 * len(codes)
    if is_usual:
        return codes
    return [""] * len(codes)


def refs_in_texts(refs: Sequence[str], texts: Sequence[str]) -> bool:
    """Whether nearly all texts begin with their ref."""
    pairs = [(ref, text) for ref, text in zip(refs, texts, strict=True) if ref and text]
    taken = [without_ref(ref, text) != text for ref, text in pairs]
    return bool(pairs) and sum(taken) >= 0.9 * len(pairs)


def without_ref(ref: str, text: str) -> str:
    """The text without its ref in front, if that is followed by a mark or blank."""
    rest = text.strip().removeprefix(ref.strip())
    is_apart = rest != text.strip() and rest[:1] in ":.)-– \n\u00a0"
    if is_apart and rest.strip():
        return rest.lstrip(":.)-– \n\u00a0")
    return text
