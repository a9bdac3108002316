"""Committing to the rows of an evaluation that older code wrote."""

from typing import Any

from django.db import transaction

from evaltracker.evaluations import journal
from evaltracker.evaluations.commitments import committed_models
from evaltracker.evaluations.models import Entry, Evaluation, JournalHead
from evaltracker.evaluations.models.evaluation import new_salt
from evaltracker.evaluations.tables import COVERED, WHOLE, rows_of


def cover_tables(evaluation: Evaluation) -> Entry | None:
    """Commit to every row as it stands; None if the journal does so already.

    From then on each change behind the product's back is found, and each row that
    appears or vanishes. Nothing is said of what happened to them before.
    """
    if is_covered(evaluation):
        return None
    # Apart, and first: whoever writes locks rows before the head, here as anywhere.
    add_salts(evaluation)
    with transaction.atomic():
        # Whoever has written and not yet committed commits to the row after this.
        JournalHead.objects.select_for_update(no_key=True).get(evaluation=evaluation)
        rows = list(rows_of(evaluation))
        return journal.record(
            evaluation=evaluation,
            action=COVERED,
            subject=evaluation,
            by=journal.SYSTEM,
            after={"rows": len(rows)},
            rows=rows,
        )


def is_covered(evaluation: Evaluation) -> bool:
    """Whether entries commit to every row of an evaluation."""
    entries = Entry.objects.filter(evaluation=evaluation)
    silent = entries.filter(rows__isnull=True).order_by("-number").first()
    if silent is None:
        return True
    later = entries.filter(number__gt=silent.number)
    return later.filter(action__in=WHOLE, rows__isnull=False).exists()


def add_salts(evaluation: Evaluation) -> None:
    """Give rows of before their salts, but those that nobody may change.

    What only grows is not sealed from anybody who reads the journal.
    """
    for model in committed_models():
        if model.only_grows:
            continue
        manager: Any = model._default_manager
        rows = manager.filter(
            **{model.evaluation_path: evaluation, "salt__isnull": True}
        )
        for key in list(rows.values_list("pk", flat=True)):
            manager.filter(pk=key, salt__isnull=True).update(salt=new_salt())
