"""Who is reminded of a milestone, and how many days before."""

import datetime
from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from evaltracker.errors import Invalid, Refused
from evaltracker.evaluations.journal import By, actor_of
from evaltracker.evaluations.models import Evaluation, User
from evaltracker.evaluations.policy import change
from evaltracker.kit.periodic import register_chore
from evaltracker.notices.services.scheduling import owe_now
from evaltracker.requirements.services.evaluations import change_brief
from trials.choices import MilestoneState
from trials.models import Milestone
from trials.notices import MilestoneGiven, MilestoneOrphaned
from trials.policy import require_insider
from trials.selectors.orphans import orphaned_milestones
from trials.services.milestones import open_milestone, record
from trials.services.reminders import owe_reminders, stop_reminders

HOURLY = datetime.timedelta(hours=1)
EARLIEST, MOST = 90, 6


@transaction.atomic
def give_milestone(*, milestone: Milestone, owner_user: User, by: By) -> Milestone:
    """Make a milestone somebody else's; they are told, and reminded from now on.

    Raises:
        Forbidden: not the owner, nor the lead of its trial.
        Refused: it is settled, or theirs already. Invalid: they have no part.

    """
    milestone, evaluation = open_milestone(milestone, by)
    require_insider(owner_user, evaluation, "owner_user")
    if owner_user.pk == milestone.owner_id:
        raise Refused(f"This milestone is {owner_user.name}'s already.")
    # A new occurrence: given there and back again, it reminds as if for the first time.
    before, after = change(
        milestone, owner=owner_user, occurrence=milestone.occurrence + 1
    )
    stop_reminders(milestone, "The milestone was given to somebody else.")
    owe_reminders(milestone, missed=False)
    if actor_of(by).user != owner_user:
        owe_now(
            kind=MilestoneGiven.name,
            evaluation=evaluation,
            subject_id=milestone.pk,
            occurrence=milestone.occurrence,
            recipient=owner_user,
        )
    record(milestone, "milestone.given", by, before=before, after=after)
    return milestone


@transaction.atomic
def change_reminder_days(
    *, evaluation: Evaluation, days: Iterable[int], by: By
) -> Evaluation:
    """Say how many days before a date people are reminded; what is open follows.

    Raises:
        Forbidden: not the owner. Refused: it has ended.
        Invalid: none, too many, or one that is no day before.

    """
    wanted = sorted(set(days), reverse=True)
    sentence = ""
    if not wanted:
        sentence = "Name at least one day; 0 is the day itself."
    elif len(wanted) > MOST:
        sentence = f"At most {MOST} reminders; more are not read."
    elif wanted[0] > EARLIEST or wanted[-1] < 0:
        sentence = f"Count days before the date, from 0 to {EARLIEST}."
    if sentence:
        raise Invalid(sentence, errors={"days": [sentence]})
    before = list(evaluation.reminder_days)
    evaluation = change_brief(evaluation=evaluation, reminder_days=wanted, by=by)
    if wanted == before:
        return evaluation
    coming = Milestone.objects.select_for_update(of=("self",), no_key=True).filter(
        evaluation=evaluation, state=MilestoneState.OPEN, due_at__gt=timezone.now()
    )
    for milestone in coming:
        milestone.evaluation = evaluation
        change(milestone, occurrence=milestone.occurrence + 1)
        stop_reminders(milestone, "People are reminded on other days.")
        owe_reminders(milestone, missed=False)
    return evaluation


def tell_of_orphans() -> None:
    """Owe who runs a purchase a mail for each milestone that is nobody's any more."""
    for milestone in orphaned_milestones().select_related("evaluation__owner"):
        owe_now(
            kind=MilestoneOrphaned.name,
            evaluation=milestone.evaluation,
            subject_id=milestone.pk,
            occurrence=milestone.occurrence,
            recipient=milestone.evaluation.owner,
        )


register_chore(name="milestones_of_nobody", every=HOURLY, work=tell_of_orphans)
