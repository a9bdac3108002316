"""Writing entries at once with others, now and then in vain."""

from django.db import transaction

from evaltracker.evaluations import journal
from evaltracker.evaluations.models import Evaluation

IN_VAIN = 10


def write_entries(evaluation: Evaluation, writer: int, count: int) -> int:
    """Append entries to one chain, every tenth of which is rolled back; how many stay.

    Each is a transaction of its own, as in a service.
    """
    kept = 0
    for number in range(count):
        with transaction.atomic():
            journal.record(
                evaluation=evaluation,
                action="test.written",
                subject=evaluation,
                by=evaluation.owner,
                after={"writer": writer, "number": number},
            )
            if number % IN_VAIN == writer % IN_VAIN:
                transaction.set_rollback(True)
            else:
                kept += 1
    return kept
