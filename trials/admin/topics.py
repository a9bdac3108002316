"""Gaps can be talked about by whom no interest bars."""

from django.db.models import QuerySet
from django.urls import reverse

from evaltracker.evaluations.models import Evaluation, User
from evaltracker.evaluations.topics import Topic, register_topic
from trials.models import Gap
from vendors.admin.conflict_question import open_answers
from vendors.policy import unbarred, where_unbarred


def gaps_of(user: User) -> QuerySet[Gap]:
    """Gaps that `user` sees, where no interest bars them."""
    rows: QuerySet[Gap] = Gap.objects.visible_to(user)
    return rows.filter(
        where_unbarred(user, "trial__candidate__evaluation")
    ).select_related("requirement", "trial__candidate__evaluation__owner")


def about_gap(row: Gap, part: str) -> tuple[Evaluation, str, str] | None:
    """A gap has no parts."""
    candidate = row.trial.candidate
    page = f"{reverse('admin:trial', args=[row.trial_id])}#gap-{row.pk}"
    of = f"{row.requirement.ref}, " if row.requirement else ""
    name = f"Gap in the trial of {candidate} ({of}day {row.day_found})"
    return None if part else (candidate.evaluation, name, page)


register_topic(
    Topic(
        name="gap",
        noun="a gap",
        rows=gaps_of,
        people=unbarred,
        describe=about_gap,
        tab="trials",
        ask_before=open_answers,
        takes_files=True,
    )
)
