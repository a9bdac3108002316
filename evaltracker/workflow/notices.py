"""The kinds of notices of workflow: whose signature is asked for, waited for, reopened.

Who is owed one is said in services/sign_off_requests.py. No mail holds words of what is
signed: they can name a vendor.
"""

import datetime
from collections.abc import Collection, Iterator, Mapping
from typing import ClassVar
from uuid import UUID

from django.utils import timezone

from evaltracker.evaluations.choices import NoticeState, Stage
from evaltracker.evaluations.models import Notice, Visit
from evaltracker.kit.days import day_in_words
from evaltracker.notices.about import About, not_the_owners
from evaltracker.notices.kinds import Message, register
from evaltracker.workflow import links
from evaltracker.workflow.gates import Look
from evaltracker.workflow.gates.signers import Asked, due_instant
from evaltracker.workflow.memo.changes import changes_told
from evaltracker.workflow.memo.documents import THINGS
from evaltracker.workflow.selectors import local_day
from stakeholders.models import SignOffRule
from stakeholders.selectors import last_signed


def thing_of(row: Asked) -> str:
    """What is signed: “the trial results”."""
    return THINGS[Stage(row.rule.stage)]


def is_ahead(instant: datetime.datetime | None) -> bool:
    """Whether there is a date, and it is still to come."""
    return instant is not None and instant > timezone.now()


class OnRule(About[Asked]):
    """A mail about a rule whose signatures are missing."""

    rows: ClassVar = SignOffRule.objects.select_related("evaluation__owner")
    gone: ClassVar[str] = "This sign-off is no longer asked for."

    def titles(self, ids: Collection[str]) -> dict[str, str]:
        """Which stage is signed, as which role."""
        return {
            str(rule.pk): f"{rule.get_stage_display()} as {rule.get_role_display()}"
            for rule in self.rows.filter(pk__in=ids)
        }

    def subjects(self, ids: Collection[str]) -> Mapping[str, Asked]:
        """The rules, looked at once per evaluation."""
        looks: dict[UUID, Look] = {}
        found = {}
        for rule in self.rows.filter(pk__in=[UUID(key) for key in ids]):
            look = looks.setdefault(rule.evaluation_id, Look(rule.evaluation))
            tally = next((tally for tally in look.tallies if tally.rule == rule), None)
            found[str(rule.pk)] = Asked(rule, look, tally)
        return found

    def reasons(self, notice: Notice, row: Asked) -> Iterator[str]:
        """Unless these words are the ones, and are not signed by enough."""
        if row.tally is None or not row.look.evaluation.is_open:
            yield self.gone
        if row.occurrence != notice.occurrence:
            yield "The words have changed since, or are asked for in a new round."
        if not row.people:
            yield "The rule has passed, or cannot pass."
        yield self.concerns(notice, row)

    def concerns(self, notice: Notice, row: Asked) -> str:
        """Empty if the recipient is one of those who are asked."""
        if notice.recipient not in row.people:
            return "They have signed, or no longer sign for this role."
        return ""

    def values(self, notice: Notice, row: Asked) -> dict[str, str]:
        """Which stage, as which role, and for how many days."""
        return {
            "stage": row.rule.get_stage_display().lower(),
            "thing": thing_of(row),
            "role": row.rule.get_role_display(),
            "days": str(-notice.offset_days),
        }

    def page(self, notice: Notice, row: Asked) -> str:
        """The page that shows what is signed, and decides nothing."""
        return links.sign(row.rule)


@register
class SignOffRequested(OnRule):
    """It is somebody's turn: all that comes before the signatures is done."""

    name: ClassVar[str] = "sign_off_requested"

    def compose(self, notice: Notice) -> Message:
        """It waits today; the planned end of the stage goes into the calendar."""
        row = self.row(notice)
        due_at = due_instant(row.look.evaluation)
        entry = f"The sign-off of {thing_of(row)}" if is_ahead(due_at) else ""
        return self.letter(notice, row, **self.on(notice, row, due_at, entry=entry))

    def before(self, notice: Notice, row: Asked) -> Mapping[str, str]:
        """Why they are asked again, if they are."""
        lending = row.people.get(notice.recipient) if notice.recipient else None
        seat = lending.stakeholder.user if lending else notice.recipient
        before = last_signed(seat, row.look.visit) if seat else None
        if before is None:
            return {}
        if before.document.sha256 == row.look.digest:
            return {"new_round": "yes"}
        return {"changes": changes_told(before.document.content, row.look.document)}

    def values(self, notice: Notice, row: Asked) -> dict[str, str]:
        """First time, or again with what changed; for oneself, or for somebody."""
        lending = row.people.get(notice.recipient) if notice.recipient else None
        before = self.before(notice, row)
        due_at = due_instant(row.look.evaluation)
        zone = row.look.evaluation.zone
        return {
            **super().values(notice, row),
            **before,
            "person": lending.stakeholder.user.name if lending else "",
            "again": "yes" if before else "",
            "ends": day_in_words(local_day(due_at, zone)) if due_at else "",
            "entry": "yes" if is_ahead(due_at) else "",
        }


@register
class SignOffWaiting(OnRule):
    """A signature that was asked for three, six, nine … days ago."""

    name: ClassVar[str] = "sign_off_waiting"
    can_wait: ClassVar[bool] = True


@register
class SignOffEscalated(OnRule):
    """The owner hears who keeps the evaluation waiting."""

    name: ClassVar[str] = "sign_off_escalated"
    can_wait: ClassVar[bool] = True

    def concerns(self, notice: Notice, row: Asked) -> str:
        return not_the_owners(notice)

    def values(self, notice: Notice, row: Asked) -> dict[str, str]:
        """Who is awaited; both of their names and the role are ours to print."""
        return {
            **super().values(notice, row),
            "names": ", ".join(sorted(user.name for user in row.people)),
            "one": "yes" if len(row.people) == 1 else "",
        }

    def page(self, notice: Notice, row: Asked) -> str:
        return links.page(row.look.evaluation, "sign_offs")


@register
class SignOffReopened(About[Visit]):
    """What somebody signed no longer counts, and they are not asked again yet."""

    name: ClassVar[str] = "sign_off_reopened"
    can_wait: ClassVar[bool] = True
    rows: ClassVar = Visit.objects.select_related("evaluation")

    def reasons(self, notice: Notice, row: Visit) -> Iterator[str]:
        """Unless that stay lasts, and they were not asked to sign again."""
        if row.left_at or not row.evaluation.is_open:
            yield "That stay is over."
        again = Notice.objects.filter(
            kind=SignOffRequested.name,
            evaluation=notice.evaluation_id,
            recipient=notice.recipient_id,
            created_at__gte=notice.created_at,
        )
        if again.exclude(state=NoticeState.SUPPRESSED).exists():
            yield "They are asked to sign again, which says the same."

    def values(self, notice: Notice, row: Visit) -> dict[str, str]:
        """Why: its words changed, a new round was opened, or it was sent back."""
        reason = notice.occurrence.partition(".")[0]
        if reason not in ("words", "round", "back"):
            raise LookupError(f"“{reason}” is no reason to open a signature again")
        return {reason: "yes"}

    def page(self, notice: Notice, row: Visit) -> str:
        return links.page(row.evaluation, "sign_offs")
