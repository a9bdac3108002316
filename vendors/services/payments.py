"""In which shares a candidate is paid."""

from collections.abc import Sequence
from decimal import Decimal

from django.db import transaction

from evaltracker.evaluations import journal
from evaltracker.evaluations.journal import By
from evaltracker.evaluations.policy import change, require_open, require_owner
from evaltracker.kit.text import Inputs
from vendors.costs import check_shares
from vendors.models import Candidate
from vendors.services.candidates import lock_candidate


@transaction.atomic
def set_payments(
    *, candidate: Candidate, payments: Sequence[tuple[Decimal, str]], by: By
) -> Candidate:
    """Write the payment plan: shares in per cent and when each is paid, in order.

    It tells no amount, so it is not sealed. An empty plan takes it away.

    Raises:
        Forbidden: not the owner. Refused: it has ended.
        Invalid: the shares do not sum to exactly 100%, or a date has no words.

    """
    candidate = lock_candidate(candidate)
    require_owner(by, candidate.evaluation)
    require_open(candidate.evaluation)
    inputs = Inputs()
    plan = [
        {"share": str(share), "when": inputs.line("payments", when, limit=100)}
        for share, when in payments
    ]
    try:
        if plan:
            check_shares(share for share, _ in payments)
    except ValueError as error:
        inputs.refuse("payments", str(error))
    inputs.check()
    before, after = change(candidate, payments=plan)
    if after:
        journal.record(
            evaluation=candidate.evaluation,
            action="payments.set",
            subject=candidate,
            by=by,
            before=before,
            after=after,
        )
    return candidate
