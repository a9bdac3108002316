"""What columns hold: proposed by their names, then by what stands in them."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from statistics import median_low

from evaltracker.rows.cells import WORDS, currencies_of, key, read_column
from evaltracker.rows.sources import Row
from evaltracker.rows.subjects import Context, Role, Subject

SEARCHED_ROWS = 60
SAMPLE_ROWS = 2_000
TEXT_WIDTH, REF_WIDTH, LEAST_TEXT_WIDTH = 20, 12, 12
# What stands in a column of crosses.
CROSSES = frozenset("x✓✔☑✅•●")
CLOSED_LISTS = ("availability", "priority")
# Whose word counts more than how many rows a column fills.
_SOURCES = ("screen", "own", "remembered", "house", "word", "also")
_CERTAIN = frozenset(("screen", "own", "remembered"))
_NOTES = re.compile(r"\[[^\[\]]{0,80}\]|<[^<>]{0,80}>|[:?]$")
_REF = re.compile(r"(?=\S*\d)[\w.#/:§-]+")


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a column holds, and what says so.

    The `role` is one of the subject's, `candidate:Keycloak`, `cross:priority:must`,
    *left*, or blank: open, or one of those that an open role may be.
    """

    role: str
    state: str
    by: str
    is_unsure: bool = False
    why: str = ""


LEFT = Proposal("left", "proposed", "")


@dataclass
class Columns:
    """The columns of a sheet by place; `names_at` is -1 without a row of names.

    `open_roles` are required, and no column has them: which one is the text?
    """

    names_at: int
    proposals: tuple[Proposal, ...]
    open_roles: tuple[str, ...] = ()


@dataclass(slots=True)
class _Column:
    place: int
    name: str
    # By index of the row, what is filled.
    cells: dict[int, str]
    claims: list[tuple[int, int, str, str]] = field(default_factory=list)
    proposal: Proposal | None = None

    @property
    def role(self) -> str:
        return self.proposal.role if self.proposal else ""

    @property
    def width(self) -> int:
        """The median of what its cells need on paper."""
        return median_low([_width(cell) for cell in self.cells.values()] or [0])

    def distinct(self, cells: Iterable[str]) -> float:
        shown = list(cells)
        return len(set(shown)) / len(shown) if shown else 0

    def is_text(self, rows: int) -> bool:
        is_filled = len(self.cells) * 3 >= rows
        is_varied = self.distinct(self.cells.values()) >= 0.6
        return is_filled and is_varied and self.width >= TEXT_WIDTH

    def is_ref(self, rows: Iterable[int]) -> bool:
        """Whether short codes stand in all of these rows."""
        cells = [self.cells.get(row, "").strip() for row in rows]
        codes = [cell for cell in cells if _REF.fullmatch(cell)]
        is_short = bool(codes) and median_low(map(len, codes)) <= REF_WIDTH
        return (
            is_short
            and all(cells)
            and min(len(codes) / len(cells), self.distinct(cells)) >= (0.9)
        )

    def is_money(self, currency_only: bool) -> bool:
        read = read_column("money", list(self.cells.values()))
        sign = _has_currency(self.name)
        priced = [
            cell
            for cell in read
            if (cell.value and cell.value.amount is not None)
            and (sign or not currency_only or cell.value.currency)
        ]
        open_ones = [cell for cell in read if cell.question in ("currency", "number")]
        return len(priced) + len(open_ones) >= 0.8 * len(read) > 0


def _width(text: str) -> int:
    if text.isascii():
        return len(text)
    return len(text) + sum(unicodedata.east_asian_width(mark) in "WF" for mark in text)


def _has_currency(name: str) -> bool:
    return any(currencies_of(part) for part in re.split(r"[\s/()]+", name) if part)


@cache
def _words(role: str) -> dict[str, int]:
    """By key of a name, how early its language names it for a role."""
    ranks: dict[str, int] = {}
    for words in WORDS["roles"].get(role, {}).values():
        for rank, word in enumerate(words):
            ranks[key(word)] = min(rank, ranks.get(key(word), rank))
    return ranks


