"""What lanes are made of: what is to be drawn, and what stands where."""

from dataclasses import dataclass

from evaltracker.kit.charts.labels import LETTERS, SMALL_LETTERS, width_of

# How high a bar is.
BAR = 12
SMALL_KINDS = frozenset({"note", "head", "heading", "tick"})


@dataclass(frozen=True, slots=True)
class Form:
    """How wide it is drawn, and where tracks begin: at 0 each is below its name."""

    name: str
    width: int
    left: int


WIDE = Form("wide", 760, 176)
SMALL = Form("small", 360, 146)
NARROW = Form("narrow", 340, 0)


@dataclass(frozen=True, slots=True)
class Span:
    """A part of a track: `bar`, `likely`, `high`, `range` or `unknown` (hatched)."""

    start: float
    end: float
    kind: str = "bar"


@dataclass(frozen=True, slots=True)
class Mark:
    """A dot on a track for one or for many, or with another kind a stroke."""

    at: float
    many: int = 1
    kind: str = "dot"


@dataclass(frozen=True, slots=True)
class Lane:
    """What is to be drawn as one lane; `tone` is blank or a class of the style
    sheet: `lead`, `over`, `warn` or `out`. `heading` stands above it, and those after.
    """

    name: str
    value: str
    spans: tuple[Span, ...] = ()
    marks: tuple[Mark, ...] = ()
    cells: tuple[str, ...] = ()
    note: str = ""
    tone: str = ""
    heading: str = ""

    @property
    def words(self) -> str:
        """The lane for who cannot see it."""
        said = ", ".join(filter(None, (self.value, *self.cells, self.note)))
        return f"{self.name}: {said}"


@dataclass(frozen=True, slots=True)
class Text:
    """Words in their place; `kind` is a class of the style sheet."""

    x: float
    y: float
    words: str
    kind: str
    anchor: str = "start"

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, right, upper and lower edge, about."""
        small = self.kind in SMALL_KINDS
        size = SMALL_LETTERS if small else LETTERS
        wide = width_of(self.words, size)
        left = self.x - {"start": 0.0, "middle": wide / 2, "end": wide}[self.anchor]
        return left, left + wide, self.y - size * 0.8, self.y + size * 0.2


@dataclass(frozen=True, slots=True)
class Bar:
    """A span in its place."""

    x: float
    width: float
    kind: str


@dataclass(frozen=True, slots=True)
class Dot:
    """A mark in its place; `label` says for how many it stands, if for many."""

    x: float
    radius: float
    kind: str
    label: str


@dataclass(frozen=True, slots=True)
class Drawn:
    """One lane in its place: `y` is the upper edge of its track."""

    tone: str
    y: float
    bars: tuple[Bar, ...]
    dots: tuple[Dot, ...]
    texts: tuple[Text, ...]

    @property
    def middle(self) -> float:
        """Half way down the track."""
        return self.y + BAR / 2

    @property
    def above(self) -> float:
        """A little above the track."""
        return self.y - 3

    @property
    def below(self) -> float:
        """A little below the track."""
        return self.y + BAR + 3


@dataclass(frozen=True, slots=True)
class Tick:
    """A line across all lanes and what it says."""

    at: float
    label: str


@dataclass(frozen=True, slots=True)
class Lanes:
    """All lanes under one title, with what stands above and below them."""

    title: str
    words: str
    form: Form
    height: float
    left: float
    right: float
    top: float
    bottom: float
    rows: tuple[Drawn, ...]
    texts: tuple[Text, ...]
    grid: tuple[Tick, ...]
    limit: Tick | None

    @property
    def track(self) -> float:
        """How wide a track is."""
        return self.right - self.left


@dataclass(frozen=True, slots=True)
class Axis:
    """From `start` to `end`; ticks by amount, and a limit if there is one.

    `heads` stand over the columns; `rooms` says how wide each column is, the first of
    them the value's.
    """

    end: float
    start: float = 0.0
    ticks: tuple[tuple[float, str], ...] = ()
    limit: tuple[float, str] | None = None
    heads: tuple[str, ...] = ("",)
    rooms: tuple[int, ...] = (44,)
