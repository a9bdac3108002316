"""The kinds of notices of floor 5: whose signature is asked for, waited for, reopened.

Who is owed one is said in services/asking.py. No mail holds words of what is signed:
they can name a vendor.
"""

from collections.abc import Collection, Mapping
from typing import ClassVar
from uuid import UUID

from evaltracker.evaluations.choices import NoticeState
from evaltracker.evaluations.models import Notice, Visit
from evaltracker.notices.kinds import Message, NoticeKind, register
from evaltracker.notices.mail import dated_message, letter, spoken, zone_of
from evaltracker.workflow import links
from evaltracker.workflow.gates import Look
from evaltracker.workflow.gates.signers import Asked, due_instant
from evaltracker.workflow.memo.changes import changes_told
from stakeholders.models import SignOffRule
from stakeholders.selectors import last_signed


class OnRule(NoticeKind):
    """A mail about a rule whose signatures are missing."""

    def subjects(self, ids: Collection[str]) -> Mapping[str, Asked]:
        """The rules, looked at once per evaluation."""
        rules = SignOffRule.objects.filter(pk__in=[UUID(key) for key in ids])
        looks: dict[UUID, Look] = {}
        found = {}
        for rule in rules.select_related("evaluation__owner"):
            look = looks.setdefault(rule.evaluation_id, Look(rule.evaluation))
            tally = next((tally for tally in look.tallies if tally.rule == rule), None)
            found[str(rule.pk)] = Asked(rule, look, tally)
        return found

    def asked(self, notice: Notice) -> Asked | None:
        """What it is about."""
        if isinstance(notice.subject, Asked):
            return notice.subject
        return self.subjects([notice.subject_id]).get(notice.subject_id)

    def holds(self, notice: Notice) -> str:
        """As long as these words are the ones, and are not signed by enough."""
        one = self.asked(notice)
        if one is None or one.tally is None or not one.look.evaluation.is_open:
            return "This sign-off is no longer asked for."
        if one.occurrence != notice.occurrence:
            return "The words have changed since, or are asked for in a new round."
        if not one.people:
            return "The rule has passed, or can no longer pass."
        return self.concerns(notice, one)

    def concerns(self, notice: Notice, signer: Asked) -> str:
        """Empty if the recipient is one of those who are asked."""
        if notice.recipient not in signer.people:
            return "They have signed, or no longer sign for this role."
        return ""

    def compose(self, notice: Notice) -> Message:
        """The mail; its link shows the page and decides nothing."""
        one = self.asked(notice)
        if one is None:
            raise LookupError("the rule is no longer there")
        return self.written(notice, one)

    def written(self, notice: Notice, one: Asked) -> Message:
        """The mail of this kind."""
        raise NotImplementedError


@register
class SignOffRequested(OnRule):
    """It is somebody's turn: all that comes before the signatures is done."""

    name: ClassVar[str] = "sign_off_requested"

    def written(self, notice: Notice, signer: Asked) -> Message:
        """First time, or again with what changed; for oneself, or for somebody."""
        lead, again = self.lead(notice, signer)
        stage, role = (
            signer.rule.get_stage_display().lower(),
            signer.rule.get_role_display(),
        )
        what = f"Your sign-off of the {stage} as {role}"
        action, path = "Read and sign", links.sign(signer.rule)
        due_at = due_instant(signer.look.evaluation)
        if due_at is not None and not again:
            return dated_message(
                notice=notice,
                what=what,
                due_at=due_at,
                lead=lead,
                action=action,
                path=path,
            )
        return letter(
            notice=notice,
            subject=f"{what} is asked for{again}",
            lead=lead,
            date=spoken(due_at, zone_of(notice)) if due_at is not None else "",
            action=action,
            path=path,
        )

    def lead(self, notice: Notice, signer: Asked) -> tuple[str, str]:
        """Why they are asked; and “ again”, if they are."""
        lending = signer.people.get(notice.recipient) if notice.recipient else None
        seat = lending.stakeholder.user if lending else notice.recipient
        whose = f"You stand in for {lending.stakeholder.user.name}. " if lending else ""
        before = last_signed(seat, signer.look.visit) if seat else None
        if before is None:
            words = "Everything that comes before the signatures is done."
            return f"{whose}It is your turn. {words}", ""
        if before.document.sha256 == signer.look.digest:
            return f"{whose}A new round was opened: everybody is asked anew.", " again"
        told = changes_told(before.document.content, signer.look.document)
        return f"{whose}The words have changed since you signed: {told}", " again"


