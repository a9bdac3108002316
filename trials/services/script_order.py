"""The order of a script: which item comes when."""

from django.db import transaction

from evaltracker.errors import Refused
from evaltracker.evaluations import journal
from evaltracker.evaluations.journal import By
from trials.models import ScriptItem
from trials.services.demos import check_demo, open_demo

LONGEST = 60


def check_move_script_item(item: ScriptItem, by: By) -> None:
    """Whoever may prepare the demo; the dazzle list has no order."""
    check_demo(item.demo, by)
    if item.off_script:
        raise Refused("Only what is on the script has a place in its order.")


@transaction.atomic
def move_script_item(*, item: ScriptItem, to: int, by: By) -> ScriptItem:
    """Put an item to another place of the script, counted from 1.

    Beyond either end it becomes the first or the last; those between make room.

    Raises:
        Forbidden: no part in it.
        Refused: the demo was held or called off, or it is on the dazzle list.

    """
    demo, evaluation = open_demo(item.demo, by)
    item = ScriptItem.objects.get(pk=item.pk)
    item.demo = demo
    check_move_script_item(item, by)
    items = list(demo.script_items.filter(off_script=False).exclude(pk=item.pk))
    places = sorted([item.position, *(it.position for it in items)])
    before = item.position
    items.insert(max(0, min(to - 1, len(items))), item)
    for row, place in zip(items, places, strict=True):
        row.position = place
    if item.position != before:
        ScriptItem.objects.bulk_update(items, ["position"])
        journal.record(
            evaluation=evaluation,
            action="demo.script_item_moved",
            subject=item,
            by=by,
            after={
                "candidate": demo.candidate,
                "question": item.question[:LONGEST],
                "place": items.index(item) + 1,
            },
        )
    return item