@cache
def meanings_of(closed: str) -> dict[str, str]:
    return {
        key(word): value
        for value, by_language in WORDS[closed].items()
        for words in by_language.values()
        for word in words
    }


def _claims(
    name: str, roles: Sequence[Role], context: Context
) -> Iterator[tuple[int, int, str, str]]:
    """Source, rank, role and reason of each role that a name can mean."""
    bare, line = key(_NOTES.sub(" ", name)), f"column:{key(name)}"
    if not bare:
        return
    if remembered := context.remembered.get(line):
        yield _SOURCES.index("remembered"), 0, remembered, ""
    if line in context.elsewhere:
        choice, where = context.elsewhere[line]
        yield _SOURCES.index("house"), 0, choice, f"as in {where}"
    for role in roles:
        if name.strip() in role.heads:
            yield _SOURCES.index("own"), 0, role.name, ""
        if bare in _words(role.name):
            yield _SOURCES.index("word"), _words(role.name)[bare], role.name, ""
        for other in role.also:
            if bare in _words(other):
                yield _SOURCES.index("also"), _words(other)[bare], role.name, ""


def propose(
    subject: Subject,
    rows: Sequence[Row],
    context: Context,
    screen: Mapping[int, str],
    names_at: int | None = None,
) -> Columns:
    """Propose what each column of a sheet holds.

    Args:
        rows: its filled rows. screen: the roles that somebody chose, by place.
        names_at: the row of names that somebody chose; -1 if there is none.
    """
    roles = subject.roles_in(context)
    if names_at is None:
        names_at = _names_at(subject, rows, context, roles)
    names = rows[names_at] if names_at >= 0 else Row(0, ())
    below = rows[names_at + 1 :][:SAMPLE_ROWS]
    width = max((len(row.cells) for row in (names, *below)), default=0)
    columns = [
        _Column(
            place,
            names.cell(place),
            {at: row.cell(place) for at, row in enumerate(below) if row.cell(place)},
        )
        for place in range(width)
    ]
    for column in columns:
        if column.place in screen:
            column.claims = [(0, 0, screen[column.place], "")]
            continue
        column.claims = sorted(_claims(column.name, roles, context))
        candidate = context.candidates.get(key(column.name)) if column.name else None
        if candidate and subject.across:
            column.claims = [(1, 0, f"candidate:{candidate}", "")]
    _propose_crosses(subject, columns)
    _settle(columns, [role.name for role in roles if role.is_required], len(below))
    open_roles = _by_content(subject, columns, roles, below, names_at, context)
    proposals = tuple(column.proposal or LEFT for column in columns)
    return Columns(names_at, proposals, tuple(open_roles))


# The row of names.


def _names_at(
    subject: Subject, rows: Sequence[Row], context: Context, roles: Sequence[Role]
) -> int:
    """Of the first rows the one with most known names, else one unlike those below."""
    usual = min(2, median_low([len(row.filled) for row in rows] or [0]))
    best, most = -1, 0
    for at, row in enumerate(rows[:SEARCHED_ROWS]):
        if len(row.filled) < usual:
            continue
        known, candidates = set(), set()
        for place in row.filled:
            name = row.cell(place)
            if len(name) > 80:
                continue
            known |= {role for _, _, role, _ in sorted(_claims(name, roles, context))}
            if subject.across and (one := context.candidates.get(key(name))):
                candidates.add(one)
        named = sum(
            any(True for _ in _claims(row.cell(place), roles, context))
            for place in row.filled
            if len(row.cell(place)) <= 80
        )
        count = min(named, len(known)) + (len(candidates) > 1) * len(candidates)
        is_lower = at == best + 1 and count == most > 1
        if (count > most or is_lower) and (count > 1 or count * 2 >= len(row.filled)):
            best, most = at, count
    if best >= 0:
        return best
    for at, row in enumerate(rows[:SEARCHED_ROWS]):
        below = rows[at + 1 : at + 50]
        like = [set(row.filled) & set(other.filled) for other in below[:2]]
        if (
            len(row.filled) >= usual
            and like
            and all(len(shared) >= usual for shared in like)
            and _is_unlike(row, below)
        ):
            return at
    return -1


