"""Many evaluations at a glance: what each may tell its reader in one line.

Read from what is kept, in as many queries for many as for one. Nothing is counted here.
"""

import datetime
import uuid
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

from django.db.models import F, Min, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from evaltracker.decision import links
from evaltracker.decision.models import (
    ContractTerm,
    Decision,
    KeptDraws,
    Outlook,
    PromiseCheck,
)
from evaltracker.evaluations.choices import NoticeState, Status
from evaltracker.evaluations.models import Evaluation, Notice, User, Visit
from evaltracker.evaluations.policy import evaluation_of
from evaltracker.evaluations.words import say_in
from evaltracker.notices.about import About, ended
from evaltracker.notices.kinds import DAILY_MAIL, register
from evaltracker.pages.base import label
from evaltracker.requirements.plan import Plan
from evaltracker.toolbox.days import local_day, today_in
from evaltracker.toolbox.text import listed, shortened
from evaltracker.toolbox.working_days import lately
from evaltracker.workflow.gates import Blocker
from evaltracker.workflow.inbox import kinds
from evaltracker.workflow.inbox.items import (
    ALIKE,
    ASKED_FOR,
    GROUPS,
    NEWS,
    OTHERS,
    InboxContext,
    WorkItem,
    asked_at,
    conditions,
    milestones,
    next_steps,
    weights,
)
from evaltracker.workflow.models import BellLook, Snooze
from stakeholders.models import APPROVALS, SignOff
from stakeholders.selectors import places_of, plan_of
from trials.choices import MilestoneState
from trials.models import Demo, Gap, Milestone
from vendors.models import Candidate, Conflict, Proposal, Question, Submission
from vendors.policy import to_declare

KINDS: tuple[Callable[[InboxContext], Iterator[WorkItem]], ...] = (
    kinds.sign_offs,
    kinds.interests,
    kinds.clearings,
    kinds.openings,
    kinds.waivers,
    kinds.contracts,
    kinds.demos,
    kinds.led_trials,
    conditions,
    milestones,
    kinds.scores,
    kinds.far_apart_scores,
    weights,
    next_steps,
    kinds.counted,
    kinds.imports,
)
# What goes on once an evaluation has ended.
AFTER: tuple[Callable[[InboxContext], Iterator[WorkItem]], ...] = (
    kinds.checks,
    kinds.contract_terms,
    kinds.letters,
    kinds.mentions,
)


def my_work(user: User, evaluation: Evaluation | None = None) -> list[WorkItem]:
    """What waits on `user`, the most urgent first; of one evaluation if given.

    Each kind takes a fixed number of queries, however many evaluations there are.
    What takes a close look, the next step and whether words have changed, is read
    from the last one, and looked at again for the first few that moved since.
    """
    if not user.is_active:
        return []
    desk = InboxContext(user, evaluation)
    if desk.evaluations:
        kinds_of_work = (*KINDS, *AFTER)
    else:
        kinds_of_work = AFTER
    items = [item for kind in kinds_of_work for item in kind(desk)]
    # The next step may be what another kind says more exactly, of the same place.
    general_kinds = ("next_step", "milestone")
    linked = {item.link for item in items if item.kind not in general_kinds}
    return sorted(
        (
            item
            for item in items
            if item.kind != "next_step"
            or item.link.partition("#criterion-")[0] not in linked
        ),
        key=lambda item: item.order,
    )


