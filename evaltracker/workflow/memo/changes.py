"""What changed between two canonical documents: as lines, and in one sentence."""

import difflib
from collections import Counter

# Headings that are ours, and not somebody's name for a candidate or a trial.
OURS = (
    "Brief",
    "Context",
    "Business metrics",
    "Categories",
    "Requirements",
    "Must-haves",
    "Why this one",
    "What would change our mind",
    "Dissent",
    "The brief, answered",
    "What it really costs",
    "How sure the first place is",
    "What was needed",
    "Options compared",
    "Conditions",
    "Eliminated",
)


def changes(before: str, after: str) -> str:
    """A unified difference of two documents, without file names."""
    lines = difflib.unified_diff(
        before.splitlines(), after.splitlines(), lineterm="", n=0
    )
    return "\n".join(
        line for line in lines if not line.startswith(("---", "+++", "@@"))
    )


def changes_told(before: str, after: str) -> str:
    """How many lines changed, and under which of our headings; no word of them."""
    old, new = lines_of(before), lines_of(after)
    counted: Counter[str] = Counter()
    matcher = difflib.SequenceMatcher(
        None, [line for _, line in old], [line for _, line in new], autojunk=False
    )
    for tag, first, last, start, end in matcher.get_opcodes():
        if tag == "equal":
            continue
        for heading, _ in new[start:end] or old[first:last]:
            counted[heading] += 1
    number = sum(counted.values())
    named = [text for text in counted if text in OURS]
    where = f" under {' and '.join(named)}" if named and len(named) < 4 else ""
    return f"{number} line{'' if number == 1 else 's'}{where}. The page shows each."


def lines_of(document: str) -> list[tuple[str, str]]:
    """Every line that is not empty, with the heading that it stands under."""
    heading, found = "", []
    for line in document.splitlines():
        if line.startswith("## "):
            heading = line.removeprefix("## ").strip()
        if line.strip():
            found.append((heading, line))
    return found
