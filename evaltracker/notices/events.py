"""Events: what the journal tells programs of, without anybody's words.

The journal is the outbox: an event is an entry of one of the actions in events.json.
It says that something happened and where to look; who may look is asked there.
"""

import datetime
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from evaltracker.evaluations.journal import SYSTEM
from evaltracker.evaluations.models import Entry, Evaluation, User
from evaltracker.notices.mail import link_to
from evaltracker.pages.workspace import page_address, sealed_entries

# By type: its sentence, the page that shows it, and the actions that mean it.
TYPES: dict[str, dict[str, Any]] = json.loads(
    Path(__file__).with_suffix(".json").read_text(encoding="utf-8")
)
TYPE_OF = {action: name for name, it in TYPES.items() for action in it["actions"]}
COLUMNS = (
    *("number", "at", "action", "evaluation", "actor", "actor_name"),
    *("subject_type", "subject_id"),
)


def events_after(evaluation: Evaluation, number: int) -> Any:
    """The entries that are events, behind that number, in their order.

    A chain is written under one lock, so nothing appears below what was read.
    """
    rows = Entry.objects.filter(evaluation=evaluation, number__gt=number)
    return rows.filter(action__in=TYPE_OF).only(*COLUMNS).order_by("number")


def events_for(
    user: User, evaluation: Evaluation, entries: Sequence[Entry]
) -> list[dict[str, Any]]:
    """The events as JSON; what is sealed from `user` has no subject."""
    sealed = sealed_entries(user, evaluation, [*entries])
    fixed = {
        action: {
            "evaluation": evaluation.slug,
            "link": link_to(page_address(evaluation, TYPES[TYPE_OF[action]]["page"])),
            "text": TYPES[TYPE_OF[action]]["text"],
        }
        for action in {entry.action for entry in entries}
    }
    return [
        {
            "id": str(entry.pk),
            "type": TYPE_OF[entry.action],
            "at": entry.at.astimezone(datetime.UTC).isoformat()[:-6] + "Z",
            "number": entry.number,
            "subject": None
            if entry.number in sealed
            else {"kind": entry.subject_type, "id": entry.subject_id},
            "by": _by(entry),
            **fixed[entry.action],
        }
        for entry in entries
    ]


def _by(entry: Entry) -> str:
    """As the journal names who acted; only people have an account here.

    Vendors are “Acme (Bid desk)” or “Acme (token evt_…)”.
    """
    name = entry.actor_name
    if entry.actor_id is not None:
        return "token" if name.endswith("”") and " by token “" in name else "person"
    if name.endswith(")"):
        return "vendor"
    if name.startswith("Run token "):
        return "token"
    # Whoever came with a file has no account here.
    return "system" if name == SYSTEM.name else "person"
