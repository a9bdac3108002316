"""What columns hold: proposed by their names, then by what stands in them."""

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import groupby, islice
from statistics import median_low

from evaltracker.rows.cells import (
    WORDS,
    currencies_of,
    key,
    name_key,
    read_column,
    words_of,
)
from evaltracker.rows.sources import SheetRow
from evaltracker.rows.subjects import ColumnRole, Context, ListType

SEARCHED_ROWS = 60
SAMPLE_ROWS = 2_000
TEXT_WIDTH = 20
SHORT_WIDTH = 12
# What stands in a column of crosses.
CROSSES = frozenset("x✓✔☑✅•●")
# Whose word counts before how many rows a column fills; the first three are certain.
SOURCES = ("screen", "own", "remembered", "house", "word", "word")
_REF = re.compile(r"(?=\S*[0-9])[\w.#/:§-]+")
# Source (by its place above), rank among the words of a role, role, reason.
type Claim = tuple[int, int, str, str]


@dataclass(frozen=True, slots=True)
class ColumnProposal:
    """What a column holds, and what says so.

    The `role` is one of the subject's, `candidate:Keycloak`, `cross:priority:must`,
    *left*, or blank: open, or one of those that an open role may be.
    """

    role: str
    state: str
    by: str
    is_unsure: bool = False
    why: str = ""


LEFT = ColumnProposal("left", "proposed", "")


@dataclass
class Columns:
    """The columns of a sheet by place; `names_at` is -1 without a row of names.

    `open_roles` are required, and no column has them: which one is the text?
    """

    names_at: int
    proposals: tuple[ColumnProposal, ...]
    open_roles: tuple[str, ...] = ()


@dataclass(eq=False)
class _FileColumn:
    place: int
    name: str
    # By index of the row, what is filled.
    cells: Mapping[int, str]
    claims: Sequence[Claim]
    proposal: ColumnProposal = LEFT

    @property
    def is_free(self) -> bool:
        return self.proposal is LEFT and bool(self.cells)

    @property
    def are_crosses(self) -> bool:
        cells = {cell.strip().casefold() for cell in self.cells.values()}
        return bool(self.name) and cells <= CROSSES

    @property
    def sample(self) -> list[str]:
        return [*islice(self.cells.values(), 200)]

    @cached_property
    def width(self) -> int:
        """The median of what its cells need on paper."""
        if self.cells:
            return median_low(map(width_of, self.sample))
        return 0

    def claims_role(self, role: str) -> bool:
        return any(claim[2] == role for claim in self.claims)

    def propose(self, role: str, by: str) -> None:
        self.proposal = ColumnProposal(role, "proposed", by, is_unsure=True)

    def is_text(self, rows: int) -> bool:
        cells = [*self.cells.values()]
        # What has no blank is an address or a code; Chinese needs none.
        sentences = [cell for cell in cells if " " in cell or not cell.isascii()]
        is_varied = min(len({*cells}), len(sentences)) >= 0.6 * len(cells)
        return self.width >= TEXT_WIDTH and is_varied and len(cells) * 3 >= rows

    def is_ref(self, rows: Collection[int]) -> bool:
        """Whether short codes stand in all of these rows."""
        cells = [self.cells.get(row, "").strip() for row in rows]
        codes = [cell for cell in cells if _REF.fullmatch(cell)]
        is_short = bool(codes) and median_low(map(len, codes)) <= SHORT_WIDTH
        return is_short and min(len(codes), len({*cells})) >= 0.9 * len(rows)

    @cached_property
    def money(self) -> int:
        """How likely prices stand in it: 2 with a currency, 1 for numbers alone."""
        read = read_column("money", self.sample)
        codes = [bool(currencies_of(part)) for part in re.split(r"[\s/()]+", self.name)]
        prices = 0
        for cell in read:
            amount = getattr(cell.value, "amount", None)
            prices += amount is not None or cell.question in ("currency", "number")
            codes.append(
                bool(getattr(cell.value, "currency", cell.question == "currency"))
            )
        return (prices >= 0.8 * len(read) > 0) * (1 + any(codes))


def width_of(text: str) -> int:
    """What a text needs on paper; signs of Chinese and Japanese are twice as wide."""
    wide = [mark for mark in text if unicodedata.east_asian_width(mark) in "WF"]
    return len(text) + len(wide)


