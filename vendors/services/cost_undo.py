"""Undoing an import of costs."""

from evaltracker.evaluations import journal
from evaltracker.evaluations.models import Import, User
from evaltracker.evaluations.policy import change_all
from evaltracker.files.services.files import remove_files_of
from evaltracker.importing.services.import_log import refuse_moved
from vendors.models import CostLine
from vendors.services.cost_rows import (
    SAVED,
    fill,
    lines_of,
    locked,
    name_of,
    open_part,
    read_kept,
    state_of,
)


def undo(imported: Import, by: User) -> None:
    """Take out the lines that are new, and put back the rest."""
    evaluation = imported.evaluation
    new, changed = imported.kept["new"], imported.kept["changed"]
    locked(evaluation)
    rows = {str(row.pk): row for row in lines_of(evaluation)}
    expected = new | {key: after for key, (_, after) in changed.items()}
    refuse_moved(
        name_of(rows[key]) if key in rows else "a line that is gone"
        for key, after in expected.items()
        if key not in rows or state_of(rows[key]) != after
    )
    for key, (before, _) in changed.items():
        fill(rows[key], read_kept(before))
    change_all([rows[key] for key in changed], SAVED)
    remove_files_of(
        topic="cost_line",
        subjects=[rows[key].pk for key in new],
        evaluation=evaluation,
        by=by,
    )
    CostLine.objects.filter(pk__in=list(new)).delete()
    journal.record(
        evaluation=evaluation,
        action="costs.put_back",
        subject=evaluation,
        by=by,
        before={
            name_of(rows[key]): open_part(evaluation, after)
            for key, after in expected.items()
        },
        after={
            name_of(rows[key]): open_part(evaluation, before)
            for key, (before, _) in changed.items()
        },
        rows=[rows[key] for key in changed],
        removed=[rows[key] for key in new],
    )
