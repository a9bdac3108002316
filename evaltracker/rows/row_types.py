"""What rows are: requirements, headings, totals, parts of the row above."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from evaltracker.rows.cells import WORDS, key
from evaltracker.rows.columns import meanings_of
from evaltracker.rows.sources import Row
from evaltracker.rows.subjects import Role, Subject

MOST_TITLE_WORDS = 8
MOST_LEVELS = 2
# Share of rows that makes a habit.
MOST = 0.8
STRUCTURE = frozenset(("level", "is_row"))
TITLES = ("name", "text", "category", "ref")
_TOTALS = frozenset(key(word) for words in WORDS["totals"].values() for word in words)
_NUMBER = re.compile(r"[^\w,.]{0,3}[0-9][0-9.,'’\s]*+[^\w]{0,3}|[-–—]")
_PART = re.compile(r"[-–—•*·▪◦‣]|\(?[0-9]{1,3}[.)]|\(?[a-z][.)]\s")
_ENDS = (".", "?", "!", "。", "？", "！")  # as texts end in Chinese
WHY = {
    "again": "It is the row of names.",
    "block": "It repeats a name beside a title.",
    "total": "It begins as a total does.",
    "unread": "It has nothing in a column that is read.",
    "part": "It has no ref, and begins as a part of a list does.",
    "lone": "It has one cell, and rows follow.",
    "beside": "It has one cell that is read, and others beside.",
    "marked": "The file marks it, but it has no text.",
    "empty": "It has no text.",
    "end": "It has no text, and nothing follows.",
    "parent": "Its ref begins the next one.",
    "sentence": "Its ref begins the next one, but it reads as a requirement.",
    "deeper": "The file does not mark it, and the next row is deeper.",
    "unmarked": "The file marks other rows.",
    "shape": "Its ref is like those of headings.",
    "long": "Its ref is like those of headings, but it is long.",
    "bare": "It has no ref; most rows have one.",
}


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
class _Facts:
    row: Row
    cells: dict[str, str]
    # Roles that are filled, without what only tells the outline.
    content: frozenset[str]
    text: str
    is_marked: bool
    level: int
    kind: str = "row"
    reason: str = ""
    title: str = ""

    @property
    def ref(self) -> str:
        return self.cells.get("ref", "")

    @property
    def heads(self) -> bool:
        return self.kind == "heading"

    @property
    def pattern(self) -> str:
        if not self.reason:
            return ""
        shown = sorted({role.partition(":")[0] for role in self.content}, key=_place)
        marks = ["marked"] * self.is_marked + [f"level {self.level}"] * bool(self.level)
        parts = (self.kind or "open", self.reason, "+".join(shown), "+".join(marks))
        return "-".join(parts).replace(" ", "_")


def _place(role: str) -> tuple[int, str]:
    return (TITLES.index(role) if role in TITLES else len(TITLES), role)


def _is_title(text: str) -> bool:
    return len(text.split()) <= MOST_TITLE_WORDS and not text.rstrip("*_ ").endswith(
        _ENDS
    )


def _begins(ref: str, other: str) -> bool:
    """Whether `ref` begins another at a border: A and A.1, V and V1, V1 and 1.1."""
    if ref and other.startswith(ref) and len(other) > len(ref):
        before, behind = ref[-1], other[len(ref)]
        is_border = before.isalpha() and behind.isdigit()
        return is_border or not (before.isalnum() and behind.isalnum())
    bare = ref.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    return bare != ref and other[:1].isdigit() and _begins(bare, other)


def propose(
    subject: Subject,
    rows: Sequence[Row],
    roles: Sequence[str],
    names: Row | None,
    *,
    chosen: Mapping[str, str],
) -> list[RowProposal]:
    """Propose what each row is, and take what somebody chose.

    Args:
        roles: of each column by place, blank if it is not read.
        chosen: kinds by pattern, or by `row:` and the number of a row.
    """
    texts = [role for role in ("text", "name", "label", "candidate") if role in roles]
    facts = [_facts(row, roles, texts[0] if texts else "", names) for row in rows]
    _type(facts, subject, roles, names)
    _shape(facts)
    levels = _levels(facts, chosen)
    return [
        RowProposal(
            chosen.get(f"row:{one.row.number}") or chosen.get(one.pattern, one.kind),
            one.pattern,
            one.title,
            level,
            WHY.get(one.reason, ""),
        )
        for one, level in zip(facts, levels, strict=True)
    ]


def _facts(row: Row, roles: Sequence[str], text: str, names: Row | None) -> _Facts:
    cells = {role: row.cell(at) for at, role in enumerate(roles) if role}
    cells = {role: " ".join(cell.split()) for role, cell in cells.items() if cell}
    level = cells.get("level", "")
    mark = key(cells.get("is_row", ""))
    title = next((cells[role] for role in TITLES if role in cells), cells.get(text, ""))
    return _Facts(
        row,
        cells,
        frozenset(cells) - STRUCTURE,
        cells.get(text, ""),
        is_marked=mark in ("x", "1") or meanings_of("availability").get(mark) == "now",
        level=int(level) if level.isascii() and level.isdigit() else 0,
        title=title.strip("*_ "),
    )


def _type(
    facts: Sequence[_Facts], subject: Subject, roles: Sequence[str], names: Row | None
) -> None:
    """The kind and the reason of each row, by the first rule that fits."""
    filled = [one for one in facts if one.content]
    with_text = [one for one in filled if one.text]
    have_refs = sum(bool(one.ref) for one in with_text) >= MOST * len(with_text) > 0
    have_marks = any(one.is_marked for one in facts)
    have_headings = subject.has_headings or bool(subject.across)
    lone = [one for one in filled if len(one.content) == 1 and _is_title(one.title)]
    are_lone = len(lone) * 2 <= len(filled)
    blocks = [one for one in facts if _block_title(one, roles, names)]
    are_blocks = len(blocks) * 2 <= len(filled)
    last_text = max((at for at, one in enumerate(facts) if one.text), default=-1)
    last_full = max(
        (at for at, one in enumerate(facts) if len(one.content) > 1), default=-1
    )
    next_ref, below = "", None
    followers: list[tuple[str, _Facts | None]] = []
    for one in reversed(facts):
        followers.append((next_ref, below))
        next_ref, below = one.ref or next_ref, one if one.content else below
    followers.reverse()
    for at, one in enumerate(facts):
        next_ref, below = followers[at]
        only_titles = one.content <= {*TITLES}
        may_head = have_headings and (subject.has_headings or only_titles)
        is_lone = len(one.content) == 1 and _is_title(one.title)
        beside = [cell for cell, role in _pairs(one.row, roles) if cell and not role]
        if not one.row.filled:
            one.kind = "blank"
        elif names and _same(one.row, names):
            one.kind, one.reason = "names", "again"
        elif are_blocks and (title := _block_title(one, roles, names)):
            one.kind, one.reason, one.title = "heading", "block", title
        elif _is_total(one.row):
            one.kind, one.reason = "total", "total"
        elif not one.content:
            one.kind, one.reason = "left", "unread"
        elif (
            have_refs
            and not (one.ref or one.is_marked or "name" in one.content)
            and (_PART.match(one.text) or one.text[:1].islower())
        ):
            one.kind, one.reason = "joined", "part"
        elif (
            may_head and is_lone and are_lone and not one.is_marked and at < last_full
        ) and one.content <= {*TITLES, "label"} - {"ref"}:
            is_alone = not beside
            one.kind = "heading" if is_alone else ""
            one.reason = "lone" if is_alone else "beside"
        elif one.is_marked:
            one.kind, one.reason = ("row", "") if one.text else ("", "marked")
        elif may_head and last_text >= 0 and not one.text and one.content & {*TITLES}:
            is_end = at > last_text
            one.kind = "left" if is_end else "heading"
            one.reason = "end" if is_end else "empty"
        elif may_head and _begins(one.ref, next_ref):
            is_plain = have_marks or "name" in one.content or _is_title(one.text)
            is_clear = is_plain and not one.content & {"priority", "weight"}
            one.kind = "heading" if is_clear else ""
            one.reason = "parent" if is_clear else "sentence"
        elif have_marks:
            is_deeper = below is not None and below.level > one.level > 0
            one.kind = "heading" if is_deeper else ""
            one.reason = "deeper" if is_deeper else "unmarked"
        elif have_refs and not one.ref:
            one.kind, one.reason = "", "bare"


def _pairs(row: Row, roles: Sequence[str]) -> Iterable[tuple[str, str]]:
    return zip(row.cells, [*roles, *[""] * len(row.cells)], strict=False)


def _same(row: Row, names: Row) -> bool:
    one, other = (
        [(at, key(cells.cell(at))) for at in cells.filled] for cells in (row, names)
    )
    return one == other


def _block_title(one: _Facts, roles: Sequence[str], names: Row | None) -> str:
    """The title that stands beside a repeated name, as a block of rows begins."""
    if names is None or one.is_marked:
        return ""
    same = [at for at in one.row.filled if one.row.cell(at) == names.cell(at)]
    others = [
        cell
        for at, (cell, role) in enumerate(_pairs(one.row, roles))
        if cell and role and at not in same
    ]
    return others[0] if same and len(others) == 1 and _is_title(others[0]) else ""


def _is_total(row: Row) -> bool:
    cells = [row.cell(at).strip("*_ ") for at in row.filled]
    words = cells[0].rstrip(":").split()
    begins = {key(" ".join(words[:many])) for many in (1, 2, 3)}
    return bool(
        len(cells) > 1
        and begins & _TOTALS
        and all(_NUMBER.fullmatch(cell) for cell in cells[1:])
    )


def shape_of(ref: str) -> str:
    return re.sub("[0-9]+", "9", re.sub(r"[^\W\d_]+", "A", ref))


def _shape(facts: Sequence[_Facts]) -> None:
    """What has a ref as only headings have is one, too."""
    shapes = Counter(shape_of(one.ref) for one in facts if one.heads and one.ref)
    every = Counter(shape_of(one.ref) for one in facts if one.ref)
    for one in facts:
        shape = shape_of(one.ref)
        is_usual = shapes[shape] > 1 and (
            shapes[shape] >= MOST * max(shapes.total(), every[shape])
        )
        if one.kind == "row" and not one.is_marked and one.ref and is_usual:
            is_short = _is_title(one.text)
            one.kind = "heading" if is_short else ""
            one.reason = "shape" if is_short else "long"


def _levels(facts: Sequence[_Facts], chosen: Mapping[str, str]) -> list[int]:
    """Of each row its level: what the file says of an outline, else as refs nest."""
    is_outline = True
    above = 0
    for one in facts:
        if one.heads:
            above = one.level
        elif one.kind == "row" and one.level and above >= one.level:
            is_outline = False
    levels, stack = [], list[str]()
    for one in facts:
        if is_outline and one.level:
            levels.append(one.level)
            continue
        kind = chosen.get(one.pattern, one.kind)
        if kind == "heading" or f"row:{one.row.number}" in chosen:
            while stack and not (one.ref and _begins(stack[-1], one.ref)):
                stack.pop()
            stack.append(one.ref)
        levels.append(max(len(stack), 1))
    return levels


def categories(proposals: Sequence[RowProposal]) -> list[str]:
    """Of each row what stands above it: “Chapter / Part”, at most two levels."""
    shown, stack = [], list[RowProposal]()
    for one in proposals:
        if one.kind == "heading":
            while stack and stack[-1].level >= one.level:
                stack.pop()
            stack.append(one)
        shown.append(" / ".join(heading.title for heading in stack[:MOST_LEVELS]))
    return shown


def describe(pattern: str) -> str:
    """What rows of a pattern have in common: “ref and name, no text”."""
    _, reason, filled, marks = pattern.replace("_", " ").split("-")
    roles = filled.split("+") if filled else []
    shown = " and ".join(filter(None, (", ".join(roles[:-1]), *roles[-1:])))
    lacks = "no text" if roles and reason in ("empty", "end", "marked") else ""
    marks = marks.replace("+", ", ")
    return ", ".join(filter(None, (shown or "nothing that is read", lacks, marks)))


def numbered(refs: Sequence[str], existing: Collection[str]) -> list[str]:
    """The refs with blank ones numbered, after the highest, skipping those in use."""
    used = {*existing, *refs}
    numbers = [int(ref[1:]) for ref in existing if re.fullmatch("R[0-9]{1,9}", ref)]
    number = max(numbers, default=0)
    filled = []
    for ref in refs:
        while not ref:
            number += 1
            ref = "" if f"R{number}" in used else f"R{number}"
        filled.append(ref)
    return filled


def as_above(role: Role, cells: Sequence[Any]) -> bool:
    """Whether blank cells of a category mean the one above: each is said once."""
    filled = [cell for cell in cells if cell]
    is_said_once = len(set(filled)) == len(filled) < len(cells)
    return role.name == "category" and is_said_once and bool(cells[0])


def refs_in_texts(refs: Sequence[str], texts: Sequence[str]) -> bool:
    """Whether nearly all texts begin with their ref."""
    pairs = [(ref, text) for ref, text in zip(refs, texts, strict=True) if ref and text]
    taken = [without_ref(ref, text) != text for ref, text in pairs]
    return bool(pairs) and sum(taken) >= 0.9 * len(pairs)


def without_ref(ref: str, text: str) -> str:
    """The text without its ref in front, if that is followed by a mark or blank."""
    rest = text.strip().removeprefix(ref.strip())
    is_apart = rest != text.strip() and rest[:1] in ":.)-– \n\u00a0"
    return rest.lstrip(":.)-– \n\u00a0") if is_apart and rest.strip() else text
