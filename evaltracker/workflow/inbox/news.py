"""What is new for a person: what was sent to them, and what vendors sent.

The count in the head of every page is one query, which stops at a hundred; it reads
what belongs to the person, and nothing that is older than a month.
"""

import dataclasses
import datetime
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone

from evaltracker.comments.reading import discuss_address
from evaltracker.decision import links
from evaltracker.decision.models import Letter
from evaltracker.decision.selectors import due_checks, due_terms
from evaltracker.evaluations.choices import NoticeState, Status
from evaltracker.evaluations.models import Evaluation, Mention, Notice, User
from evaltracker.importing.services.waiting import waiting_for, what_waits
from evaltracker.notices.kinds import DAILY_MAIL
from evaltracker.pages.acts import address_of
from evaltracker.pages.base import label
from evaltracker.toolbox.days import today_in
from evaltracker.toolbox.text import listed_few, shortened
from evaltracker.workflow.inbox.items import Desk, WorkItem
from evaltracker.workflow.models import BellLook
from stakeholders.choices import Role
from trials.models import Demo, Gap
from trials.notices import asked_to_attend
from vendors.choices import CandidateState
from vendors.models import Conflict, PriceOpening, Proposal, Question, Submission
from vendors.selectors.costs import OPENING_ROLES, interested

# A check is work from two weeks before its day on.
AHEAD = datetime.timedelta(days=14)
# A letter that was not sent for so long is not meant to be.
FRESH = datetime.timedelta(days=30)


def checks(desk: Desk) -> Iterator[WorkItem]:
    until = (timezone.now() + AHEAD).date()
    for check in due_checks(desk.user, until):
        evaluation = check.candidate.evaluation
        if desk.only not in (None, evaluation):
            continue
        yield WorkItem(
            evaluation,
            f"Promise check: does it hold after {check.months} months?",
            "You run this evaluation. What was promised and what was to get better is "
            "looked at again; the memo does not change by it.",
            check.due_on,
            links.page(evaluation, "promise_checks", f"check-{check.pk}"),
            "promise_check",
            late=check.due_on < today_in(evaluation.zone),
        )


def letters(desk: Desk) -> Iterator[WorkItem]:
    rows = Letter.objects.filter(
        candidate__evaluation__owner=desk.user,
        released_at__isnull=True,
        drafted_at__gte=timezone.now() - FRESH,
    ).values_list("candidate__evaluation", flat=True)
    numbers = Counter(rows)
    if desk.only is not None:
        numbers = Counter({desk.only.pk: numbers[desk.only.pk]})
    found = Evaluation.objects.in_bulk(
        [key for key, number in numbers.items() if number]
    )
    for key, evaluation in found.items():
        number = numbers[key]
        yield WorkItem(
            evaluation,
            f"Send {number} letter{'s' if number > 1 else ''} about the decision",
            "Vendors that answered wait to hear what was decided, and why.",
            None,
            links.page(evaluation, "letters"),
            "letters",
        )


def contracts(desk: Desk) -> Iterator[WorkItem]:
    for term in due_terms(desk.user):
        evaluation = term.evaluation
        if desk.only not in (None, evaluation):
            continue
        runs = evaluation.owner_id == desk.user.pk
        why = "You run this evaluation." if runs else "You look after the contract."
        yield WorkItem(
            evaluation,
            "Decide whether the contract goes on",
            f"{why} {'Notice can be given until' if term.notice_day else 'It ends'} "
            "then.",
            term.deadline,
            links.page(evaluation, "promise_checks", "contract"),
            "contract_term",
            late=(term.deadline or today_in(evaluation.zone))
            < today_in(evaluation.zone),
        )


