"""The milestones of a trial as rows: added in a block, given to others in place."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from evaltracker.errors import why_not
from evaltracker.evaluations.models import User
from evaltracker.pages.acts import address_of
from evaltracker.pages.grid import Column, Grid, Saves, register_grid
from trials.admin.acts.milestones import MilestoneForm, others, usual_due
from trials.admin.timeline import is_late
from trials.choices import MilestoneState
from trials.models import Milestone, Trial
from trials.selectors.orphans import orphans_of
from trials.services.milestone_owners import give_milestone
from trials.services.milestones import (
    add_milestone,
    check_add_trial_milestone,
)
from vendors.admin.conflict_question import is_kept_out

GIVES = Saves(give_milestone, "milestone")
ITS_FORM = "Use Move at the end of the row: another date needs a reason."


def below_title(row: Milestone) -> str:
    """What it moves along with."""
    return f"depends on {row.hangs_on.title}" if row.hangs_on else ""


def below_date(row: Milestone) -> str:
    """Whether it is overdue, and how often it was moved or given."""
    late = ["overdue"] if is_late(row, timezone.now()) else []
    times = row.occurrence - 1
    changed = [f"changed {times} time{'' if times == 1 else 's'}"] if times else []
    return "\n".join([*late, *changed])


@register_grid
class MilestonesGrid(Grid[Trial, Milestone]):
    """What is due when, whose it is, and how it went."""

    name = "milestones"
    title = "Milestones"
    model = Trial
    related = ("candidate__evaluation__owner", "lead")
    anchor = "milestone"
    noun = "milestone"
    first_column = "title"

    def columns(self, subject: Trial, user: User) -> Sequence[Column]:
        """Whose it is changes in place; another date needs a reason, in its form."""
        where = subject.candidate.evaluation
        near = others(where, subject)
        fields = MilestoneForm(evaluation=where, others=near).fields
        closed = str(why_not(check_add_trial_milestone, subject, user) or "")
        ids = subject.milestones.values_list("pk", flat=True)
        numbers = {key: number for number, key in enumerate(ids, 1)}
        orphans = orphans_of(where)
        return (
            Column("number", "#", read=lambda row: numbers.get(row.pk, ""), width=3),
            Column("title", "What", fields["title"], aside=below_title, width=30),
            Column(
                *("due_on", "Due on", fields["due_on"]),
                closed=ITS_FORM,
                aside=below_date,
                width=13,
            ),
            Column(
                *("owner_user", "Whose", fields["owner_user"], GIVES),
                closed=closed,
                read=lambda row: str(row.owner_id),
                named=lambda row: row.owner.name,
                aside=lambda row: "has no part any more" if row.pk in orphans else "",
                width=16,
                for_many=True,
            ),
            Column("due_time", "At", fields["due_time"], read=time_of, closed=ITS_FORM),
            Column(
                *("state", "State"),
                read=lambda row: row.get_state_display(),
                aside=lambda row: row.state_reason,
                width=12,
            ),
        )

    def rows(self, subject: Trial, user: User) -> QuerySet[Milestone]:
        """In order of time, once the reader has said in whom they have an interest."""
        rows: QuerySet[Milestone] = Milestone.objects.visible_to(user)
        if is_kept_out(user, subject.candidate.evaluation):
            return rows.none()
        return rows.filter(trial=subject).select_related(
            *("owner", "hangs_on", "evaluation__owner"),
            *("trial__candidate__evaluation__owner", "trial__lead"),
        )

    def name_of(self, row: Milestone) -> str:
        return row.title

    def links(self, row: Milestone, user: User) -> Iterable[tuple[str, str]]:
        """What is done to an open one, each by its form."""
        may = row.trial is not None and self.may_add(row.trial, user)
        if row.state != MilestoneState.OPEN or not may:
            return
        yield "Settle", address_of("settle-milestone", row)
        yield "Move", address_of("move-milestone", row)
        yield "Depends on", address_of("hang-milestone", row)

    def acts(self, subject: Trial, user: User) -> Sequence[str]:
        """Saying of several how they went."""
        return ("settle-milestone",) if self.may_add(subject, user) else ()

    def may_add(self, subject: Trial, user: User) -> bool:
        return why_not(check_add_trial_milestone, subject, user) is None

    def add(self, subject: Trial, values: Mapping[str, Any], by: User) -> Milestone:
        """A row needs its title: date, time and person are as the form begins."""
        given = {name: value for name, value in values.items() if value is not None}
        usual = {**usual_due(subject.zone, by), "owner_user": by, "title": ""}
        return add_milestone(
            evaluation=subject.candidate.evaluation,
            trial=subject,
            by=by,
            **{**usual, **given},
        )


def time_of(row: Milestone) -> str:
    """The wall time, to the minute, with its zone if that is not the trial's."""
    zone = row.trial.zone if row.trial else ""
    said = f"{row.due_time:%H:%M}"
    return said if row.zone == zone else f"{said} {row.zone}"
