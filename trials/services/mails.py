"""The mails that trials owe: to agree, to answer a finding, and what time brings."""

import datetime
import uuid
from typing import Any

from django.db.models import Min, Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.utils import timezone

from evaltracker.enumerations import Availability
from evaltracker.evaluations import journal
from evaltracker.evaluations.choices import Stage, Status
from evaltracker.evaluations.journal import SYSTEM
from evaltracker.evaluations.models import Evaluation, Notice, User
from evaltracker.evaluations.policy import lock
from evaltracker.notices.services.scheduling import owe_now, schedule_notice
from evaltracker.toolbox.days import instant_of, is_working_day, wall_of
from evaltracker.toolbox.processes import register_chore
from trials.choices import MilestoneState
from trials.models import Gap, Milestone, Trial
from trials.notices import (
    BenchmarkSilent,
    ContractToAgree,
    GapFound,
    GapReplied,
    GapStillThere,
    HalfGone,
    MilestoneOrphaned,
    MilestoneOverdue,
    PromiseSlipped,
    RetestDue,
)
from trials.policy import TRIAL_STAGES, today_in
from trials.selectors.ledger import slipped_claims
from trials.selectors.trials import (
    contract_of,
    half_time_alarm,
    orphaned_milestones,
    silent_since,
)
from vendors.claims import promised_dates
from vendors.models import Claim, Contact

A_MINUTE = datetime.timedelta(minutes=1)
TEN_MINUTES = datetime.timedelta(minutes=10)
HOURLY = datetime.timedelta(hours=1)
ASKED_EVERY = datetime.timedelta(days=3)


def ask_for_agreement(trial: Trial, *, days: int = 0) -> None:
    """Owe everybody whose role has not agreed to the words of now a mail.

    `days` after it was first asked it is asked once more.
    """
    evaluation = trial.candidate.evaluation
    terms: dict[str, Any] = {"occurrence": trial.version, "offset_days": -days}
    for agreement in contract_of(trial).awaited:
        for part in agreement.awaited:
            terms["recipient"] = part.user
            owe_now(ContractToAgree.name, evaluation, trial.pk, **terms)


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
        if first:
            times = (timezone.now() - first) // ASKED_EVERY
        else:
            times = 0
        if times:
            ask_for_agreement(trial, days=times * ASKED_EVERY.days)


def tell_vendor_of(gap: Gap) -> None:
    """That it was found or, if it was tried again, that it is still there."""
    candidate = gap.trial.candidate
    again = gap.retested_at
    if candidate.vendor_id is None or candidate.invited_at is None:
        return
    kind = (GapStillThere if again else GapFound).name
    terms: dict[str, Any] = {"occurrence": again.isoformat() if again else ""}
    for contact in Contact.objects.current().filter(vendor=candidate.vendor_id):
        terms |= {"address": contact.email, "addressee": contact.name}
        owe_now(kind, candidate.evaluation, gap.pk, **terms)


def tell_of_replies() -> None:
    """Owe who runs a trial a mail for each reply that a vendor gave by itself.

    The process that vendors call may not write mails, so they are found here.
    """
    for gap in _open_gaps().filter(reply_noted_by__isnull=True):
        if gap.reply_at is not None:
            _tell_lead(GapReplied.name, gap.trial, gap, gap.reply_at)


def remind_of_retests() -> None:
    for gap in _open_gaps():
        if gap.retest_is_due and gap.promised_for is not None:
            _tell_lead(RetestDue.name, gap.trial, gap, gap.promised_for)


def warn_at_half_time() -> None:
    trials = _under_way().filter(agreed_at__isnull=False)
    for trial in trials.select_related("lead", "candidate__evaluation__owner"):
        if half_time_alarm(trial):
            owner = trial.candidate.evaluation.owner
            _tell_lead(HalfGone.name, trial, trial, trial.starts_on, owner)


def tell_of_silence() -> None:
    trials = _under_way().filter(run_reports__isnull=False).distinct()
    for trial in trials.select_related("lead", "candidate__evaluation"):
        if day := silent_since(trial):
            _tell_lead(BenchmarkSilent.name, trial, trial, day)


def _tell_lead(
    kind: str, trial: Trial, about: Gap | Trial, day: datetime.date, *others: User
) -> None:
    evaluation = trial.candidate.evaluation
    when = day.isoformat()
    for person in {trial.lead, *others}:
        owe_now(kind, evaluation, about.pk, occurrence=when, recipient=person)


def _open_gaps() -> QuerySet[Gap]:
    gaps = Gap.objects.filter(trial__in=_under_way(), closed_at__isnull=True)
    return gaps.select_related("trial__lead", "trial__candidate__evaluation")


def _under_way() -> QuerySet[Trial]:
    return Trial.objects.filter(
        closed_at__isnull=True,
        candidate__evaluation__status=Status.OPEN,
        candidate__evaluation__stage=Stage.TRIALS,
    )


