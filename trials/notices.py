"""The kinds of notices of trials, demos, milestones, gaps and runs."""

import datetime
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from functools import lru_cache
from typing import Any, ClassVar

from django.db.models import Q, QuerySet
from django.dispatch import receiver
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from evaltracker.evaluations.choices import Stage, Status
from evaltracker.evaluations.models import Evaluation, Notice, User
from evaltracker.notices.about import ENDED, About, ended, not_the_owners
from evaltracker.notices.calendars import (
    DATES,
    CalendarDate,
    calendar_of,
    cancellation_of,
)
from evaltracker.notices.kinds import Message, register
from evaltracker.notices.mail import date_in_words, link_to, zone_of
from evaltracker.requirements.services.scopes import USES, Used
from evaltracker.toolbox.days import MORNING, instant_of, wall_of
from evaltracker.toolbox.working_days import day_in_words
from stakeholders.models import Stakeholder
from stakeholders.services.people import uses_asked
from trials.choices import MilestoneState
from trials.models import (
    Criterion,
    Demo,
    Evidence,
    Excuse,
    Gap,
    Milestone,
    RunToken,
    Score,
    ScriptItem,
    Trial,
)
from trials.policy import today_in
from trials.selectors.ledger import SLIP_NOTICE, slipped_claims
from trials.selectors.trials import (
    agreed_trial,
    asked_musts,
    contract_of,
    half_time_alarm,
    orphaned_milestones,
    silent_since,
)
from vendors.choices import CandidateState
from vendors.models import Candidate, Claim
from vendors.notices import ToVendor, named_in
from vendors.selectors.progress import SOURCES, Open

CLOSED = "The trial is closed."


class AboutTrial(About[Trial]):
    rows: ClassVar = Trial.objects.select_related("candidate__evaluation")

    def title(self, row: Trial) -> str:
        return row.title

    def page(self, notice: Notice, row: Trial) -> str:
        return reverse("admin:trial", args=[row.pk])


@register
class ContractToAgree(AboutTrial):
    """A trial's contract waits for the reader's role to agree."""

    gone: ClassVar[str] = "The contract was taken back."

    def reasons(self, notice: Notice, row: Trial) -> Iterator[str]:
        if row.proposed_at is None:
            yield self.gone
        yield why_over(notice, row)
        if str(row.version) != notice.occurrence:
            yield "The contract has other words now."
        reader = notice.recipient
        if reader is None or not contract_of(row).parts_of(reader):
            yield "The role has agreed."

    def values(self, notice: Notice, row: Trial) -> dict[str, str]:
        return {
            "again": "yes" if row.agreed_at is not None else "",
            "days": str(-notice.offset_days) if notice.offset_days else "",
            "starts": day_in_words(row.starts_on),
            "verb": "starts" if self.first_hour(row) > timezone.now() else "started",
            "entry": "yes" if self.first_hour(row) > timezone.now() else "",
        }

    def compose(self, notice: Notice) -> Message:
        """It waits today; the first day of the trial goes into the calendar."""
        row = self.row(notice)
        starts = self.first_hour(row)
        first = notice.place.say("The first day of a trial")
        if starts > timezone.now():
            entry = first
        else:
            entry = ""
        return self.letter(notice, row, **self.on(notice, row, starts, entry=entry))

    def first_hour(self, row: Trial) -> datetime.datetime:
        return instant_of(row.starts_on, MORNING, row.zone)

    def page(self, notice: Notice, row: Trial) -> str:
        return f"{super().page(notice, row)}#contract"


@register
class HalfGone(AboutTrial):
    """Half of a trial is gone, and nobody has touched one of its must-haves."""

    name: ClassVar[str] = "trial_half_gone"
    gone: ClassVar[str] = CLOSED

    def reasons(self, notice: Notice, row: Trial) -> Iterator[str]:
        if row.closed_at is not None:
            yield CLOSED
        yield why_over(notice, row)
        if row.starts_on.isoformat() != notice.occurrence:
            yield "The trial was moved."
        if not half_time_alarm(row):
            yield "Every must-have was tried."

    def values(self, notice: Notice, row: Trial) -> dict[str, str]:
        number = len(half_time_alarm(row))
        return {
            "number": str(number),
            "asked": str(len(asked_musts(row))),
            "several": "yes" if number > 1 else "",
        }


def why_over(notice: Notice, trial: Trial) -> str:
    """Why there is nothing to do in a trial any more; empty while there is."""
    return ended(notice) or (CLOSED if trial.closed_at else "")