@cache
def _heads(heads: tuple[str, ...]) -> frozenset[str]:
    return frozenset(map(name_key, heads))


@cache
def _ranks(role: str) -> Mapping[str, int]:
    """By key of a name, how early its language names it for a role."""
    ranks: dict[str, int] = {}
    for names in WORDS["roles"].get(role, {}).values():
        for rank, name in enumerate(names):
            ranks[key(name)] = min(rank, ranks.get(key(name), rank))
    return ranks


def _claims(
    name: str, subject: ListType, context: Context, cells: Iterable[str] = ()
) -> Iterator[Claim]:
    """What a name can mean; what is remembered stands in the context by its key.

    A closed list that knows none of the cells comes after roles of the same name.
    """
    bare = name_key(name.rstrip(" :?"))
    whole = key(name)
    if subject.across and (candidate := context.candidates.get(whole)):
        yield 1, 0, f"candidate:{candidate}", ""
    if role := context.remembered.get(whole):
        yield 2, 0, role, ""
    if whole in context.elsewhere:
        house_role, evaluation = context.elsewhere[whole]
        yield 3, 0, house_role, f"as in {evaluation}"
    for column_role in subject.roles:
        if name.strip() in column_role.heads:
            yield 1, 0, column_role.name, ""
        elif bare in _heads(column_role.heads):
            yield 4, -1, column_role.name, ""
        sources = [(4, column_role.name)]
        sources += [(5, other) for other in column_role.also]
        for source, role_name in sources:
            ranks = _ranks(role_name)
            if not bare or bare not in ranks:
                continue
            choices = context.choices.get(column_role.name)
            known = choices or words_of(column_role.closed)
            if known:
                shown = {key(cell) for cell in cells}
            else:
                shown = set()
            is_strange = bool(shown) and shown.isdisjoint(known)
            yield source, ranks[bare] + 99 * is_strange, column_role.name, ""


def propose(
    subject: ListType,
    rows: Sequence[SheetRow],
    context: Context,
    screen: Mapping[int, str],
    names_at: int | None = None,
) -> Columns:
    """Propose what each column of a sheet holds.

    Args:
        rows: its filled rows. screen: the roles that somebody chose, by place.
        names_at: the row of names that somebody chose; -1 if there is none.
    """
    if names_at is None:
        names_at = _names_at(subject, rows, context)
    if names_at >= 0:
        names = rows[names_at]
    else:
        names = SheetRow(0, ())
    below = rows[names_at + 1 :][:SAMPLE_ROWS]
    columns = []
    for place in range(max((len(row.cells) for row in (names, *below)), default=0)):
        name = names.cell(place)
        cells = {at: row.cell(place) for at, row in enumerate(below)}
        cells = {at: cell for at, cell in cells.items() if cell not in ("", name)}
        if place in screen:
            chosen = [(0, 0, screen[place], "")]
        else:
            chosen = None
        claims = chosen or sorted(_claims(name, subject, context, cells.values()))
        columns.append(_FileColumn(place, name, cells, claims))
    _part_refs({role.name for role in subject.roles}, columns)
    _propose_crosses(subject, columns)
    rivals = _settle(subject.roles, columns, len(below))
    if names_at < 0:
        order = context.more.get("order", ())
    else:
        order = ()
    free = [column for column in columns if column.is_free]
    if order and len(free) > 1:
        # Rows without names hold what the grid's columns hold, from the left.
        is_coded = free[0].width <= SHORT_WIDTH or order[0] != "ref"
        for column, role in zip(free, order[not is_coded :], strict=False):
            column.propose(role, "place")
    open_roles = tuple(_by_content(subject, context, columns, rivals, len(below)))
    proposals = tuple(column.proposal for column in columns)
    return Columns(names_at, proposals, open_roles)