@register
class SignOffWaiting(OnRule):
    """A signature that was asked for three, six, nine … days ago."""

    name: ClassVar[str] = "sign_off_waiting"
    can_wait: ClassVar[bool] = True

    def written(self, notice: Notice, signer: Asked) -> Message:
        """For how long it waits."""
        stage, role = (
            signer.rule.get_stage_display().lower(),
            signer.rule.get_role_display(),
        )
        days = -notice.offset_days
        return letter(
            notice=notice,
            subject=(
                f"Your sign-off of the {stage} as {role} has waited for {days} days"
            ),
            lead=(
                "The evaluation cannot go on without it. If you cannot sign, decline "
                "or return it with a reason, or name a substitute."
            ),
            action="Read and sign",
            path=links.sign(signer.rule),
        )


@register
class SignOffEscalated(OnRule):
    """The owner hears who keeps the evaluation waiting."""

    name: ClassVar[str] = "sign_off_escalated"
    can_wait: ClassVar[bool] = True

    def concerns(self, notice: Notice, signer: Asked) -> str:
        """Only the owner's."""
        if notice.recipient_id != signer.look.evaluation.owner_id:
            return "Somebody else runs the evaluation now."
        return ""

    def written(self, notice: Notice, signer: Asked) -> Message:
        """Who is awaited; both of their names and the role are ours to print."""
        stage, role = (
            signer.rule.get_stage_display().lower(),
            signer.rule.get_role_display(),
        )
        days = -notice.offset_days
        names = ", ".join(sorted(user.name for user in signer.people))
        return letter(
            notice=notice,
            subject=f"{role} has not signed the {stage} for {days} days",
            lead=(
                f"{names} {'was' if len(signer.people) == 1 else 'were'} asked and "
                "reminded. Talk to them, or name another stakeholder."
            ),
            action="See the sign-offs",
            path=links.page(signer.look.evaluation, "sign_offs"),
        )


@register
class SignOffReopened(NoticeKind):
    """What somebody signed no longer counts, and they are not asked again yet."""

    name: ClassVar[str] = "sign_off_reopened"
    can_wait: ClassVar[bool] = True

    REASONS: ClassVar[dict[str, str]] = {
        "words": "The words that you signed have changed since.",
        "round": "A new round was opened: everybody of this stage is asked anew.",
        "back": "The evaluation was sent back to an earlier stage.",
    }

    def holds(self, notice: Notice) -> str:
        """As long as that stay lasts, and they were not asked to sign again."""
        visit = self.visit(notice)
        if visit.left_at or not visit.evaluation.is_open:
            return "That stay is over."
        again = Notice.objects.filter(
            kind=SignOffRequested.name,
            evaluation=notice.evaluation_id,
            recipient=notice.recipient_id,
            created_at__gte=notice.created_at,
        )
        if again.exclude(state=NoticeState.SUPPRESSED).exists():
            return "They are asked to sign again, which says the same."
        return ""

    def visit(self, notice: Notice) -> Visit:
        """The stay that it is about; stays are never deleted."""
        return Visit.objects.select_related("evaluation").get(
            pk=UUID(notice.subject_id)
        )

    def compose(self, notice: Notice) -> Message:
        """Why, and that they need do nothing yet."""
        reason = self.REASONS[notice.occurrence.partition(".")[0]]
        return letter(
            notice=notice,
            subject="What you signed was opened again",
            lead=(
                f"{reason} Your signature stays on record and no longer counts. You "
                "are asked again when it is your turn."
            ),
            action="See the sign-offs",
            path=links.page(self.visit(notice).evaluation, "sign_offs"),
        )