def _is_unlike(row: Row, below: Sequence[Row]) -> bool:
    """Whether a row names the columns below it, by being of another make."""
    for place in row.filled:
        name, cells = row.cell(place), [one.cell(place) for one in below]
        cells = [cell for cell in cells if cell]
        codes = [cell for cell in cells if any(map(str.isdigit, cell))]
        is_code = len(codes) >= 0.9 * len(cells) > 0
        if is_code and not any(map(str.isdigit, name)):
            return True
        width = median_low(map(_width, cells)) if cells else 0
        is_long = width >= LEAST_TEXT_WIDTH and _width(name) * 2 <= width
        if is_long and name[-1] not in ".?!。？！":
            return True
    return False


# Who gets a role.


def _propose_crosses(subject: Subject, columns: Sequence[_Column]) -> None:
    """Neighbours that words of one closed list name, with crosses or nothing in them.

    NO beside YES is no number of a row. Columns of a list that the subject does not
    read are left out.
    """
    lists = {subject.role(name).closed: name for name in subject.crosses}
    for closed in dict.fromkeys((*lists, *CLOSED_LISTS)):
        meanings = meanings_of(closed)
        run: list[_Column] = []
        for column in (*columns, None):
            cells = (
                {cell.strip().casefold() for cell in column.cells.values()}
                if (column)
                else set()
            )
            is_named = column is not None and key(column.name) in meanings
            if (
                column
                and column.name
                and cells <= CROSSES
                and (is_named or cells or run)
            ):
                run.append(column)
                continue
            while run and not (key(run[-1].name) in meanings or run[-1].cells):
                run.pop()
            named = {key(one.name) for one in run} & meanings.keys()
            for one in run if len(named) > 1 else ():
                if one.claims and one.claims[0][0] <= 2:
                    continue
                value = meanings.get(key(one.name), "")
                if closed not in lists:
                    one.proposal = LEFT
                elif value:
                    role = f"cross:{lists[closed]}:{value}"
                    one.proposal = Proposal(role, "proposed", "word")
                else:
                    one.proposal = Proposal("", "open", "")
            run = []


def _settle(columns: Sequence[_Column], required: Sequence[str], rows: int) -> None:
    """Give each role to one column: whose word counts, then who fills more rows."""
    claims = [
        (source, -len(column.cells), rank, column.place, role, why)
        for column in columns
        if column.proposal is None
        for source, rank, role, why in column.claims
        # A column that is hardly filled is no text, whatever it is called.
        if source < _SOURCES.index("word")
        or role not in required
        or len(column.cells) * 3 >= rows
    ]
    taken: set[str] = set()
    for source, _, _, place, role, why in sorted(claims):
        column = columns[place]
        if column.proposal or (role in taken and role != "left"):
            continue
        by = _SOURCES[source]
        state = "certain" if by in _CERTAIN else "proposed"
        column.proposal = Proposal(role, state, "word" if by == "also" else by, why=why)
        taken.add(role)