def _names_at(subject: ListType, rows: Sequence[SheetRow], context: Context) -> int:
    """Of the first rows that with most known names, else one unlike those below it."""
    counts = sorted(len(row.filled) for row in rows) or [0]
    usual = min(2, counts[len(counts) * 2 // 3])
    best = -1
    most = 0
    first = -1
    second = -1
    for at, row in enumerate(rows[:SEARCHED_ROWS]):
        is_apart = at == 0 or row.number > rows[at - 1].number + 1
        if len(row.filled) < usual or (usual < 2 and not is_apart):
            continue
        first = at if first < 0 else first
        short = [row.cell(place) for place in row.filled if len(row.cell(place)) <= 80]
        known = {
            min(claims)[2]
            for name in short
            if (claims := [*_claims(name, subject, context)])
        }
        # Cells of rows may name a candidate, too; names of columns name several.
        across = {role for role in known if role.startswith("candidate:")}
        count = len(known) - (len(across) == 1)
        is_lower = at == best + 1 and count == most > 1
        if (count > most or is_lower) and (count > 1 or count * 2 >= len(row.filled)):
            best = at
            most = count
        below = rows[at + 1 : at + 20]
        like = [len({*row.filled} & {*other.filled}) for other in below[:2]]
        is_over = len(like) > (at > first) and min(like) >= usual
        is_named = at == first and count and not any(map(_REF.fullmatch, short))
        if second < 0 and (is_named or (is_over and _is_unlike(row, below))):
            second = at
    return best if best >= 0 else second


def _is_unlike(row: SheetRow, below: Sequence[SheetRow]) -> bool:
    """Whether a row names the columns below it, being of another make."""
    for place in row.filled:
        name = row.cell(place)
        cells = [lower.cell(place) for lower in below if lower.cell(place)]
        codes = [cell for cell in cells if _REF.fullmatch(cell)]
        if cells:
            width = median_low(map(width_of, cells))
        else:
            width = 0
        is_long = width >= SHORT_WIDTH and width_of(name) * 2 <= width
        if (is_long and name[-1] not in ".?!。？！") or (
            len(codes) >= 0.6 * len(cells) > 0 and not _REF.fullmatch(name)
        ):
            return True
    return False


def _propose_crosses(subject: ListType, columns: Sequence[_FileColumn]) -> None:
    """Neighbours that words of one closed list name, with crosses or nothing in them.

    NO beside YES is no number of a row; a list that the subject does not read is left.
    """
    lists = {subject.role(name).closed: name for name in subject.crosses}
    for closed in dict.fromkeys((*lists, "availability", "priority")):
        meanings = words_of(closed)
        for are_crosses, group in groupby(columns, lambda column: column.are_crosses):
            run = [*group] if are_crosses else []
            named = [
                at for at, column in enumerate(run) if key(column.name) in meanings
            ]
            for at, column in enumerate(run if len(named) > 1 else ()):
                is_within = named[0] <= at <= named[-1] or bool(column.cells)
                is_said = bool(column.claims) and column.claims[0][0] < 4
                value = meanings.get(key(column.name), "")
                if closed in lists:
                    role = f"cross:{lists[closed]}:{value}"
                else:
                    role = "left"
                if is_within and not is_said and column.proposal is LEFT:
                    column.proposal = (
                        ColumnProposal("", "open", "word")
                        if role.endswith(":")
                        else ColumnProposal(role, "proposed", "word")
                    )


def _part_refs(roles: Collection[str], columns: Sequence[_FileColumn]) -> None:
    """A column of refs is no text, if another is named as one: it is the ref."""
    for name in ("text", "label"):
        named = [
            column
            for column in columns
            if column.claims and column.claims[0][2] == name
        ]
        refs = [column for column in named if column.is_ref(column.cells.keys())]
        for column in refs if len(refs) < len(named) else ():
            source, rank, _, why = column.claims[0]
            if source:
                column.claims = [(source, rank, "ref", why)] if "ref" in roles else []


def _settle(
    roles: Iterable[ColumnRole], columns: Sequence[_FileColumn], rows: int
) -> list[_FileColumn]:
    """Give each role to one column: whose word counts, then who fills more rows.

    Returns columns of texts that claim the same by words of the same sort.
    """
    required = {role.name for role in roles if role.is_required}
    claims = sorted(
        (source, -len(column.cells), rank, column.place, role, why)
        for column in columns
        for source, rank, role, why in column.claims
        # What is hardly filled is no text, whatever it is called.
        if source < 4 or role not in required or len(column.cells) * 3 >= rows
    )
    taken: dict[str, _FileColumn] = {}
    rivals = []
    for source, filled, _, place, role, why in claims:
        column = columns[place]
        if column.proposal is not LEFT:
            continue
        if role != "left":
            winner = taken.setdefault(role, column)
        else:
            winner = column
        if winner is column:
            if source < 3:
                state = "certain"
            else:
                state = "proposed"
            column.proposal = ColumnProposal(role, state, SOURCES[source], why=why)
        elif role == "text" and winner.proposal.by == "word":
            is_as_full = -filled >= 0.9 * len(winner.cells)
            if is_as_full and column.is_text(rows) and winner.is_text(rows):
                rivals.append(column)
    return rivals


def _by_content(
    subject: ListType,
    context: Context,
    columns: Sequence[_FileColumn],
    rivals: Sequence[_FileColumn],
    rows: int,
) -> Iterator[str]:
    """Propose required roles by what stands in columns; yields those left open."""
    roles = {role.name: role for role in subject.roles}
    holders = {column.proposal.role: column for column in columns}
    has_across = any(role.startswith("candidate:") for role in holders)
    free = [column for column in columns if column.is_free]
    name = holders.get("name")
    text = holders.get("text")
    if text and rivals:
        text.proposal = LEFT
        yield "text"
    elif "text" in roles and not text:
        texts = [column for column in free if column.is_text(rows)]
        is_lone = not name and len(free) == 1 and free[0].width >= SHORT_WIDTH
        # A name stands in, unless another column looks more like texts.
        is_clear = name and not any(
            column.width > name.width and len(column.cells) * 2 >= len(name.cells)
            for column in free
        )
        if texts or is_lone:
            text = max(texts or free, key=lambda column: column.width)
            text.propose("text", "content" if texts else "place")
        elif roles["text"].is_required and not (is_clear or (name and has_across)):
            yield "text"
    text = text or name
    if text and "ref" in roles and "ref" not in holders:
        _propose_ref(columns, text, name)
    category = holders.get("category")
    ref = holders.get("ref")
    if category and ref:
        _leave_repeated(category, ref)
    if name and name is not text and not category and "category" in roles:
        names = [*name.cells.values()]
        if len({*names}) * 2 <= len(names) and name.proposal.by == "word":
            name.propose("category", "content")
    if "amount" in roles and not has_across:
        yield from _amount(columns, holders.get("amount"))
    free = [column for column in columns if column.is_free]
    for role in roles.values():
        is_crossed = any(holder.startswith(f"cross:{role.name}:") for holder in holders)
        is_across = role.name == subject.across and has_across
        is_held = role.name in holders or is_across or is_crossed
        if role.is_required and role.name not in ("text", "amount") and not is_held:
            if len(free) == 1:
                free[0].propose(role.name, "place")
            else:
                yield role.name


def _propose_ref(
    columns: Sequence[_FileColumn], text: _FileColumn, name: _FileColumn | None
) -> None:
    """The first column before the texts that holds a code for each of them."""
    for column in columns[: text.place]:
        is_free = column.proposal is LEFT or column is name
        if is_free and column.is_ref(text.cells.keys()):
            column.propose("ref", "content")
            break


def _leave_repeated(category: _FileColumn, ref: _FileColumn) -> None:
    """Leave a category that is how the refs begin: V1 beside V1.2 says nothing."""
    if category.proposal.by != "word":
        return
    both = category.cells.keys() & ref.cells.keys()
    same = [at for at in both if ref.cells[at].startswith(category.cells[at])]
    if both and len(same) >= 0.9 * len(both):
        why = "It repeats how the refs begin."
        category.proposal = ColumnProposal("left", "proposed", "content", why=why)


def _amount(
    columns: Sequence[_FileColumn], chosen: _FileColumn | None
) -> Iterator[str]:
    """Of two columns of prices nobody guesses one."""
    if chosen and chosen.proposal.by != "word":
        return
    free = [column for column in columns if column.is_free]
    named = [column for column in free if column.claims_role("amount")]
    rivals = [column for column in free if column in named or column.money == 2]
    if not (chosen or rivals):
        rivals = [column for column in free if column.money]
    if not chosen and len(rivals) == 1:
        rivals[0].propose("amount", "content")
    elif rivals or not chosen:
        for column in filter(None, (chosen, *rivals)):
            column.proposal = ColumnProposal("", "proposed", "")
        yield "amount"
