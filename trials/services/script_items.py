"""Keeping the items of a script, whoever writes them."""

from evaltracker.evaluations import journal
from evaltracker.evaluations.journal import By
from evaltracker.evaluations.models import Evaluation
from evaltracker.evaluations.policy import checked
from trials.models import Demo, ScriptItem


def next_position(demo: Demo) -> int:
    """The end of the list."""
    last = demo.script_items.order_by("-position").first()
    return last.position + 1 if last else 1


def save_item(
    item: ScriptItem, evaluation: Evaluation, action: str, by: By
) -> ScriptItem:
    """Keep a new item of a script, with its journal entry."""
    checked(item)
    item.save()
    journal.record(
        evaluation=evaluation,
        action=action,
        subject=item,
        by=by,
        after={
            "candidate": item.demo.candidate,
            "requirement": item.requirement.ref if item.requirement else "",
            **journal.snapshot(item, ("question", "show_live", "passes_if", "remark")),
        },
    )
    return item