def demos(desk: Desk) -> Iterator[WorkItem]:
    takes_part = {part.evaluation_id for part in desk.parts}
    takes_part |= {evaluation.pk for evaluation in desk.owned}
    where = [key for key in takes_part if not desk.keeps_out(key)]
    if not where:
        return
    rows = Demo.objects.filter(
        candidate__evaluation__in=where,
        held_at__isnull=True,
        called_off_at__isnull=True,
        scheduled_for__isnull=False,
    ).exclude(candidate__state=CandidateState.ELIMINATED)
    rows = rows.select_related("candidate").only(
        *("scheduled_for", "minutes", "candidate__name", "candidate__evaluation")
    )
    for demo in rows.prefetch_related("guests__stakeholder"):
        evaluation = desk.evaluations[demo.candidate.evaluation_id]
        demo.candidate.evaluation = evaluation
        if demo.has_passed or not asked_to_attend(demo, [desk.user]):
            continue
        item = desk.item(
            "demo",
            evaluation,
            f"Demo of {demo.candidate}",
            "You are asked to attend. Its page has the script.",
            reverse("admin:demo", args=[demo.pk]),
            demo.scheduled_for,
        )
        # While it takes place it is on time.
        yield dataclasses.replace(item, late=False)


def imports(desk: Desk) -> Iterator[WorkItem]:
    for draft in waiting_for(by=desk.user, evaluations=desk.evaluations.values()):
        evaluation = desk.evaluations[draft.evaluation_id]
        waiting = what_waits(draft)
        yield desk.item(
            "import",
            evaluation,
            waiting.what,
            waiting.why,
            links.page(evaluation, f"import_{draft.kind}"),
            waiting.until,
            waits=not waiting.is_theirs,
        )


def interests(desk: Desk) -> Iterator[WorkItem]:
    for key, candidates in desk.undeclared.items():
        evaluation = desk.evaluations[key]
        names = listed_few([candidate.name for candidate in candidates])
        yield desk.item(
            "interests",
            evaluation,
            "Declare conflicts of interest",
            f"You read answers once you declare. Do you have a stake in {names}?",
            address_of("declare-interests", evaluation),
            candidates=tuple(candidates),
        )


def clearings(desk: Desk) -> Iterator[WorkItem]:
    led = {part.evaluation_id for part in desk.parts if part.role == Role.LEADERSHIP}
    led = {key for key in led if not desk.keeps_out(key)}
    if not led:
        return
    rows = Conflict.objects.barring().filter(
        candidate__evaluation__in=led, person=F("candidate__evaluation__owner")
    )
    for conflict in rows.select_related("candidate", "person"):
        evaluation = desk.evaluations[conflict.candidate.evaluation_id]
        yield desk.item(
            "clearing",
            evaluation,
            f"Look at the conflict of interest of {conflict.person.name}",
            f"{conflict.person.name} runs this evaluation and declared one in "
            f"{conflict.candidate}; only Leadership clears it.",
            address_of("clear-interest", conflict),
        )


def mentions(desk: Desk) -> Iterator[WorkItem]:
    if not Mention.objects.waiting().filter(person=desk.user).exists():
        return
    rows = Mention.objects.visible_to(desk.user).waiting().filter(person=desk.user)
    if desk.only is not None:
        rows = rows.in_evaluation(desk.only)
    rows = rows.exclude(comment__evaluation__status=Status.CANCELLED)
    said = set()
    for row in rows.select_related(
        "comment__author", "comment__evaluation__owner"
    ).order_by("-comment__written_at"):
        comment = row.comment
        link = discuss_address(comment.topic, comment.subject_id, comment.part)
        if link not in said:
            said.add(link)
            yield WorkItem(
                comment.evaluation,
                f"{comment.author.name} mentioned you: {comment.about}",
                "It waits until you reply or mark it as read.",
                None,
                link,
                "mention",
            )


MOST, SHOWN = 100, 50
MONTH = datetime.timedelta(days=30)


@dataclass(frozen=True, slots=True)
class News:
    at: datetime.datetime
    what: str
    evaluation: Evaluation | None
    link: str
    icon: str


@dataclass(frozen=True, slots=True)
class Source:
    """One kind of news: whose rows, at which moment they came, and how one reads."""

    rows: Callable[[User], QuerySet[Any]]
    moment: str
    evaluation: str
    what: Callable[[Any], str]
    link: Callable[[Any, Evaluation], str]
    icon: str


def mails(user: User) -> QuerySet[Notice]:
    """The person's own, once they were sent; the mail that carries others is none."""
    rows: QuerySet[Notice] = Notice.objects.visible_to(user).filter(recipient=user)
    return rows.filter(state=NoticeState.SENT).exclude(kind=DAILY_MAIL)