@dataclass(frozen=True, slots=True)
class Awaited:
    """People on whom the others wait for one kind of work, such as their signature."""

    evaluation: Evaluation
    kind: str
    people: Sequence[User]
    # As whom each is awaited, by person, and when they were asked and reminded.
    roles: Mapping[int | None, str] = field(default_factory=dict)
    times: Mapping[tuple[Any, int, str], datetime.datetime] = field(
        default_factory=dict
    )

    @property
    def pk(self) -> str:
        """What names it in the address of an act."""
        people = "-".join(str(person.pk) for person in self.people)
        return f"{self.kind}.{self.evaluation.pk}.{people}"

    @property
    def thing(self) -> str:
        """As the owner names it: “their scores”."""
        phrase: str = ASKED_FOR[self.kind]["thing"]
        return phrase.replace("your", "their", 1)

    def __str__(self) -> str:
        return listed([person.name for person in self.people])

    @property
    def as_whom(self) -> str:
        return ", ".join(sorted(set(self.roles.values())))

    def work_of(self, person: User) -> WorkItem | None:
        items = my_work(person, self.evaluation)
        kinds = ASKED_FOR[self.kind]["work"]
        return next((row for row in items if row.kind in kinds and not row.waits), None)

    def fresh(self) -> "Awaited":
        return replace(self, times=asked_at([self.evaluation], self.people))

    def reminded_today(self, person: User) -> datetime.datetime | None:
        zone = self.evaluation.zone
        at = self.times.get((self.evaluation.pk, person.pk, f"reminded.{self.kind}"))
        if at and local_day(at, zone) == today_in(zone):
            return at
        return None

    @property
    def last(self) -> datetime.datetime | None:
        """When the last of them was reminded today."""
        return max(filter(None, map(self.reminded_today, self.people)), default=None)

    @property
    def left(self) -> "Awaited":
        """Those who were not reminded today."""
        left = [person for person in self.people if not self.reminded_today(person)]
        return replace(self, people=left)

    @property
    def said(self) -> str:
        """“DevOps still has to sign: Dana Weiss, asked Tuesday”."""
        names = []
        zone = self.evaluation.zone
        roles = {self.roles.get(person.pk, "") for person in self.people}
        for person in self.people:
            if len(roles) > 1:
                role = f" ({self.roles[person.pk]})"
            else:
                role = ""
            asked_on = self.times.get((self.evaluation.pk, person.pk, self.kind))
            day = asked_on and lately(local_day(asked_on, zone), today_in(zone))
            names.append(f"{person.name}{role}" + (f", asked {day}" if day else ""))
        still = ASKED_FOR[self.kind]["still"]
        role = min(roles)
        if len(names) > 1 and not (len(roles) == 1 and role):
            return f"{len(names)} people still have {still}: {'; '.join(names)}"
        if role:
            return f"{role} still has {still}: {'; '.join(names)}"
        return f"Still {still}: {names[0]}"


def waiting_on(evaluation: Evaluation, blockers: Iterable[Blocker]) -> list[Awaited]:
    """Who may be reminded of what blocks, by kind of work."""
    kinds: dict[str, dict[int | None, str]] = {}
    for row in blockers:
        for mender in row.asked or row.menders:
            if row.kind and mender.pk not in (None, evaluation.owner_id):
                kinds.setdefault(row.kind, {})[mender.pk] = row.role
    people = User.objects.in_bulk(
        {pk for roles in kinds.values() for pk in roles if pk}
    )
    if people:
        times = asked_at([evaluation], people.values())
    else:
        times = {}
    return [
        Awaited(evaluation, kind, [people[pk] for pk in roles if pk], roles, times)
        for kind, roles in kinds.items()
    ]


type Key = uuid.UUID
UNDECLARED = "declare conflicts of interest first"
BARRED = "closed by your conflict of interest"
UNCOUNTED = "not calculated yet"


@dataclass(frozen=True, slots=True, order=True)
class Dated:
    """A day, what happens on it, and what is late once it has passed."""

    day: datetime.date
    what: str
    noun: str


@dataclass(frozen=True, slots=True)
class Glance:
    """One evaluation in a line.

    `late` names what is overdue. `too_late` says that, as planned, it will not run by
    its day. `leader` is blank while there is none, and `no_leader` says why not: the
    reader's conflicts, or that nothing was counted yet.
    """

    next_date: Dated | None
    late: str
    too_late: bool
    in_the_way: str
    leader: str
    no_leader: str


