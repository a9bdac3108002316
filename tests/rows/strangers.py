"""Lists of requirements that nobody drew by hand: names, layout and texts by chance."""

import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from evaltracker.rows.cells import WORDS, name_key
from evaltracker.rows.sources import Sheet, SheetRow, Workbook

SYLLABLES = re.findall("..", "kalomiteveensadophgastuberunnakvacho")
UNKNOWN = ["Zweck", "Owner", "Sprint", "Remark no one knows", "X7", "Kleur", "Hinta"]
Comes = list[tuple[str, str, str]]


def meant(name: str, roles: list[str]) -> set[str]:
    return {
        role
        for role in roles
        for words in WORDS["roles"][role].values()
        if name_key(name) in map(name_key, words)
    }


@dataclass
class Stranger:
    """A table, and what it means: ref (blank: any), text and category by row."""

    rows: list[list[str]]
    comes: Comes = field(default_factory=list)

    def add(self, roles: list[str], **cells: str) -> None:
        self.rows.append([cells.get(role, "") for role in roles])

    def book(self, parts: int = 1) -> Workbook:
        """Its rows in so many sheets, each with the names; `parts` is 1 or 2."""
        names, below = self.rows[:1], self.rows[1:]
        half = len(below) if parts == 1 else len(below) // 2
        sheets = [self.rows[: half + 1], *[names + below[half:]] * (parts - 1)]
        return Workbook(
            "list.csv",
            "csv",
            tuple(
                Sheet(
                    f"List {part}",
                    tuple(SheetRow(at, tuple(row)) for at, row in enumerate(rows, 1)),
                )
                for part, rows in enumerate(sheets, 1)
            ),
        )


class Maker:
    def __init__(self, seed: int) -> None:
        self.by = random.Random(seed)
        self.language = self.by.choice(WORDS["languages"])

    def word(self) -> str:
        return "".join(self.by.choices(SYLLABLES, k=self.by.randint(1, 3)))

    def sentence(self) -> str:
        words = [self.word() for _ in range(self.by.randint(5, 18))]
        return f"{' '.join(words).capitalize()}."

    def title(self) -> str:
        return " ".join(self.word() for _ in range(self.by.randint(1, 4))).capitalize()

    def name(self, role: str) -> str:
        word = self.by.choice(WORDS["roles"][role][self.language])
        return str(self.by.choice([word, word.capitalize(), word.upper()]))

    def names(self, roles: list[str]) -> list[str]:
        """Names of these roles, each of which means one of them only."""
        while True:
            names = [self.name(role) for role in roles]
            if [meant(name, roles) for name in names] == [{role} for role in roles]:
                return names

    def table(self, *, is_bare: bool = False) -> Stranger:
        """One of the layouts; unless bare, perhaps with a column and a title more."""
        made = self.by.choice(LAYOUTS)(self)
        if is_bare:
            return made
        if self.by.random() < 0.5:
            width = len(made.rows[0])
            place = self.by.randint(0, width)
            for at, row in enumerate(made.rows):
                row += [""] * (width - len(row))
                row.insert(
                    place, f"{self.word()} {at}" if at else self.by.choice(UNKNOWN)
                )
        if self.by.random() < 0.3:
            made.rows[:0] = [[self.title()], []]
        return made

    def chapters(self) -> Iterator[tuple[str, str, list[tuple[str, str]]]]:
        start = self.by.choice(["A", "1", "GA", "V1", "NX.1", "3"])
        for at in range(self.by.randint(2, 5)):
            ref = start[:-1] + chr(ord(start[-1]) + at)
            rows = [
                (f"{ref}{self.by.choice('.-')}{k}", self.sentence())
                for k in range(1, self.by.randint(3, 6))
            ]
            yield ref, self.title(), rows