def of_owner(model: Any, path: str) -> Callable[[User], QuerySet[Any]]:
    """Rows of evaluations that the person runs; others are told by mail."""

    def rows(user: User) -> QuerySet[Any]:
        found: QuerySet[Any] = model.objects.visible_to(user)
        return found.filter(Q((f"{path}__owner", user)))

    return rows


SOURCES = (
    Source(
        mails,
        "sent_at",
        "evaluation",
        lambda row: f"Mail: {label(row.kind).lower()}",
        lambda row, where: links.page(where, "overview"),
        "mail",
    ),
    Source(
        of_owner(Submission, "candidate__evaluation"),
        "submitted_at",
        "candidate__evaluation",
        lambda row: f"{row.candidate} handed in its answer",
        lambda row, where: links.page(where, "sent"),
        "inbox",
    ),
    Source(
        of_owner(Question, "evaluation"),
        "asked_at",
        "evaluation",
        lambda row: f"Question: {shortened(row.text, 90)}",
        lambda row, where: links.page(where, "questions", "questions"),
        "help",
    ),
    Source(
        of_owner(Proposal, "candidate__evaluation"),
        "proposed_at",
        "candidate__evaluation",
        lambda row: f"Suggested requirement: {shortened(row.text, 90)}",
        lambda row, where: links.page(where, "questions", "proposals"),
        "add_task",
    ),
    Source(
        of_owner(Gap, "trial__candidate__evaluation"),
        "reply_at",
        "trial__candidate__evaluation",
        lambda row: f"{row.trial.candidate} replied to a gap",
        lambda row, where: f"{links.trial(row.trial)}#gap-{row.pk}",
        "reply",
    ),
)


def unseen(source: Source, user: User) -> QuerySet[Any]:
    month_ago = timezone.now() - MONTH
    looked = BellLook.objects.visible_to(user).values("until")[:1]
    since = {
        f"{source.moment}__gt": Coalesce(looked, month_ago),
        f"{source.moment}__gte": month_ago,
    }
    return source.rows(user).filter(**since)


def count_news(user: User) -> int:
    """How much is new, up to a hundred; one query."""
    first, *others = (
        unseen(source, user).order_by().values_list(F(source.moment))
        for source in SOURCES
    )
    return len(first.union(*others, all=True).order_by()[:MOST])


def news(user: User) -> list[News]:
    found = [each for source in SOURCES for each in _told(source, user)]
    return sorted(found, key=lambda each: each.at, reverse=True)[:SHOWN]


def _told(source: Source, user: User) -> Iterator[News]:
    rows = unseen(source, user).select_related(source.evaluation)
    for row in rows.order_by(f"-{source.moment}")[:SHOWN]:
        where: Any = row
        for step in source.evaluation.split("__"):
            where = getattr(where, step)
        link = source.link(row, where) if where is not None else ""
        at = getattr(row, source.moment)
        yield News(at, source.what(row), where, link, source.icon)


def openings(desk: Desk) -> Iterator[WorkItem]:
    seats = seats_of(desk)
    rows = PriceOpening.objects.awaited().filter(evaluation__in=list(seats))
    asked = list(rows.select_related("asked_by")) if seats else []
    barred = interested([opening.evaluation_id for opening in asked]) if asked else {}
    for opening in asked:
        evaluation = desk.evaluations[opening.evaluation_id]
        never = {evaluation.owner_id, opening.asked_by_id, *barred[evaluation.pk]}
        if desk.user.pk in never or not seats[evaluation.pk] - never:
            continue
        yield desk.item(
            "open_prices",
            evaluation,
            "Open the prices",
            f"{opening.asked_by.name} asked to open them; a second person, from "
            "Leadership or Finance, confirms.",
            reverse("admin:act_on", args=["confirm-price-opening", opening.pk]),
        )


def seats_of(desk: Desk) -> dict[uuid.UUID, set[int]]:
    found: dict[uuid.UUID, set[int]] = {}
    for part in (*desk.parts, *(delegation.stakeholder for delegation in desk.lent)):
        if part.role in OPENING_ROLES:
            found.setdefault(part.evaluation_id, set()).add(part.user_id)
    return found
