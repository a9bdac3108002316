"""What is new for a person: what was sent to them, and what vendors sent.

The count in the head of every page is one query, which stops at a hundred; it reads
what belongs to the person, and nothing that is older than a month.
"""

import datetime
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from evaltracker.decision import links
from evaltracker.evaluations.choices import NoticeState
from evaltracker.evaluations.models import Evaluation, Notice, User
from evaltracker.notices.kinds import DAILY_MAIL
from evaltracker.pages.base import label
from evaltracker.toolbox.text import shortened
from evaltracker.workflow.models import BellLook
from trials.models import Gap
from vendors.models import Proposal, Question, Submission

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
