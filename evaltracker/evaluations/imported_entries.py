"""What the check of a journal asks of entries that came with a file."""

import hashlib
import json

from evaltracker.evaluations.models import Entry, ImportedHistory

IMPORTED = "evaluation.imported"


def misfit(entry: Entry, history: ImportedHistory | None) -> str:
    """Why `entry` is not what the import says of it; blank if it is.

    Gives an entry that came with the file, not its row, the number that its actor had
    there, which is hashed. The first entry of ours tells of the import, so that nothing
    of ours passes for something imported.
    """
    if history is None or entry.number > history.entries + 1:
        return ""
    if entry.number <= history.entries:
        if entry.actor_id is not None:
            return f"entry {entry.number} came with a file and names a login of here"
        if entry.number > len(history.actors):
            return "what is kept of the import is cut"
        entry.actor_id = history.actors[entry.number - 1]
        return ""
    said = {"sha256": history.sha256, "actors_sha256": digest_of_actors(history.actors)}
    told = {key: entry.after.get(key) for key in said}
    if entry.action != IMPORTED or told != said or entry.previous_hash != history.head:
        return f"entry {entry.number} does not tell of the import"
    return ""


def digest_of_actors(actors: list[int | None]) -> str:
    """The SHA-256 of the numbers of all actors, as the import's entry tells it."""
    return hashlib.sha256(json.dumps(actors).encode()).hexdigest()
