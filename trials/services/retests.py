"""Trying again what was missing: a gap is mended when somebody has seen that it is."""

from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from evaltracker.errors import Invalid, Refused
from evaltracker.evaluations.journal import By
from evaltracker.evaluations.models import User
from evaltracker.evaluations.policy import change, lock
from evaltracker.kit.text import Inputs
from trials.choices import EvidenceVerdict, Retest
from trials.models import Evidence, Gap, Trial
from trials.policy import may_lead
from trials.services.gaps import check_record_gap, journal_gap, locked_gap
from trials.services.trial_mails import tell_vendor_of_retest
from trials.services.trials import locked_trial

HELD = "It held when it was judged again."


def check_retest_gap(gap: Gap, by: By) -> User:
    """The acting user, if they may say what trying it again came to."""
    user = check_record_gap(gap.trial, by)
    if gap.closed_at:
        raise Refused("This gap is closed; if it is back, record it as a new one.")
    return user


@transaction.atomic
def retest_gap(*, gap: Gap, outcome: str, note: str, by: By) -> Gap:
    """Say what trying it again came to; the journal keeps what it came to before.

    Mended, it is closed if `by` runs the trial, else it waits for who does. Still
    there, the vendor is told, and may reply once more.

    Raises:
        Forbidden: no part in the evaluation, or a declared interest.
        Refused: not the trials stage, or closed. Invalid: by field.

    """
    evaluation = lock(gap.trial.candidate.evaluation)
    trial = locked_trial(gap.trial, evaluation)
    fresh = locked_gap(gap, evaluation)
    user = check_retest_gap(fresh, by)
    if outcome not in Retest.values:
        sentence = "Choose the result: mended, or still there."
        raise Invalid(sentence, errors={"outcome": [sentence]})
    inputs = Inputs()
    words = inputs.text("note", note)
    inputs.check()
    closes = outcome == Retest.MENDED and may_lead(user, trial)
    _keep(fresh, Retest(outcome), words, user, by, closes=closes)
    return fresh


def judged_anew(*, evidence: Evidence, trial: Trial, by: By) -> bool:
    """Let a newer verdict of a trial speak for what an earlier one found to fail.

    What holds now closes the finding. What fails again, after the vendor has had its
    time to answer, gives no second time: it counts at once, and the vendor is told.
    Called by `record_evidence`, in its transaction.

    Returns:
        Whether a failure is one for which the vendor was heard.

    """
    findings = Gap.objects.select_for_update(of=("self",), no_key=True).filter(
        trial=trial,
        evidence__claim__requirement=evidence.claim.requirement_id,
        closed_at__isnull=True,
    )
    if evidence.verdict == EvidenceVerdict.FAILS:
        heard = Q(reply_at__isnull=False) | Q(reply_until__lte=timezone.now())
        findings = findings.filter(heard, evidence__claim=evidence.claim_id)
        outcome = Retest.STILL_THERE
    elif evidence.verdict == EvidenceVerdict.HOLDS:
        outcome = Retest.MENDED
    else:
        return False
    found = list(findings)
    for gap in found:
        gap.trial = trial
        words = evidence.note or HELD
        _keep(gap, outcome, words, evidence.recorded_by, by, closes=True)
    return bool(found)


def _keep(
    gap: Gap, outcome: Retest, note: str, user: User, by: By, *, closes: bool
) -> None:
    """Write it down; `closes` says whether what is mended is over with it."""
    now = timezone.now()
    said: dict[str, Any] = {
        "retest": outcome,
        "retest_note": note,
        "retested_at": now,
        "retested_by": user,
    }
    if closes and outcome == Retest.MENDED:
        said |= {"closed_at": now, "closing_note": note}
    before, after = change(gap, **said)
    journal_gap(gap, "gap.retested", by, before=before, after=after)
    if outcome == Retest.STILL_THERE:
        tell_vendor_of_retest(gap)