def glances(user: User, evaluations: Collection[Evaluation]) -> dict[Key, Glance]:
    keys = [evaluation.pk for evaluation in evaluations]
    running = [evaluation for evaluation in evaluations if evaluation.is_open]
    plans = _plans(running)
    outlooks = Outlook.objects.filter(evaluation__in=running)
    steps = dict(outlooks.values_list("evaluation", "what"))
    interests = Conflict.objects.barring().of(user)
    barred = set(interests.values_list("candidate__evaluation", flat=True))
    dates = _dates(user, keys)
    leaders = _leaders(user, keys, [key for key in keys if key not in barred])
    unsaid = to_declare(user).filter(evaluation__in=keys)
    counted = KeptDraws.objects.filter(evaluation__in=keys).exclude(version="")
    reasons = (
        (set(unsaid.values_list("evaluation", flat=True)), UNDECLARED),
        (barred, BARRED),
        (set(keys) - set(counted.values_list("evaluation", flat=True)), UNCOUNTED),
    )
    by_key = {}
    for evaluation in evaluations:
        key = evaluation.pk
        today = today_in(evaluation.zone)
        plan = plans.get(key)
        dated = sorted(
            [
                *_own_dates(evaluation, plan),
                *(
                    Dated(local_day(at, evaluation.zone), *map(evaluation.say, nouns))
                    for at, *nouns in dates[key]
                ),
            ]
        )
        by_key[key] = Glance(
            next_date=next((date for date in dated if date.day >= today), None),
            late=listed([date.noun for date in dated if date.day < today]),
            too_late=bool(plan and plan.already_late),
            in_the_way=steps.get(key, ""),
            leader="" if key in reasons[0][0] else leaders.get(key, ""),
            no_leader=next(
                (why for evaluation_keys, why in reasons if key in evaluation_keys), ""
            ),
        )
    return by_key


def _plans(evaluations: Collection[Evaluation]) -> dict[Key, Plan | None]:
    visits: dict[Key, list[Visit]] = defaultdict(list)
    for visit in Visit.objects.filter(evaluation__in=evaluations).order_by("number"):
        visits[visit.evaluation_id].append(visit)
    places = places_of(evaluations)
    return {
        evaluation.pk: plan_of(evaluation, visits[evaluation.pk], places[evaluation.pk])
        for evaluation in evaluations
    }


def _own_dates(evaluation: Evaluation, plan: Plan | None) -> Iterator[Dated]:
    if plan is not None:
        stage = evaluation.get_stage_display()
        ends = next(row.latest_end for row in plan.rows if row.current)
        yield Dated(ends, f"{stage} has to end", stage.lower())
    closes = evaluation.claims_close_at
    if closes is not None and evaluation.claims_are_open(timezone.now()):
        yield Dated(local_day(closes, evaluation.zone), "Answers close", "answers")


def _dates(
    user: User, keys: Collection[Key]
) -> dict[Key, list[tuple[datetime.datetime, str, str]]]:
    dates: dict[Key, list[tuple[datetime.datetime, str, str]]] = defaultdict(list)
    milestones = Milestone.objects.visible_to(user).filter(
        evaluation__in=keys, evaluation__status=Status.OPEN, state=MilestoneState.OPEN
    )
    candidates = {"candidate__evaluation__in": keys}
    demos = Demo.objects.visible_to(user).to_come().filter(**candidates)
    checks = PromiseCheck.objects.visible_to(user).filter(
        **candidates, closed_at__isnull=True
    )
    for rows, moment, what in (
        (milestones, "due_at", "Milestone"),
        (demos, "scheduled_for", "Demo"),
        (checks, "due_on", "Promise check"),
    ):
        firsts = rows.order_by().values_list(rows.model.evaluation_path)
        for key, at in firsts.annotate(Min(moment)):
            if isinstance(at, datetime.datetime):
                instant = at
            else:
                instant = _noon(at)
            dates[key].append((instant, what, f"a {what.lower()}"))
    terms = ContractTerm.objects.visible_to(user).filter(evaluation__in=keys)
    for term in terms.filter(outcome=""):
        if term.deadline is not None:
            if term.notice_day:
                what = "Notice of the contract"
            else:
                what = "Contract ends"
            dates[term.evaluation_id].append((_noon(term.deadline), what, "a contract"))
    return dates


