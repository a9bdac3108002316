"""The notices and calendar dates of workflow, and its words in the journal.

Who is owed a notice is said in services/sign_offs.py. No mail holds words of what is
signed: they can name a vendor.
"""

import datetime
from collections.abc import Collection, Iterator, Mapping
from typing import ClassVar
from uuid import UUID

from django.db.models import Max
from django.utils import timezone

from evaltracker.decision import links
from evaltracker.decision.memo.figures import approved_said, counted_noun
from evaltracker.decision.memo.signed_words import THINGS, changes_told
from evaltracker.decision.models import PromiseCheck
from evaltracker.decision.selectors.contract_terms import terms_of
from evaltracker.evaluations.choices import NoticeState, Stage
from evaltracker.evaluations.models import Evaluation, Notice, User, Visit
from evaltracker.notices.about import ENDED, About, ended, not_the_owners
from evaltracker.notices.calendars import DATES, CalendarDate
from evaltracker.notices.kinds import Message, register
from evaltracker.notices.mail import link_to
from evaltracker.pages.acts import place_of
from evaltracker.pages.workspace import JOURNAL, JournalPart, phrases_beside
from evaltracker.toolbox.days import MORNING, instant_of, local_day, today_in
from evaltracker.toolbox.working_days import day_in_words
from evaltracker.workflow.gates import GateContext
from evaltracker.workflow.gates.context import SignerState, due_instant
from evaltracker.workflow.models import WaiverRequest
from stakeholders.models import SignOffRule, Stakeholder
from stakeholders.policy import has_a_say, is_leadership
from stakeholders.selectors import approved_of, last_signed, lateness_of, objections
from trials.models import ScoreSheet


def thing_of(row: SignerState) -> str:
    return row.rule.evaluation.say(THINGS[Stage(row.rule.stage)])


def counted_objections(look: GateContext) -> str:
    """“1 objection, 2 conditions”: a mail holds no words of theirs."""
    conditions = [
        objection.is_condition for objection in objections(look.visit, look.tallies)
    ]
    nouns = {"objection": conditions.count(False), "condition": conditions.count(True)}
    parts = [counted_noun("", number, noun) for noun, number in nouns.items() if number]
    return ", ".join(map(str, parts))


# A planned end is named when it is that near: what is asked is for today.
NEAR = datetime.timedelta(days=14)


def near_end(evaluation: Evaluation) -> datetime.datetime | None:
    """When the stage should close, if that is ahead and near."""
    end = due_instant(evaluation)
    if end is None or end <= timezone.now():
        return None
    left = local_day(end, evaluation.zone) - today_in(evaluation.zone)
    return end if left <= NEAR else None


def short_day(instant: datetime.datetime | None, evaluation: Evaluation) -> str:
    if instant:
        return f"{local_day(instant, evaluation.zone):%-d %B}"
    return ""


class OnRule(About[SignerState]):
    rows: ClassVar = SignOffRule.objects.select_related("evaluation__owner")
    gone: ClassVar[str] = "This sign-off is no longer asked for."

    def titles(self, ids: Collection[str]) -> dict[str, str]:
        return {
            str(rule.pk): f"{rule.get_stage_display()} as {rule.get_role_display()}"
            for rule in self.rows.filter(pk__in=ids)
        }

    def subjects(self, ids: Collection[str]) -> Mapping[str, SignerState]:
        looks: dict[UUID, GateContext] = {}
        subjects = {}
        for rule in self.rows.filter(pk__in=[UUID(key) for key in ids]):
            look = looks.setdefault(rule.evaluation_id, GateContext(rule.evaluation))
            tally = next((tally for tally in look.tallies if tally.rule == rule), None)
            subjects[str(rule.pk)] = SignerState(rule, look, tally)
        return subjects

    def reasons(self, notice: Notice, row: SignerState) -> Iterator[str]:
        if row.tally is None or not row.look.evaluation.is_open:
            yield self.gone
        if row.occurrence != notice.occurrence:
            yield "The words have changed since, or are asked for in a new round."
        if not row.people:
            yield "The rule has passed, or cannot pass."
        yield self.concerns(notice, row)

    def concerns(self, notice: Notice, row: SignerState) -> str:
        if notice.recipient not in row.people:
            return "They have signed, or no longer sign for this role."
        return ""

    def values(self, notice: Notice, row: SignerState) -> dict[str, str]:
        return {
            "stage": notice.place.say(row.rule.get_stage_display().lower()),
            "thing": thing_of(row),
            "role": row.rule.get_role_display(),
            "days": str(-notice.offset_days),
            "approved": str(approved_said(approved_of(row.look.tallies))),
            "open": counted_objections(row.look),
        }

    def page(self, notice: Notice, row: SignerState) -> str:
        """*My work*, with the form open over it."""
        return f"{place_of('admin:index')}?do={links.sign(row.rule)}"