GAPS = Gap.objects.select_related("trial__candidate")
GAP_NOTICES_CLOSED = "The gap is closed."


class ToTrialLead(About[Gap]):
    rows: ClassVar = GAPS
    gone: ClassVar[str] = GAP_NOTICES_CLOSED

    def title(self, row: Gap) -> str:
        return row.trial.title

    def page(self, notice: Notice, row: Gap) -> str:
        return reverse("admin:trial", args=[row.trial_id]) + f"#gap-{row.pk}"


@register
class GapReplied(ToTrialLead):
    """The vendor answered a gap: told to who runs the trial."""

    def reasons(self, notice: Notice, row: Gap) -> Iterator[str]:
        if row.reply_at is None or row.closed_at is not None:
            yield GAP_NOTICES_CLOSED
        yield why_over(notice, row.trial)
        if row.reply_at and row.reply_at.isoformat() != notice.occurrence:
            yield "There is a newer reply."
        if row.trial.lead_id != notice.recipient_id:
            yield "Somebody else leads the trial now."


@register
class RetestDue(ToTrialLead):
    """The day has come for which a vendor promised a mend: told to who tries it."""

    can_wait: ClassVar[bool] = True

    def reasons(self, notice: Notice, row: Gap) -> Iterator[str]:
        if row.closed_at is not None:
            yield GAP_NOTICES_CLOSED
        yield why_over(notice, row.trial)
        if row.trial.lead_id != notice.recipient_id:
            yield "Somebody else leads the trial now."
        day = row.promised_for
        if day is None or day.isoformat() != notice.occurrence:
            yield "Another day is promised."
        if not row.retest_is_due:
            yield "It was tried again."


@register
class GapFound(ToVendor[Gap]):
    """Something was found missing in the vendor's trial, while it can still help."""

    rows: ClassVar = GAPS
    gone: ClassVar[str] = GAP_NOTICES_CLOSED

    def title(self, row: Gap) -> str:
        return row.trial.title

    def candidates(self, notice: Notice, row: Gap) -> QuerySet[Candidate]:
        return super().candidates(notice, row).filter(pk=row.trial.candidate_id)

    def reasons(self, notice: Notice, row: Gap) -> Iterator[str]:
        yield from super().reasons(notice, row)
        if row.closed_at is not None or row.trial.closed_at is not None:
            yield GAP_NOTICES_CLOSED
        if row.trial.agreed_at is None:
            yield "The trial is not agreed."
        yield self.answered(notice, row)

    def answered(self, notice: Notice, row: Gap) -> str:
        """Why no answer is asked for any more; empty while one is."""
        if row.reply_at:
            return "It was answered."
        return ""

    def values(self, notice: Notice, row: Gap) -> dict[str, str]:
        """For the calls that read and answer it; not what was found."""
        return {
            **super().values(notice, row),
            "invitation": str(row.trial.candidate_id),
            "gap": str(row.pk),
            "until": "yes" if row.reply_until else "",
        }

    def date(self, notice: Notice, row: Gap) -> dict[str, Any]:
        return self.on(notice, row, row.reply_until, entry=_("An answer is due"))


@register
class GapStillThere(GapFound):
    """It was tried again and is still missing."""

    def answered(self, notice: Notice, row: Gap) -> str:
        tried = row.retested_at
        if tried is None or tried.isoformat() != notice.occurrence:
            return "It was tried again since."
        if row.reply_at and row.reply_at > tried:
            return "It was answered."
        return ""

    def date(self, notice: Notice, row: Gap) -> dict[str, Any]:
        """None: who answers once more may take their time."""
        return {}


def open_in_trials(candidate: Candidate) -> Iterator[Open]:
    """What waits for its vendor here: a reply, a demo, a trial."""
    evaluation = candidate.evaluation
    trial = agreed_trial(candidate)
    for demo in Demo.objects.filter(candidate=candidate).to_come():
        yield "demo", {"demo": demo}
    if trial is None or trial.closed_at or not evaluation.is_open:
        return
    rows = trial.gaps.filter(reply_at=None, closed_at=None)
    in_time = evaluation.stage == Stage.TRIALS
    if gaps := [gap for gap in rows if in_time or gap.awaits_reply]:
        ends = [gap.reply_until for gap in gaps if gap.awaits_reply and gap.reply_until]
        until = min(ends, default=None)
        yield "gap", {"number": len(gaps), "until": until, "zone": trial.zone}
    if today_in(trial.zone) <= trial.ends_on:
        yield "trial", {"trial": trial}


