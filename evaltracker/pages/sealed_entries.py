"""Which journal entries keep their values to themselves, and from whom.

Scores are blind and prices sealed (docs/developers/design.md, section 8); the journal
records both, so its page must not tell what the pages of those things would not.
"""

from collections.abc import Callable, Collection

from evaltracker.evaluations.models import Entry, Evaluation, User
from evaltracker.kit.registry import Registry

# Of the ids of subjects, those whose values the user may read now.
Opened = Callable[["User", "Evaluation", Collection[str]], set[str]]

# Whether the user has something to answer before they read what was written.
Veiled = Callable[["User", "Evaluation"], bool]

# By type of subject: values of its entries are hidden unless the subject is opened.
SEALS: Registry[str, Opened] = Registry("seal")
# The values of all entries are hidden from whom one of these holds for.
VEILS: Registry[Veiled, Veiled] = Registry("veil")


def sealed_entries(
    user: User, evaluation: Evaluation, entries: list[Entry]
) -> set[int]:
    """Numbers of the entries whose values `user` may not read."""
    if any(veiled(user, evaluation) for veiled in VEILS):
        return {entry.number for entry in entries}
    sealed: set[int] = set()
    for subject_type, opened in SEALS.items():
        about = [entry for entry in entries if entry.subject_type == subject_type]
        if not about:
            continue
        open_ids = opened(user, evaluation, {entry.subject_id for entry in about})
        sealed |= {entry.number for entry in about if entry.subject_id not in open_ids}
    return sealed