def _noon(day: datetime.date) -> datetime.datetime:
    """A moment of that day, whatever the zone."""
    return datetime.datetime.combine(day, datetime.time(12), datetime.UTC)


def _leaders(
    user: User, keys: Collection[Key], opened: Collection[Key]
) -> dict[Key, str]:
    draws = KeptDraws.objects.visible_to(user).filter(evaluation__in=opened)
    firsts = dict(draws.values_list("evaluation", "firsts"))
    wanted = [candidate for first in firsts.values() for candidate in first]
    seen = Candidate.objects.visible_to(user).filter(pk__in=wanted)
    names = {str(pk): name for pk, name in seen.values_list("pk", "name")}
    leaders = {
        key: listed([names[candidate] for candidate in first if candidate in names])
        for key, first in firsts.items()
    }
    decided = Decision.objects.visible_to(user).filter(
        evaluation__in=keys, decided_at__isnull=False, candidate__isnull=False
    )
    return leaders | dict(decided.values_list("evaluation", "candidate__name"))


@dataclass(slots=True)
class WorkGroup:
    """Work of one sort in one evaluation, in one row."""

    items: list[WorkItem]

    @property
    def first(self) -> WorkItem:
        return self.items[0]

    @property
    def what(self) -> str:
        first = self.first
        today = today_in(self.first.evaluation.zone)
        if len(self.items) == 1:
            return first.what
        last = max((item.day for item in self.items if item.day), default=today)
        if last > today:
            until = f" until {lately(last, today)}"
        else:
            until = ""
        return first.evaluation.say(ALIKE[first.kind][0]).format(
            number=len(self.items), count=self.count, until=until
        )

    @property
    def count(self) -> int:
        return sum(item.count for item in self.items)

    @property
    def link(self) -> str:
        if len(self.items) == 1:
            return self.first.link
        return links.page(self.first.evaluation, ALIKE[self.first.kind][1])


@dataclass(slots=True)
class NewsGroup:
    name: str
    lines: list[WorkGroup] = field(default_factory=list)

    @property
    def counts(self) -> bool:
        return self.name != OTHERS


def grouped(items: Iterable[WorkItem]) -> list[NewsGroup]:
    """The groups in order, and in them the most urgent row first."""
    groups: dict[str, dict[object, WorkGroup]] = {name: {} for name in GROUPS}
    for item in sorted(items, key=lambda item: item.order):
        lines = groups[item.group]
        key: object = item.line if item.kind in ALIKE else len(lines)
        lines.setdefault(key, WorkGroup([])).items.append(item)
    return [
        NewsGroup(name, list(lines.values())) for name, lines in groups.items() if lines
    ]


def snoozed_lines(user: User) -> Mapping[str, datetime.date]:
    today = today_in(user.time_zone)
    rows = Snooze.objects.visible_to(user).filter(until__gt=today)
    return dict(rows.values_list("line", "until"))


def split_snoozed(
    items: Iterable[WorkItem], snoozed: Mapping[str, datetime.date]
) -> tuple[list[WorkItem], list[tuple[WorkGroup, datetime.date]]]:
    now: list[WorkItem] = []
    later: dict[str, list[WorkItem]] = {}
    for item in items:
        if item.line in snoozed:
            later.setdefault(item.line, []).append(item)
        else:
            now.append(item)
    return now, [(WorkGroup(alike), snoozed[key]) for key, alike in later.items()]


def occurrence_of(kind: str, day: datetime.date) -> str:
    return f"{kind}.{day.isoformat()}"


@register
class Reminded(About[Evaluation]):
    rows: ClassVar = Evaluation.objects.select_related("owner")

    def work(self, notice: Notice, row: Evaluation) -> WorkItem | None:
        """What it is about.

        Raises:
            LookupError: nobody is reminded of such a thing.
        """
        kind = notice.occurrence.partition(".")[0]
        if kind not in ASKED_FOR or notice.recipient is None:
            raise LookupError(f"“{kind}” is nothing that people are reminded of")
        return Awaited(row, kind, ()).work_of(notice.recipient)

    def reasons(self, notice: Notice, row: Evaluation) -> Iterator[str]:
        yield ended(notice)
        if self.work(notice, row) is None:
            yield "Nobody waits for it any more."

    def page(self, notice: Notice, row: Evaluation) -> str:
        work = self.work(notice, row)
        if work:
            return work.link
        return links.page(row, "overview")

    def values(self, notice: Notice, row: Evaluation) -> dict[str, str]:
        phrase = ASKED_FOR[notice.occurrence.partition(".")[0]]["thing"]
        return {"owner": row.owner.name, "thing": phrase}