@register
class SignOffRequested(OnRule):
    """It is somebody's turn: all that comes before the signatures is done."""

    def compose(self, notice: Notice) -> Message:
        row = self.row(notice)
        entry = f"The sign-off of {thing_of(row)}"
        more = self.on(notice, row, near_end(row.look.evaluation), entry=entry)
        return self.letter(notice, row, **more)

    def before(self, notice: Notice, row: SignerState) -> Mapping[str, str]:
        if notice.recipient:
            lending = row.people.get(notice.recipient)
        else:
            lending = None
        seat = lending.stakeholder.user if lending else notice.recipient
        if seat:
            before = last_signed(seat, row.look.visit)
        else:
            before = None
        if before is None:
            return {}
        if before.document.sha256 == row.look.digest:
            return {"new_round": "yes"}
        return {"changes": changes_told(before.document.content, row.look.document)}

    def values(self, notice: Notice, row: SignerState) -> dict[str, str]:
        if notice.recipient:
            lending = row.people.get(notice.recipient)
        else:
            lending = None
        before = self.before(notice, row)
        evaluation = row.look.evaluation
        return {
            **super().values(notice, row),
            **before,
            "owner": evaluation.owner.name,
            "asked": short_day(notice.created_at, evaluation),
            "person": lending.stakeholder.user.name if lending else "",
            "again": "yes" if before else "",
            "ends": short_day(near_end(evaluation), evaluation),
        }


@register
class SignOffWaiting(OnRule):
    can_wait: ClassVar[bool] = True


@register
class SignOffEscalated(OnRule):
    can_wait: ClassVar[bool] = True

    def concerns(self, notice: Notice, row: SignerState) -> str:
        return not_the_owners(notice)

    def values(self, notice: Notice, row: SignerState) -> dict[str, str]:
        """Who is awaited; both of their names and the role are ours to print."""
        return {
            **super().values(notice, row),
            "names": ", ".join(sorted(user.name for user in row.people)),
            "one": "yes" if len(row.people) == 1 else "",
        }

    def page(self, notice: Notice, row: SignerState) -> str:
        return links.page(row.look.evaluation, "sign_offs")


@register
class SignOffReopened(About[Visit]):
    """What somebody signed no longer counts, and they are not asked again yet."""

    can_wait: ClassVar[bool] = True
    rows: ClassVar = Visit.objects.select_related("evaluation")

    def reasons(self, notice: Notice, row: Visit) -> Iterator[str]:
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
        reason = notice.occurrence.partition(".")[0]
        if reason not in ("words", "round", "back"):
            raise LookupError(f"“{reason}” is no reason to open a signature again")
        return {reason: "yes"}

    def page(self, notice: Notice, row: Visit) -> str:
        return links.page(row.evaluation, "sign_offs")


@register
class ScoresRequested(About[Stakeholder]):
    """It is somebody's turn to score: what was to be judged in demos is judged."""

    rows: ClassVar = Stakeholder.objects.select_related(
        "evaluation__owner", "user", "score_sheet"
    ).annotate(stay=Max("evaluation__visits__number"))

    def reasons(self, notice: Notice, row: Stakeholder) -> Iterator[str]:
        if not row.evaluation.is_open:
            yield ENDED
        stay = str(getattr(row, "stay", ""))
        if stay != notice.occurrence or row.evaluation.stage != Stage.DEMOS:
            yield "The demos stage that asked for scores is over."
        if row.left_at or not has_a_say(row.user):
            yield "They have no part in the evaluation any more."
        if row.user_id != notice.recipient_id:
            yield "The part is somebody else's now."
        if not row.scores:
            yield "They are not asked to score any more."
        sheet: ScoreSheet | None = getattr(row, "score_sheet", None)
        if sheet is not None and sheet.locked_at:
            yield "Their scores are locked."

    def compose(self, notice: Notice) -> Message:
        row = self.row(notice)
        entry = "Scores of the candidates"
        more = self.on(notice, row, near_end(row.evaluation), entry=entry)
        return self.letter(notice, row, **more)

    def values(self, notice: Notice, row: Stakeholder) -> dict[str, str]:
        ends = short_day(near_end(row.evaluation), row.evaluation)
        return {"role": row.get_role_display(), "ends": ends}

    def page(self, notice: Notice, row: Stakeholder) -> str:
        return links.page(row.evaluation, "scores", f"mine-{row.pk}")


