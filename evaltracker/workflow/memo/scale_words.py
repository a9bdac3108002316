"""What the scores 0 to 5 mean, in the words that were chosen before they were given."""

from typing import Any

from evaltracker.workflow.memo.markdown import inline


def scale_words(inputs: dict[str, Any]) -> str:
    """A sentence that follows another; nothing where nobody chose words."""
    meanings = inputs.get("scale")
    if not meanings:
        return ""
    said = "; ".join(f"{value} {inline(text)}" for value, text in enumerate(meanings))
    return f" People's scores mean: {said}."