# What is new for a person: what was sent to them, and what vendors sent.
#
# The count in the head of every page is one query, which stops at a hundred; it reads
# what belongs to the person, and nothing that is older than a month.

MOST = 100
SHOWN = 50
MONTH = datetime.timedelta(days=30)


@dataclass(frozen=True, slots=True)
class News:
    at: datetime.datetime
    what: str
    evaluation: Evaluation | None
    link: str
    icon: str


@dataclass(frozen=True, slots=True)
class NewsSource:
    """One kind of news: whose rows, at which moment they came, and how one reads."""

    rows: Callable[[User], QuerySet[Any]]
    moment: str
    what: Callable[[Any], str]
    link: Callable[[Any, Evaluation], str]
    icon: str


def mails(user: User) -> QuerySet[Notice]:
    """The person's own, once they were sent; the mail that carries others is none."""
    rows: QuerySet[Notice] = Notice.objects.visible_to(user).filter(recipient=user)
    return rows.filter(state=NoticeState.SENT).exclude(kind=DAILY_MAIL)


def of_owner(model: Any) -> Callable[[User], QuerySet[Any]]:
    """Rows of evaluations that the person runs; others are told by mail."""
    return lambda user: model.objects.visible_to(user).filter(
        **{f"{model.evaluation_path}__owner": user}
    )


SOURCES = (
    NewsSource(
        lambda user: of_owner(SignOff)(user).filter(verdict__in=APPROVALS),
        "signed_at",
        lambda row: (
            f"{row.printed_name} signed {row.visit.get_stage_display().lower()}"
        ),
        lambda row, where: links.page(where, "sign_offs"),
        "signature",
    ),
    NewsSource(
        mails,
        "sent_at",
        lambda row: say_in(NEWS.get(row.kind) or label(row.kind), row.evaluation),
        lambda row, where: links.page(where, "overview"),
        "mail",
    ),
    NewsSource(
        of_owner(Submission),
        "submitted_at",
        lambda row: f"{row.candidate} handed in its answer",
        lambda row, where: links.page(where, "sent"),
        "inbox",
    ),
    NewsSource(
        of_owner(Question),
        "asked_at",
        lambda row: f"Question: {shortened(row.text, 90)}",
        lambda row, where: links.page(where, "questions", "questions"),
        "help",
    ),
    NewsSource(
        of_owner(Proposal),
        "proposed_at",
        lambda row: f"Suggested requirement: {shortened(row.text, 90)}",
        lambda row, where: links.page(where, "questions", "proposals"),
        "add_task",
    ),
    NewsSource(
        of_owner(Gap),
        "reply_at",
        lambda row: f"{row.trial.candidate} replied to a gap",
        lambda row, where: f"{links.trial(row.trial)}#gap-{row.pk}",
        "reply",
    ),
)


def unseen(source: NewsSource, user: User) -> QuerySet[Any]:
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
    items = [item for source in SOURCES for item in _news_of(source, user)]
    return sorted(items, key=lambda item: item.at, reverse=True)[:SHOWN]


def _news_of(source: NewsSource, user: User) -> Iterator[News]:
    rows: Any = unseen(source, user)
    rows = rows.select_related(rows.model.evaluation_path)
    for row in rows.order_by(f"-{source.moment}")[:SHOWN]:
        evaluation: Evaluation | None = evaluation_of(row)
        if evaluation is not None:
            link = source.link(row, evaluation)
        else:
            link = ""
        at = getattr(row, source.moment)
        yield News(at, source.what(row), evaluation, link, source.icon)
