"""A tick, a cross, yes or no before words that explain it."""

import re
from collections.abc import Mapping

from evaltracker.tabular.wording import as_answer
from vendors.choices import Availability
from vendors.imports.words import STATUS_WORDS

WORD = re.compile(r"[^\W_]+")
MARKS = {
    **dict.fromkeys("✓✔☑✅", Availability.NOW),
    **dict.fromkeys("✗✘✕❌☒", Availability.NEVER),
}
# “Yes, on every node”, “No (by design)”: a word before what explains it.
BEFORE_WORDS = re.compile(
    r"(yes|no|supported|not supported|included|available|not available)"
    r"(?:[,:;.] | ?\(| [-–—] ?|[–—])(\S.*)",
    re.DOTALL,
)
# A tick or a yes before one of these words says two things at once, so it is asked
# about.
LATER = frozenset(
    {
        *("planned", "roadmap", "coming", "soon", "beta", "preview", "partly"),
        *("partial", "partially", "limited", "request", "alpha", "experimental"),
        *("custom", "customisation", "customization", "customised", "customized"),
        *("cost", "costs", "fee", "services", "development", "future", "upcoming"),
    }
)
DENIALS: Mapping[Availability, frozenset[str]] = {
    Availability.NOW: frozenset(("no", "not", "never", "without", "but")),
    Availability.NEVER: frozenset(("yes", "available", "but")),
}
WITH_DAY = re.compile(
    r"\b(?:(?:in|from|by|for|until|during|h[12]|end|mid|late|early) (?:of )?20[0-9]{2}"
    r"|q[1-4])\b"
)


def headed(cell: str) -> tuple[Availability, str] | None:
    """What a mark or word says before other words, and the statement.

    None where nothing stands behind it, or what may say another thing.
    """
    word = status_key(cell)
    plain = cell.strip().replace("\ufe0f", "")
    explained = BEFORE_WORDS.match(word)
    if len(word) > 1 and word[0] in MARKS:
        found, behind = MARKS[word[0]], word.lstrip("".join(MARKS)).strip(" :,-–—()")
        statement = plain.lstrip("".join(MARKS)).strip(" :,-–—")
    elif explained is not None:
        found, behind = STATUS_WORDS[explained[1]], explained[2]
        statement = plain
    else:
        return None
    words = WORD.findall(behind)
    is_denied = bool(words) and words[0] in DENIALS[found]
    if not words or is_denied or LATER.intersection(words) or WITH_DAY.search(behind):
        return None
    return found, statement


def status_key(cell: str) -> str:
    """A status as the dictionary has it, its hyphens kept; two ticks are one."""
    text = as_answer(cell).statement.casefold().replace("\ufe0f", "").replace("_", " ")
    key = " ".join(text.strip(" .!\"'“”()").split())
    return key[0] if key[:1] in MARKS and len(set(key)) == 1 else key