SOURCES.append(open_in_trials)


ANOTHERS = "The milestone belongs to somebody else now."


class AboutMilestone(About[Milestone]):
    """A mail about a milestone; a kind of it adds whose it is and what it says."""

    # In two queries, whatever the number.
    rows: ClassVar = Milestone.objects.prefetch_related("evaluation")
    gone: ClassVar[str] = "The milestone is no longer there."

    def titles(self, ids: Collection[str]) -> dict[str, str]:
        rows = self.rows.filter(pk__in=ids).select_related("trial__candidate")
        return {
            str(row.pk): f"{row.title} ({row.trial.candidate})"
            if row.trial
            else row.title
            for row in rows
        }

    def reasons(self, notice: Notice, row: Milestone) -> Iterator[str]:
        if row.state != MilestoneState.OPEN:
            yield f"The milestone is {row.get_state_display().lower()}."
        if str(row.occurrence) != notice.occurrence:
            yield "The milestone was moved."
        if not row.evaluation.is_open:
            yield ENDED

    def page(self, notice: Notice, row: Milestone) -> str:
        """The page that shows it; the title may name a vendor."""
        return page_of_milestone(row)

    def values(self, notice: Notice, row: Milestone) -> dict[str, str]:
        mine = row.owner_id == notice.recipient_id
        return {"what": noun_of(row), "anothers": "" if mine else "yes"}

    def compose(self, notice: Notice) -> Message:
        row = self.row(notice)
        return self.dated(notice, row, row.due_at)


@register
class MilestoneDue(AboutMilestone):
    """A reminder to the owner of a milestone, some days before it and on the day."""

    can_wait: ClassVar[bool] = True

    def reasons(self, notice: Notice, row: Milestone) -> Iterator[str]:
        yield from super().reasons(notice, row)
        if row.owner_id != notice.recipient_id:
            yield ANOTHERS


@register
class MilestoneGiven(MilestoneDue):
    """It was somebody else's and is the reader's now."""


@register
class MilestoneOrphaned(AboutMilestone):
    """It is nobody's any more: told to who runs the purchase."""

    def reasons(self, notice: Notice, row: Milestone) -> Iterator[str]:
        yield from super().reasons(notice, row)
        yield not_the_owners(notice)
        if not orphaned_milestones().filter(pk=row.pk).exists():
            yield "Its owner takes part again."


@register
class MilestoneOverdue(AboutMilestone):
    """It has passed and is open: each working day to its owner, then further up."""

    def reasons(self, notice: Notice, row: Milestone) -> Iterator[str]:
        yield from super().reasons(notice, row)
        if notice.recipient_id not in (row.owner_id, row.evaluation.owner_id):
            yield ANOTHERS


def noun_of(milestone: Milestone) -> str:
    say = milestone.evaluation.say
    if milestone.trial_id:
        return say("A trial milestone")
    return "A milestone"


def page_of_milestone(milestone: Milestone) -> str:
    """The page that shows it: its trial's, else the trials of the evaluation.

    A mail that is owed goes out even while a page is missing, so the start page
    stands in for it.
    """
    try:
        if milestone.trial_id:
            return _address("admin:trial", str(milestone.trial_id))
        return _address("admin:evaluation_trials", milestone.evaluation.slug)
    except NoReverseMatch:
        return reverse("admin:index")


@lru_cache(maxsize=1024)
def _address(page: str, of: str) -> str:
    """Looked up once for the many mails of a sweep about one trial."""
    return reverse(page, args=[of])


@register
class PromiseSlipped(About[Claim]):
    """A planned date passed, and nothing shows that it was kept; to the owner."""

    name: ClassVar[str] = SLIP_NOTICE
    # It blocks nobody: a day more or less changes nothing.
    can_wait: ClassVar[bool] = True
    rows: ClassVar = Claim.objects.select_related("candidate", "requirement")

    def title(self, row: Claim) -> str:
        """Who promised what; the date stands in its story."""
        return f"{row.candidate}, {row.requirement.ref}"

    def reasons(self, notice: Notice, row: Claim) -> Iterator[str]:
        yield ended(notice)
        yield not_the_owners(notice)
        if not slipped_claims(notice.place, Claim.objects.filter(pk=row.pk)):
            yield "The date was moved, or there is proof now."

    def page(self, notice: Notice, row: Claim) -> str:
        """Where its story stands; a mail that is owed leaves even without a page."""
        try:
            return reverse("admin:cell", args=[row.candidate_id, row.requirement_id])
        except NoReverseMatch:
            return "/"


