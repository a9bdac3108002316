"""What is kept of the values that an answer holds for; a pure module."""

import datetime
from collections.abc import Mapping
from typing import Any

from vendors.choices import STATED, Availability

SAID = (*STATED, Availability.PARTIAL)


def is_kept_form(kept: Mapping[str, Any]) -> bool:
    """Whether this is what is kept of an answer: what was said, and what it means."""
    means = kept.get("means")
    if kept.keys() != {"said", "means"} or not isinstance(means, dict):
        return False
    for values in means.values():
        if not isinstance(values, dict):
            return False
        for answer in values.values():
            if not isinstance(answer, list) or len(answer) != len(("what", "when")):
                return False
            if answer[0] not in SAID or not _is_day(answer[1]):
                return False
    return True


def _is_day(text: object) -> bool:
    try:
        return text is None or bool(datetime.date.fromisoformat(str(text)))
    except ValueError:
        return False