register_chore(name="gap_replies", every=A_MINUTE, work=tell_of_replies)
register_chore(name="contracts_to_agree", every=HOURLY, work=ask_again_for_agreement)
register_chore(name="retests_due", every=HOURLY, work=remind_of_retests)
register_chore(name="trials_half_gone", every=HOURLY, work=warn_at_half_time)
register_chore(name="silent_benchmarks", every=HOURLY, work=tell_of_silence)


def tell_of_slips() -> None:
    """Owe the owner a mail, and the journal an entry, of each date that has slipped.

    A chore: each claim is told of once. A date that is moved and slips again is another
    claim, so it is told of again.
    """
    held = Cast("holds_for", TextField())
    waiting = Claim.objects.annotate(held=held).filter(
        Q(availability=Availability.PLANNED)
        | Q(held__contains=f'"{Availability.PLANNED}"'),
        superseded_at__isnull=True,
        candidate__evaluation__status=Status.OPEN,
    )
    evaluations = waiting.order_by().values("candidate__evaluation")
    for evaluation in Evaluation.objects.filter(pk__in=evaluations).order_by("pk"):
        today = today_in(evaluation.zone)
        planned = waiting.filter(candidate__evaluation=evaluation)
        overdue = [claim.pk for claim in planned if slipped_from(claim, today)]
        notices = Notice.objects.filter(kind=PromiseSlipped.name, evaluation=evaluation)
        reported = set(notices.values_list("subject_id", flat=True))
        new = [key for key in overdue if str(key) not in reported]
        if new:
            _tell(evaluation, new)


def slipped_from(claim: Claim, today: datetime.date) -> datetime.date | None:
    """The first date, of the answer or of one of its values, that has passed."""
    dates = promised_dates(claim.availability, claim.available_from, claim.holds_for)
    return next((day for day in dates if day < today), None)


def _tell(evaluation: Evaluation, new: list[uuid.UUID]) -> None:
    """Of those of these claims that nothing proves."""
    evaluation = lock(evaluation)
    today = today_in(evaluation.zone)
    for claim in slipped_claims(evaluation, Claim.objects.filter(pk__in=new)):
        passed = slipped_from(claim, today)
        terms = {"occurrence": passed, "recipient": evaluation.owner}
        owe_now(PromiseSlipped.name, evaluation, claim.pk, **terms)
        after = {
            "candidate": claim.candidate.name,
            "requirement": claim.requirement.ref,
            "available_from": passed,
        }
        journal.record(evaluation, "promise.slipped", claim, SYSTEM, after=after)


register_chore(name="tell of slipped promises", every=HOURLY, work=tell_of_slips)


# From so many days on, whoever runs the purchase hears of it, too.
ESCALATES_AFTER = 3


def schedule_overdue() -> None:
    """Owe today's notice of each overdue milestone, on working days of the reader.

    Of what is nobody's any more, who runs the purchase hears from the first day on.
    """
    late = Milestone.objects.filter(
        state=MilestoneState.OPEN,
        evaluation__status=Status.OPEN,
        due_at__lt=timezone.now(),
    )
    orphans = frozenset(orphaned_milestones().values_list("pk", flat=True))
    for milestone in late.select_related("evaluation__owner", "owner"):
        # How often the hour of its date has come since, by clocks in its zone.
        now = timezone.now()
        days = (wall_of(now, milestone.zone).date() - milestone.due_on).days
        again = milestone.due_on + datetime.timedelta(days=days)
        if instant_of(again, milestone.due_time, milestone.zone) > now:
            days -= 1
        if days < 1:
            continue
        readers = {milestone.owner}
        if days >= ESCALATES_AFTER or milestone.pk in orphans:
            readers.add(milestone.evaluation.owner)
        day = milestone.due_on + datetime.timedelta(days=days)
        for reader in readers:
            if is_working_day(day, reader.country, reader.subdivision):
                schedule_of_milestone(MilestoneOverdue.name, milestone, -days, reader)


def schedule_of_milestone(
    kind: str, milestone: Milestone, days: int, reader: User
) -> None:
    """A mail so many days before its date, or after it, at its hour."""
    day = milestone.due_on - datetime.timedelta(days=days)
    terms: dict[str, Any] = {"occurrence": milestone.occurrence, "recipient": reader}
    terms |= {"day": day, "time": milestone.due_time, "zone": milestone.zone}
    evaluation = milestone.evaluation
    key = milestone.pk
    schedule_notice(kind, evaluation, key, offset_days=days, **terms)


register_chore(name="milestones_overdue", every=TEN_MINUTES, work=schedule_overdue)


def tell_of_orphans() -> None:
    """Owe who runs a purchase a mail for each milestone that is nobody's any more."""
    for milestone in orphaned_milestones().select_related("evaluation__owner"):
        evaluation = milestone.evaluation
        terms = {"occurrence": milestone.occurrence, "recipient": evaluation.owner}
        owe_now(MilestoneOrphaned.name, evaluation, milestone.pk, **terms)


register_chore(name="milestones_of_nobody", every=HOURLY, work=tell_of_orphans)