@register
class StageLate(About[Visit]):
    """The stage should have ended by the plan: told to who runs the purchase."""

    can_wait: ClassVar[bool] = True
    rows: ClassVar = Visit.objects.select_related("evaluation__owner")
    gone: ClassVar[str] = "That stage is over."

    def reasons(self, notice: Notice, row: Visit) -> Iterator[str]:
        if row.left_at or not row.evaluation.is_open:
            yield self.gone
        yield not_the_owners(notice)
        late = lateness_of(row.evaluation)
        if late is None or late.due.isoformat() != notice.occurrence:
            yield "The plan is another one now."

    def values(self, notice: Notice, row: Visit) -> dict[str, str]:
        late = lateness_of(row.evaluation)
        if late is None:
            raise LookupError("the stage is not late any more")
        return {
            "stage": notice.place.say(row.get_stage_display().lower()),
            "due": day_in_words(late.due),
            "sentence": late.plan.sentence,
        }

    def page(self, notice: Notice, row: Visit) -> str:
        return links.page(row.evaluation, "overview")


# The kinds of notices about requests for a waiver; no mail holds their words.


def address_of_request(row: WaiverRequest) -> str:
    if row.candidate is None or row.requirement is None:
        return links.page(row.evaluation, "overview", f"gate-{row.gate}")
    return links.cell(row.candidate, row.requirement)


class AboutRequest(About[WaiverRequest]):
    rows: ClassVar = WaiverRequest.objects.select_related(
        "visit__evaluation__owner",
        "candidate",
        "requirement",
        "asked_by",
        "answered_by",
    )

    def title(self, row: WaiverRequest) -> str:
        """The rule; a knock-out is not named to whom answers are closed."""
        if row.gate:
            return row.thing
        return "A knock-out"


@register
class WaiverAsked(AboutRequest):
    def reasons(self, notice: Notice, row: WaiverRequest) -> Iterator[str]:
        yield ended(notice)
        if not row.is_waiting:
            yield "It was answered or withdrawn, or its stage is over."
        reader = notice.recipient
        if reader is None or not is_leadership(reader, row.evaluation):
            yield "They no longer hold the role that answers."

    def page(self, notice: Notice, row: WaiverRequest) -> str:
        return links.act("answer-waiver-request", row)

    def values(self, notice: Notice, row: WaiverRequest) -> dict[str, str]:
        return {
            "asker": row.asked_by.name,
            "rule": row.rule_title,
            "stage": notice.place.say(row.visit.get_stage_display().lower()),
        }


@register
class WaiverAnswered(AboutRequest):
    def reasons(self, notice: Notice, row: WaiverRequest) -> Iterator[str]:
        if row.answered_by is None:
            yield "Nobody has answered it."
        yield not_the_owners(notice)

    def page(self, notice: Notice, row: WaiverRequest) -> str:
        return address_of_request(row)

    def values(self, notice: Notice, row: WaiverRequest) -> dict[str, str]:
        if row.answered_by is None:
            raise LookupError("nobody has answered it")
        return {
            "leader": row.answered_by.name,
            "answer": row.get_answer_display().lower(),
            "rule": row.rule_title,
        }


@DATES.add
def own_checks(person: User) -> Iterator[CalendarDate]:
    mine = PromiseCheck.objects.visible_to(person).filter(
        candidate__evaluation__owner=person, closed_at__isnull=True
    )
    for check in mine.select_related("candidate__evaluation"):
        evaluation = check.candidate.evaluation
        yield CalendarDate(
            uid=str(check.pk),
            sequence=check.occurrence,
            what="A promise check",
            evaluation=evaluation.title,
            due_at=instant_of(check.due_on, MORNING, evaluation.zone),
            link=link_to(links.page(evaluation, "promise_checks", f"check-{check.pk}")),
        )


@DATES.add
def contract_dates(person: User) -> Iterator[CalendarDate]:
    for term in terms_of(person):
        if term.deadline is None:
            continue
        evaluation = term.evaluation
        yield CalendarDate(
            uid=str(term.pk),
            sequence=term.occurrence,
            what="Last day to give notice" if term.notice_day else "A contract ends",
            evaluation=evaluation.title,
            due_at=instant_of(term.deadline, MORNING, evaluation.zone),
            link=link_to(links.page(evaluation, "promise_checks", "contract")),
        )


STAGES = {str(stage.value): stage.label.lower() for stage in Stage}
JOURNAL.register(
    "workflow", JournalPart(words=phrases_beside(__file__), codes={"stage": STAGES})
)
