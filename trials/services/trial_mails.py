"""The mails that a trial owes: to agree, to answer a finding, and what time brings."""

import datetime

from django.db.models import Min, QuerySet
from django.utils import timezone

from evaltracker.evaluations.choices import Stage, Status
from evaltracker.evaluations.models import Notice
from evaltracker.notices.services.scheduling import owe_now
from evaltracker.toolbox.processes import register_chore
from trials.models import Gap, Trial
from trials.notices import (
    BenchmarkSilent,
    ContractToAgree,
    GapFound,
    GapReplied,
    GapStillThere,
    HalfGone,
    RetestDue,
)
from trials.policy import TRIAL_STAGES
from trials.selectors import half_time_alarm
from trials.selectors.contracts import contract_of, silent_since
from vendors.models import Contact

EVERY = datetime.timedelta(minutes=1)
HOURLY = datetime.timedelta(hours=1)
ASKED_EVERY = datetime.timedelta(days=3)


def ask_for_agreement(trial: Trial, *, days: int = 0) -> None:
    """Owe everybody whose role has not agreed to the words of now a mail.

    `days` after it was first asked it is asked once more.
    """
    for agreement in contract_of(trial).awaited:
        for part in agreement.awaited:
            owe_now(
                kind=ContractToAgree.name,
                evaluation=trial.candidate.evaluation,
                subject_id=trial.pk,
                occurrence=trial.version,
                offset_days=-days,
                recipient=part.user,
            )


def ask_again_for_agreement() -> None:
    """Ask again, every three days, who has not agreed to a contract."""
    waiting = Trial.objects.filter(
        proposed_at__isnull=False,
        closed_at__isnull=True,
        candidate__evaluation__status=Status.OPEN,
        candidate__evaluation__stage__in=TRIAL_STAGES,
    )
    for trial in waiting.select_related("candidate__evaluation"):
        first = Notice.objects.filter(
            kind=ContractToAgree.name,
            subject_id=str(trial.pk),
            occurrence=str(trial.version),
        ).aggregate(at=Min("due_at"))["at"]
        times = (timezone.now() - first) // ASKED_EVERY if first else 0
        if times:
            ask_for_agreement(trial, days=times * ASKED_EVERY.days)


def tell_vendor_of(gap: Gap) -> None:
    """Owe the vendor's contacts a mail: early gaps are the cheap ones for both."""
    _tell_vendor(gap, GapFound.name, "")


def tell_vendor_of_retest(gap: Gap) -> None:
    """Owe the vendor's contacts a mail: it was tried again, and is still missing."""
    if gap.retested_at is not None:
        _tell_vendor(gap, GapStillThere.name, gap.retested_at.isoformat())


def _tell_vendor(gap: Gap, kind: str, occurrence: str) -> None:
    candidate = gap.trial.candidate
    if candidate.vendor_id is None or candidate.invited_at is None:
        return
    for contact in Contact.objects.current().filter(vendor=candidate.vendor_id):
        owe_now(
            kind=kind,
            evaluation=candidate.evaluation,
            subject_id=gap.pk,
            occurrence=occurrence,
            address=contact.email,
            addressee=contact.name,
        )


def tell_of_replies() -> None:
    """Owe who runs a trial a mail for each reply that a vendor gave by itself.

    The process that vendors call may not write mails, so they are found here.
    """
    replied = Gap.objects.filter(
        trial__in=_under_way(),
        reply_at__isnull=False,
        reply_noted_by__isnull=True,
        closed_at__isnull=True,
    )
    for gap in replied.select_related("trial__lead", "trial__candidate__evaluation"):
        if gap.reply_at is None:
            continue
        owe_now(
            kind=GapReplied.name,
            evaluation=gap.trial.candidate.evaluation,
            subject_id=gap.pk,
            occurrence=gap.reply_at.isoformat(),
            recipient=gap.trial.lead,
        )


def remind_of_retests() -> None:
    """Owe who runs a trial a mail on the day for which a mend was promised."""
    promised = Gap.objects.filter(
        trial__in=_under_way(), promised_for__isnull=False, closed_at__isnull=True
    )
    for gap in promised.select_related("trial__lead", "trial__candidate__evaluation"):
        if not gap.retest_is_due or gap.promised_for is None:
            continue
        owe_now(
            kind=RetestDue.name,
            evaluation=gap.trial.candidate.evaluation,
            subject_id=gap.pk,
            occurrence=gap.promised_for.isoformat(),
            recipient=gap.trial.lead,
        )


def warn_at_half_time() -> None:
    """Owe lead and owner a mail when a trial is half gone and a must-have untried."""
    trials = _under_way().filter(agreed_at__isnull=False)
    for trial in trials.select_related("lead", "candidate__evaluation__owner"):
        if not half_time_alarm(trial):
            continue
        evaluation = trial.candidate.evaluation
        for person in {trial.lead, evaluation.owner}:
            owe_now(
                kind=HalfGone.name,
                evaluation=evaluation,
                subject_id=trial.pk,
                occurrence=trial.starts_on.isoformat(),
                recipient=person,
            )


def tell_of_silence() -> None:
    """Owe a trial's lead a mail when its benchmark has stopped reporting."""
    trials = _under_way().filter(run_reports__isnull=False).distinct()
    for trial in trials.select_related("lead", "candidate__evaluation"):
        if day := silent_since(trial):
            owe_now(
                kind=BenchmarkSilent.name,
                evaluation=trial.candidate.evaluation,
                subject_id=trial.pk,
                occurrence=day.isoformat(),
                recipient=trial.lead,
            )


def _under_way() -> QuerySet[Trial]:
    return Trial.objects.filter(
        closed_at__isnull=True,
        candidate__evaluation__status=Status.OPEN,
        candidate__evaluation__stage=Stage.TRIALS,
    )


register_chore(name="gap_replies", every=EVERY, work=tell_of_replies)
register_chore(name="contracts_to_agree", every=HOURLY, work=ask_again_for_agreement)
register_chore(name="retests_due", every=HOURLY, work=remind_of_retests)
register_chore(name="trials_half_gone", every=HOURLY, work=warn_at_half_time)
register_chore(name="silent_benchmarks", every=HOURLY, work=tell_of_silence)