def marked(maker: Maker) -> Stranger:
    """Rows are marked, and titles stand in a column of names."""
    roles = ["is_row", "level", "ref", "name", "text"]
    maker.by.shuffle(roles)
    made = Stranger([maker.names(roles)])
    for ref, title, rows in maker.chapters():
        more = maker.sentence() if maker.by.random() < 0.3 else ""
        made.add(roles, level="1", ref=ref, name=title, text=more)
        for one, text in rows:
            made.add(roles, is_row="x", level="2", ref=one, text=text)
            made.comes.append((one, text, title))
    return made


def deep(maker: Maker) -> Stranger:
    """Chapters have parts, by a level or by refs alone."""
    roles = ["ref", "name", "text"]
    has_levels = maker.by.random() < 0.5
    roles += ["level", "is_row"] * has_levels
    maker.by.shuffle(roles)
    made = Stranger([maker.names(roles)])
    for ref, title, rows in maker.chapters():
        made.add(roles, level="1", ref=ref, name=title)
        for part in range(1, maker.by.randint(2, 4)):
            above, name = f"{ref}.P{part}", maker.title()
            made.add(roles, level="2", ref=above, name=name)
            for at, (_, text) in enumerate(rows, 1):
                one, text = f"{above}.{at}", f"{text[:-1]} {part}."
                made.add(roles, level="3", is_row="x", ref=one, text=text)
                made.comes.append((one, text, f"{title} / {name}"))
    return made


def nested(maker: Maker) -> Stranger:
    """Refs begin those below them, and the title stands where the texts do."""
    roles = maker.by.choice([["ref", "text"], ["ref", "text", "help"]])
    made = Stranger([maker.names(roles)])
    for ref, title, rows in maker.chapters():
        made.rows.append([ref, title, *[""] * (len(roles) - 2)])
        for one, text in rows:
            made.rows.append([one, text, *["note"] * (len(roles) - 2)])
            made.comes.append((one, text, title))
    return made


def lone(maker: Maker) -> Stranger:
    """Headings stand alone in a row."""
    roles = ["text", "priority"] if maker.by.random() < 0.5 else ["ref", "text"]
    made = Stranger([maker.names(roles)])
    must = maker.by.choice(WORDS["priority"]["must"][maker.language])
    for _, title, rows in maker.chapters():
        place = 0 if roles[0] == "text" else maker.by.choice([1, 1])
        made.rows.append([title if at == place else "" for at in range(2)])
        for one, text in rows:
            has_ref = roles[0] == "ref"
            made.rows.append([one, text] if has_ref else [text, must])
            made.comes.append((one if has_ref else "", text, title))
    return made


def grouped(maker: Maker) -> Stranger:
    """A column names the category, in each row or in the first of it."""
    roles = ["category", "ref", "text"]
    made = Stranger([maker.names(roles)])
    is_once = maker.by.random() < 0.5
    for _, title, rows in maker.chapters():
        for at, (one, text) in enumerate(rows):
            made.rows.append(["" if at and is_once else title, one, text])
            made.comes.append((one, text, title))
    return made


def blocks(maker: Maker) -> Stranger:
    """Each block begins with the names again, its title beside them."""
    ref, answer = maker.name("ref"), maker.by.choice(UNKNOWN)
    made = Stranger([])
    for _, title, rows in maker.chapters():
        made.rows.append([ref, title, answer])
        for one, text in rows:
            made.rows.append([one, text, ""])
            made.comes.append((one, text, title))
    return made


def without_names(maker: Maker) -> Stranger:
    """Names that no language knows: what stands below says what they are."""
    made = Stranger([[maker.title() for _ in range(3)]])
    for _, _, rows in maker.chapters():
        for one, text in rows:
            made.rows.append([one, text, maker.word()])
            made.comes.append((one, text, ""))
    return made


LAYOUTS: list[Callable[[Maker], Stranger]] = [
    marked,
    deep,
    nested,
    lone,
    grouped,
    blocks,
    without_names,
]