@register
class RunTokenLeaked(About[RunToken]):
    """A run token stood in an address and was revoked: told to who runs the trial."""

    rows: ClassVar = RunToken.objects.select_related("trial")

    def reasons(self, notice: Notice, row: RunToken) -> Iterator[str]:
        yield ended(notice)
        yield "The trial is closed." if row.trial.closed_at else ""

    def title(self, row: RunToken) -> str:
        return f"{row.prefix}… of {row.trial.title}"

    def page(self, notice: Notice, row: RunToken) -> str:
        return reverse("admin:trial_runs", args=[row.trial_id])

    def values(self, notice: Notice, row: RunToken) -> dict[str, str]:
        return {"prefix": row.prefix}


@register
class BenchmarkSilent(AboutTrial):
    """The benchmark of a trial has stopped reporting: told to its lead."""

    gone: ClassVar[str] = CLOSED

    def reasons(self, notice: Notice, row: Trial) -> Iterator[str]:
        yield why_over(notice, row)
        since = silent_since(row)
        if since is None or since.isoformat() != notice.occurrence:
            yield "Runs have come in since, or the trial's last day is over."

    def page(self, notice: Notice, row: Trial) -> str:
        return f"{super().page(notice, row)}#criteria"

    def values(self, notice: Notice, row: Trial) -> dict[str, str]:
        since = datetime.date.fromisoformat(notice.occurrence)
        return {"day": day_in_words(since), "ends": day_in_words(row.ends_on)}


WHAT = "A demo"


class AboutDemo(About[Demo]):
    """A mail about a demo to who has a part; it names no candidate."""

    rows: ClassVar = Demo.objects.select_related(
        "candidate__evaluation"
    ).prefetch_related("candidate__evaluation__stakeholders", "guests__stakeholder")
    gone: ClassVar[str] = "The demo is no longer there."

    def title(self, row: Demo) -> str:
        return f"{row.title} ({row.candidate})"

    def reasons(self, notice: Notice, row: Demo) -> Iterator[str]:
        """Unless the reader has a part; an operator may see it without one."""
        if row.scheduled_for is None:
            yield self.gone
        place = row.candidate.evaluation
        takes_part = {place.owner_id} | {
            stakeholder.user_id
            for stakeholder in place.stakeholders.all()
            if stakeholder.left_at is None
        }
        if notice.recipient_id not in takes_part:
            yield "They have no part in the evaluation any more."

    def page(self, notice: Notice, row: Demo) -> str:
        return page_of_demo(row)

    def values(self, notice: Notice, row: Demo) -> dict[str, str]:
        return {"what": row.candidate.evaluation.say(WHAT)}

    def letter_on(self, notice: Notice, date: CalendarDate, ics: Any) -> Message:
        return self.letter(
            notice,
            self.row(notice),
            date=date_in_words(date.due_at, zone_of(notice)),
            due_at=date.due_at,
            ics=ics,
        )


class AboutDemoToCome(AboutDemo):
    """A mail that says when it is."""

    can_wait: ClassVar[bool] = True

    def reasons(self, notice: Notice, row: Demo) -> Iterator[str]:
        yield from super().reasons(notice, row)
        if row.called_off_at is not None:
            yield "The demo was called off."
        if row.held_at is not None:
            yield "The demo was held."
        if not is_asked(row, notice):
            yield "They are not asked to attend any more."
        if not row.candidate.evaluation.is_open:
            yield ENDED
        if row.candidate.state == CandidateState.ELIMINATED:
            yield "The candidate was eliminated."
        if str(row.occurrence) != notice.occurrence:
            yield "The demo was moved."
        if row.scheduled_for is None or row.scheduled_for <= timezone.now():
            yield "The time of the demo has come."

    def compose(self, notice: Notice) -> Message:
        row = self.row(notice)
        date = date_of(row)
        return self.dated(
            notice, row, date.due_at, verb="takes place", ics=calendar_of(date)
        )


@register
class DemoArranged(AboutDemoToCome):
    """It was arranged, or moved: everybody with a part hears when it is."""

    def compose(self, notice: Notice) -> Message:
        date = date_of(self.row(notice))
        return self.letter_on(notice, date, calendar_of(date))

    def values(self, notice: Notice, row: Demo) -> dict[str, str]:
        day = wall_of(date_of(row).due_at, zone_of(notice)).date()
        return {**super().values(notice, row), "day": day_in_words(day)}


