"""The form of a quote as its page shows it."""

from dataclasses import dataclass

from vendors.typed_quote import Typed, kind_label

# Folded away while they say nothing.
RARE = ("label", "low", "high", "tiers", "note")


@dataclass(frozen=True, slots=True)
class Box:
    """One field of the form: its name, what is typed, and what is wrong with it."""

    name: str
    value: str
    wrong: list[str]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the form."""

    kind: str
    label: str
    boxes: dict[str, Box]
    hidden: str
    # Whether another line of the kind can be added below it.
    is_last: bool

    @property
    def shows_more(self) -> bool:
        """Whether something stands among the fields that are seldom needed."""
        return any(self.boxes[name].value or self.boxes[name].wrong for name in RARE)


def boxes_of(
    typed: dict[str, str], wrong: dict[str, list[str]], before: str = ""
) -> dict[str, Box]:
    """The fields by name; `before` tells those of one line from another's."""
    return {
        name: Box(f"{before}{name}", text, wrong.get(_place(before, name), []))
        for name, text in typed.items()
    }


def _place(before: str, name: str) -> str:
    """How a sentence names the field."""
    return f"{before[:-1]}.{name}" if before else name


def form_rows(rows: list[Typed], wrong: dict[str, list[str]]) -> list[Row]:
    """The lines of the form, each with its own sentences."""
    shown = []
    for index, typed in enumerate(rows):
        following = rows[index + 1]["kind"] if index + 1 < len(rows) else ""
        row = Row(
            kind=typed["kind"],
            label=kind_label(typed["kind"]),
            boxes=boxes_of(typed, wrong, f"{index}-"),
            hidden=f"{index}-kind",
            is_last=following != typed["kind"],
        )
        shown.append(row)
    return shown
