"""How the labels of charts are written."""

LONGEST_LABEL = 23
OUT = " (out)"


def label_of(name: str, *, out: bool) -> str:
    """A name that fits beside its mark; the whole one stands in the table."""
    tail = OUT if out else ""
    room = LONGEST_LABEL - len(tail)
    return (name if len(name) <= room else f"{name[: room - 1]}…") + tail


def per_cent(share: float | None) -> str:
    """“62 %”, or a dash where there is nothing to divide by."""
    return "–" if share is None else f"{share * 100:.0f} %"


def short(amount: float) -> str:
    """“250k”, “1.5M”: for an axis, where there is no room."""
    for size, letter in ((1e9, "bn"), (1e6, "M"), (1e3, "k")):
        if amount >= size:
            return f"{amount / size:.4g}{letter}"
    return f"{amount:.4g}"