def _by_content(
    subject: Subject,
    columns: Sequence[_Column],
    roles: Sequence[Role],
    below: Sequence[Row],
    names_at: int,
    context: Context,
) -> list[str]:
    """Propose required roles by what stands in columns; returns those left open."""
    names = {role.name for role in roles}
    free = [one for one in columns if one.proposal is None and one.cells]
    order = context.more.get("order", ())
    if names_at < 0 and order and len(free) > 1:
        _in_order(free, order, len(below))
        free = [one for one in free if one.proposal is None]
    by_role = {column.role: column for column in columns if column.role}
    open_roles = []
    if "text" in names and "text" not in by_role:
        found = _text_column(free, by_role.get("name"), len(below))
        if found is not None:
            by_role["text"] = found
        elif "name" not in by_role or _is_longer(free, by_role["name"]):
            open_roles.append("text")
    text = by_role.get("text") or by_role.get("name")
    if "ref" in names and "ref" not in by_role and text:
        likely = [*free, *filter(None, [by_role.get("name")])]
        for column in sorted(likely, key=lambda one: one.place):
            is_free = column.proposal is None or column.proposal.by == "word"
            is_before = column is not text and column.place < text.place
            if is_free and is_before and column.is_ref(text.cells):
                column.proposal = Proposal("ref", "proposed", "content", is_unsure=True)
                break
    _drop_repeated(by_role.get("category"), by_role.get("ref"))
    has_across = any(role.startswith("candidate:") for role in by_role)
    if subject.across == "amount" or "amount" in names:
        open_roles += _amounts(columns, by_role, has_across)
    lone = [one for one in columns if one.proposal is None and one.cells]
    for role in roles:
        is_across = role.name == subject.across and has_across
        if not role.is_required or role.name in ("text", "amount") or is_across:
            continue
        if role.name not in by_role:
            if len(lone) == 1:
                lone[0].proposal = Proposal(role.name, "proposed", "place", True)
            else:
                open_roles.append(role.name)
    if "text" not in {role.name for role in roles if role.is_required}:
        open_roles = [role for role in open_roles if role != "text"]
    return open_roles


def _in_order(free: Sequence[_Column], order: Sequence[str], rows: int) -> None:
    """Rows without names hold what the grid's columns hold, from the left."""
    is_coded = free[0].width <= REF_WIDTH or order[0] != "ref"
    for column, role in zip(free, order[not is_coded :], strict=False):
        if role != "ref" or column.width <= REF_WIDTH:
            column.proposal = Proposal(role, "proposed", "place", is_unsure=True)


def _text_column(
    free: Sequence[_Column], name: _Column | None, rows: int
) -> _Column | None:
    texts = [one for one in free if one.is_text(rows)]
    by = "content"
    if not texts and name is None and len(free) == 1:
        texts = [one for one in free if one.width >= LEAST_TEXT_WIDTH]
        by = "place"
    if not texts:
        return None
    longest = max(texts, key=lambda one: one.width)
    longest.proposal = Proposal("text", "proposed", by, is_unsure=True)
    return longest


def _is_longer(free: Sequence[_Column], name: _Column) -> bool:
    """Whether another column has longer cells than the names that would be texts."""
    return any(
        one.width > name.width and len(one.cells) * 2 >= len(name.cells) for one in free
    )


def _drop_repeated(category: _Column | None, ref: _Column | None) -> None:
    """A category that only repeats how refs begin (V1 beside V1.2) says nothing."""
    if not (category and ref and category.proposal and category.proposal.by == "word"):
        return
    both = category.cells.keys() & ref.cells.keys()
    same = [row for row in both if ref.cells[row].startswith(category.cells[row])]
    if both and len(same) >= 0.9 * len(both):
        why = "It repeats how the refs begin."
        category.proposal = Proposal("left", "proposed", "content", why=why)


def _amounts(
    columns: Sequence[_Column], by_role: Mapping[str, _Column], has_across: bool
) -> list[str]:
    """Two columns of prices are never guessed from."""
    chosen = by_role.get("amount")
    if has_across or (
        chosen and chosen.proposal and chosen.proposal.by in (*_CERTAIN, "house")
    ):
        return []
    free = [one for one in columns if one.proposal is None and one.cells]
    rivals = [
        one
        for one in free
        if any(role == "amount" for _, _, role, _ in one.claims)
        or one.is_money(currency_only=True)
    ]
    if chosen is None and not rivals:
        rivals = [one for one in free if one.is_money(currency_only=False)]
    if chosen is None and len(rivals) == 1:
        rivals[0].proposal = Proposal("amount", "proposed", "content", is_unsure=True)
        return []
    if chosen and not rivals:
        return []
    for one in filter(None, (chosen, *rivals)):
        one.proposal = Proposal("", "proposed", "")
    return ["amount"]