@register
class DemoComing(AboutDemoToCome):
    """It is tomorrow: everybody with a part is reminded."""


@register
class DemoCalledOff(AboutDemo):
    """It does not take place: told at once, since somebody may be on the way to it."""

    def compose(self, notice: Notice) -> Message:
        date = date_of(self.row(notice))
        return self.letter_on(notice, date, cancellation_of(date))


@register
class DemoWithoutThem(AboutDemo):
    """They are not asked to attend any more: it leaves their calendar.

    Its occurrence is the `sequence` of the cancellation, above that of the entry.
    """

    def reasons(self, notice: Notice, row: Demo) -> Iterator[str]:
        yield from super().reasons(notice, row)
        if is_asked(row, notice):
            yield "They are asked to attend after all."
        if row.called_off_at is not None or row.has_passed:
            yield "There is no demo to come."

    def compose(self, notice: Notice) -> Message:
        date = date_of(self.row(notice))
        off = cancellation_of(replace(date, sequence=int(notice.occurrence)))
        return self.letter_on(notice, date, off)


def asked_to_attend(demo: Demo, people: Iterable[User]) -> list[User]:
    invited = _invited(demo)
    return [person for person in people if not invited or person.pk in invited]


def is_asked(demo: Demo, notice: Notice) -> bool:
    invited = _invited(demo)
    return not invited or notice.recipient_id in invited


def _invited(demo: Demo) -> set[int]:
    """By id who is asked; empty if everybody is."""
    guests = {guest.stakeholder.user_id for guest in demo.guests.all()}
    return guests and guests | {demo.candidate.evaluation.owner_id}


def date_of(demo: Demo) -> CalendarDate:
    if demo.scheduled_for is None:
        raise LookupError("the demo has no date")
    return CalendarDate(
        uid=str(demo.pk),
        sequence=demo.occurrence,
        what=demo.candidate.evaluation.say(WHAT),
        evaluation=demo.candidate.evaluation.title,
        due_at=demo.scheduled_for,
        link=link_to(page_of_demo(demo)),
        minutes=demo.minutes,
        place=demo.meeting_url,
    )


def page_of_demo(demo: Demo) -> str:
    return reverse("admin:demo", args=[demo.pk])


@DATES.add
def own_milestones(person: User) -> Iterator[CalendarDate]:
    """The milestones that are theirs and still open; titles may name a vendor."""
    mine = Milestone.objects.visible_to(person).filter(
        owner=person, state=MilestoneState.OPEN, evaluation__status=Status.OPEN
    )
    for milestone in mine.select_related("evaluation"):
        yield CalendarDate(
            uid=str(milestone.pk),
            sequence=milestone.occurrence,
            what=noun_of(milestone),
            evaluation=milestone.evaluation.title,
            due_at=milestone.due_at,
            link=link_to(page_of_milestone(milestone)),
        )


@DATES.add
def own_demos(person: User) -> Iterator[CalendarDate]:
    """The demos to come that they are asked to attend."""
    theirs = Q(candidate__evaluation__owner=person) | Q(
        candidate__evaluation__in=Stakeholder.objects.filter(
            user=person, left_at__isnull=True
        ).values("evaluation")
    )
    coming = Demo.objects.visible_to(person).to_come().filter(theirs)
    rows = coming.select_related("candidate__evaluation")
    for demo in rows.prefetch_related("guests__stakeholder"):
        if asked_to_attend(demo, [person]):
            yield date_of(demo)


# By table: how a place is called, and where its candidate and its requirement stand.
PLACES: dict[Any, tuple[str, str, str]] = {
    Evidence: ("a verdict on", "claim__candidate__name", "claim__requirement__ref"),
    Criterion: ("a criterion of", "trial__candidate__name", "requirement__ref"),
    ScriptItem: ("a script item on", "demo__candidate__name", "requirement__ref"),
    Excuse: ("the excuse of", "candidate__name", "requirement__ref"),
}


@USES.add
def uses_in_verdicts(evaluation: Evaluation) -> Used:
    """Of verdicts, criteria, script items and excuses, whatever became of them."""
    return named_in(
        (f"{what} {ref} of {candidate}", named)
        for model, (what, *paths) in PLACES.items()
        for candidate, ref, named in model.objects.in_evaluation(
            evaluation
        ).values_list(*paths, "named_values")
    )


@receiver(uses_asked)
def scored(*, part: Stakeholder, **_: Any) -> str:
    has_scored = Score.objects.filter(sheet__stakeholder=part).exists()
    return "given scores" if has_scored else ""
