"""What *My work* lists, and what all kinds of work are read from."""

import datetime
import json
import uuid
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from evaltracker.decision import links
from evaltracker.decision.models import Outlook
from evaltracker.evaluations.choices import Stage, Status
from evaltracker.evaluations.models import (
    Category,
    Evaluation,
    Notice,
    User,
    Visit,
    name_columns,
)
from evaltracker.toolbox.days import Place, today_in
from evaltracker.toolbox.text import shortened
from evaltracker.workflow.gates import Blocker, GateContext
from evaltracker.workflow.gates.context import first_closed
from stakeholders.models import (
    Condition,
    Delegation,
    RoleWeight,
    Stakeholder,
    with_names,
)
from stakeholders.policy import voices
from stakeholders.selectors import places_of, stage_due
from trials.choices import MilestoneState
from trials.models import Milestone
from trials.selectors.evaluation_cache import versions_of
from vendors.models import Candidate, Conflict
from vendors.policy import to_declare


@dataclass(frozen=True, slots=True)
class NextStep:
    """What to do now, why, and where; `verb` is the word on the button. It is blank
    where others are awaited."""

    what: str
    why: str
    link: str
    verb: str
    # Whether it is theirs, but not their turn yet.
    waits: bool = False


def next_step(evaluation: Evaluation, look: GateContext | None = None) -> NextStep:
    closed = first_closed(look or GateContext(evaluation))
    return step_after(evaluation, closed[1] if closed else None)


@dataclass(frozen=True, slots=True)
class StageState:
    step: NextStep
    # Whether only people's word is missing, so that it is their turn to sign.
    is_signed_now: bool
    # Of the words that are signed on this visit; blank if nobody is asked.
    digest: str
    # The name of the first closed gate, if it was looked at just now.
    gate: str = ""
    # The latest day on which the stage may end; None without a plan.
    due: datetime.date | None = None
    # Whether something has changed since, and nobody has looked again.
    is_of_before: bool = False


def stage_state(look: GateContext) -> StageState:
    closed = first_closed(look)
    return StageState(
        step=step_after(look.evaluation, closed[1] if closed else None),
        is_signed_now=closed is None or closed[0].signing,
        digest=look.digest if look.has_rules else "",
        gate=closed[0].name if closed else "",
        due=stage_due(look.evaluation, look.visits),
    )


def step_after(evaluation: Evaluation, blocker: Blocker | None) -> NextStep:
    stage = evaluation.get_stage_display()
    if blocker is not None:
        keeps = f"It keeps the evaluation in {stage.lower()}."
        if blocker.is_mended_by(evaluation.owner, evaluation):
            return NextStep(blocker.sentence, keeps, blocker.link, blocker.verb)
        return NextStep(
            what=blocker.sentence,
            why=f"{keeps} It waits on {blocker.names(evaluation)}.",
            link=links.page(evaluation, "overview", "gates-of-stage"),
            verb="",
        )
    if evaluation.stage == Stage.DECISION:
        return NextStep(
            what="Everything is ready: decide.",
            why="Every rule of the decision stage holds.",
            link=links.page(evaluation, "decision"),
            verb="Go to the decision",
        )
    following = list(Stage)[Stage(evaluation.stage).position + 1]
    return NextStep(
        what=f"Advance to {following.label.lower()}.",
        why=f"Nothing keeps it in {stage.lower()} any more.",
        link=reverse("admin:act_on", args=["advance", evaluation.pk]),
        verb=f"Advance to {following.label.lower()}",
    )


# By kind of work: what people are reminded of, the mails that ask for it and the page
# that tells of it; what several in one row are called, and their page; what is counted
# for an owner, why, and its page; and by kind of mail what it tells its reader.
WORDS: dict[str, dict[str, Any]] = json.loads(
    Path(__file__).with_name("words.json").read_text(encoding="utf-8")
)
ASKED_FOR, ALIKE, COUNTED, NEWS = WORDS.values()
ASKS = {name: kind for kind, row in ASKED_FOR.items() for name in row["notices"]}


def asked_at(
    evaluations: Iterable[Evaluation], people: Iterable[User]
) -> dict[tuple[uuid.UUID, int, str], datetime.datetime]:
    """When they were last asked on this stay in the stage, by evaluation, person and
    kind of work; “reminded.scores” is when they were reminded of it."""
    rows = Notice.objects.filter(
        evaluation__in=evaluations,
        recipient__in=people,
        kind__in=[*ASKS, "reminded"],
        due_at__lte=timezone.now(),
        evaluation__visits__left_at=None,
        # It is due at a whole second, which may be that of the stay's beginning.
        evaluation__visits__entered_at__lt=F("due_at") + datetime.timedelta(seconds=1),
    )
    notices = rows.order_by("due_at").values_list(
        "evaluation", "recipient", "kind", "occurrence", "due_at"
    )
    times = {}
    for evaluation, person, name, occurrence, at in notices:
        kind = ASKS.get(name, f"{name}.{occurrence.partition('.')[0]}")
        times[evaluation, person, kind] = at
    return times


type DrawDue = Callable[[Evaluation], datetime.date | None]

# So many evaluations that moved since are looked at again while a page is made. A
# chore looks at the others within a minute.
CLOSE_LOOKS = 3


class Stands:
    """Reads what was seen of all at once; looks again at the few that moved. `draw_due`
    says when the stage of one must end, where that was not kept."""

    def __init__(self, evaluations: Collection[Evaluation], draw_due: DrawDue) -> None:
        keys = [evaluation.pk for evaluation in evaluations]
        self.kept = {
            outlook.evaluation_id: outlook
            for outlook in Outlook.objects.filter(evaluation__in=keys)
        }
        self.versions = versions_of(keys)
        self.draw_due = draw_due
        self.looked: dict[uuid.UUID, StageState] = {}
        self.looks_left = CLOSE_LOOKS

    def of(self, evaluation: Evaluation) -> StageState:
        if evaluation.pk in self.looked:
            return self.looked[evaluation.pk]
        outlook = self.kept.get(evaluation.pk)
        holds = outlook is not None and self.still_holds(outlook)
        if outlook is None or not holds:
            if self.looks_left:
                self.looks_left -= 1
                self.looked[evaluation.pk] = stage_state(GateContext(evaluation))
                return self.looked[evaluation.pk]
            if outlook is None:
                return unseen(evaluation)
        return StageState(
            NextStep(outlook.what, outlook.why, outlook.link, outlook.verb),
            outlook.is_signed_now,
            outlook.digest,
            due=outlook.due_on,
            is_of_before=not holds,
        )

    def due(self, evaluation: Evaluation) -> datetime.date | None:
        """When its stage must end; nothing but what was written moves that day."""
        outlook = self.kept.get(evaluation.pk)
        if outlook is None or outlook.version != self.versions[evaluation.pk].digest:
            return self.draw_due(evaluation)
        return outlook.due_on

    def still_holds(self, kept: Outlook) -> bool:
        return (
            kept.version == self.versions[kept.evaluation_id].digest
            and kept.valid_until is not None
            and timezone.now() < kept.valid_until
        )


def unseen(evaluation: Evaluation) -> StageState:
    step = NextStep(
        what="Review the next step.",
        why=f"It is in {evaluation.get_stage_display().lower()}.",
        link=links.page(evaluation, "overview"),
        verb="Open",
    )
    return StageState(step, is_signed_now=True, digest="")


TODAY = "Today"
THIS_WEEK = "This week"
LATER = "Later"
OTHERS = "Not your turn"
GROUPS = (TODAY, THIS_WEEK, LATER, OTHERS)
WEEK = datetime.timedelta(days=7)
# What others cannot go on without; it is for today, whenever its stage must end.
BLOCKING = (
    "sign_off",
    "weights",
    "open_prices",
    "notices",
    "waiver",
    "contract",
    "clearing",
)


@dataclass(frozen=True, slots=True)
class WorkItem:
    """One thing that waits on a person: what, why it is theirs, by when, where."""

    evaluation: Evaluation
    what: str
    why: str
    due: datetime.date | datetime.datetime | None
    link: str
    kind: str
    late: bool = False
    # Whether it is theirs, but not their turn yet.
    waits: bool = False
    # How many of what it asks, as criteria to judge.
    count: int = 1
    # When a mail asked the person for it, or reminded them.
    asked: datetime.datetime | None = None
    # Candidates for whom the line itself declares that there is no conflict.
    candidates: tuple[Candidate, ...] = ()

    @property
    def day(self) -> datetime.date | None:
        if isinstance(self.due, datetime.datetime):
            return self.due.astimezone(ZoneInfo(self.evaluation.zone)).date()
        return self.due

    @property
    def group(self) -> str:
        """For today, for this week or later; or a turn that is not theirs yet. What is
        late, was asked for by mail or keeps others from going on is for today; what has
        no date is for this week."""
        if self.waits:
            return OTHERS
        if self.late or self.asked or self.kind in BLOCKING:
            return TODAY
        if self.day is None:
            return THIS_WEEK
        today = today_in(self.evaluation.zone)
        if self.day <= today:
            return TODAY
        if self.day <= today + WEEK:
            return THIS_WEEK
        return LATER

    @property
    def order(self) -> tuple[int, bool, datetime.date, str, str]:
        """By group, then by day, what has no date last. Declaring interests takes a
        minute, and waits below what is urgent."""
        place = GROUPS.index(self.group)
        day = self.day or datetime.date.max
        return (place, self.kind == "interests", day, self.kind, self.what)

    @property
    def line(self) -> str:
        """What is put off, and shown as one row, together."""
        return f"{self.kind} {self.evaluation.pk if self.kind in ALIKE else self.link}"


class InboxContext:
    def __init__(self, user: User, only: Evaluation | None = None) -> None:
        self.user = user
        self.only = only
        # Roles in which a signature that says their weights, too, waits on the person.
        self.signing: set[tuple[uuid.UUID, str]] = set()

    @cached_property
    def evaluations(self) -> dict[uuid.UUID, Evaluation]:
        seen = Evaluation.objects.visible_to(self.user).filter(status=Status.OPEN)
        if self.only is None:
            seen = seen.real()
        else:
            seen = seen.filter(pk=self.only.pk)
        return {
            evaluation.pk: evaluation for evaluation in seen.select_related("owner")
        }

    @cached_property
    def owned(self) -> list[Evaluation]:
        return [
            evaluation
            for evaluation in self.evaluations.values()
            if evaluation.owner_id == self.user.pk
        ]

    @cached_property
    def visits(self) -> dict[uuid.UUID, list[Visit]]:
        by_evaluation: dict[uuid.UUID, list[Visit]] = defaultdict(list)
        rows = Visit.objects.filter(evaluation__in=list(self.evaluations))
        for row in rows.order_by("number"):
            by_evaluation[row.evaluation_id].append(row)
        return by_evaluation

    @cached_property
    def places(self) -> dict[uuid.UUID, frozenset[Place]]:
        return places_of(self.evaluations.values())

    @cached_property
    def stands(self) -> Stands:
        return Stands(self.evaluations.values(), self.draw_due)

    def draw_due(self, evaluation: Evaluation) -> datetime.date | None:
        key = evaluation.pk
        return stage_due(evaluation, self.visits[key], self.places[key])

    @cached_property
    def asked_times(self) -> dict[tuple[uuid.UUID, str], datetime.datetime]:
        times = asked_at(self.evaluations.values(), [self.user]).items()
        # Who was asked is told of that, and not of the reminder.
        rows = sorted(times, key=lambda row: not row[0][2].startswith("reminded."))
        return {(row[0], row[2].removeprefix("reminded.")): at for row, at in rows}

    @cached_property
    def weightless(self) -> dict[tuple[uuid.UUID, str], str]:
        """Their roles that leave a category without a weight, and how many."""
        roles = [
            (part.evaluation_id, part.role)
            for part in self.parts
            if self.evaluations[part.evaluation_id].stage == Stage.REQUIREMENTS
        ]
        evaluation_keys = {key for key, _ in roles}
        categories = Category.objects.filter(evaluation__in=evaluation_keys)
        role_weights = RoleWeight.objects.filter(evaluation__in=evaluation_keys)
        wanted = Counter(categories.values_list("evaluation", flat=True))
        given = Counter(role_weights.values_list("evaluation", "role"))
        return {
            row: f"{wanted[row[0]] - given[row]} of {wanted[row[0]]} categories to go"
            for row in roles
            if given[row] < wanted[row[0]]
        }

    @cached_property
    def undeclared(self) -> dict[uuid.UUID, list[Candidate]]:
        """By evaluation, candidates for whom the person has not declared yet. In
        requirements there is nothing of them to read, so it is nobody's work."""
        by_evaluation: dict[uuid.UUID, list[Candidate]] = defaultdict(list)
        candidates = to_declare(self.user).filter(evaluation__in=list(self.evaluations))
        for candidate in candidates.order_by("name").only("name", "evaluation"):
            if self.evaluations[candidate.evaluation_id].stage != Stage.REQUIREMENTS:
                by_evaluation[candidate.evaluation_id].append(candidate)
        return by_evaluation

    @cached_property
    def barred(self) -> set[uuid.UUID]:
        rows = Conflict.objects.barring().of(self.user)
        here = rows.filter(candidate__evaluation__in=list(self.evaluations))
        return set(here.values_list("candidate__evaluation", flat=True))

    def keeps_out(self, key: uuid.UUID) -> bool:
        return key in self.barred or key in self.undeclared

    @cached_property
    def parts(self) -> list[Stakeholder]:
        rows = voices().filter(user=self.user, evaluation__in=list(self.evaluations))
        return list(with_names(rows))

    @cached_property
    def lent(self) -> list[Delegation]:
        rows = Delegation.objects.filter(
            substitute=self.user,
            substitute__is_superuser=False,
            revoked_at__isnull=True,
            stakeholder__in=voices().filter(user__is_active=True),
            stakeholder__evaluation__in=list(self.evaluations),
        ).select_related("stakeholder__user")
        columns = [
            "starts_on",
            "ends_on",
            "stakeholder__evaluation",
            "stakeholder__role",
        ]
        columns += name_columns("stakeholder__user")
        rows = rows.only(*columns)
        return [row for row in rows if self.lasts(row)]

    def lasts(self, lending: Delegation) -> bool:
        zone = self.evaluations[lending.stakeholder.evaluation_id].zone
        return lending.starts_on <= today_in(zone) <= lending.ends_on

    def item(
        self,
        kind: str,
        evaluation: Evaluation,
        what: str,
        why: str,
        link: str,
        due: datetime.date | datetime.datetime | None = None,
        *,
        waits: bool = False,
        count: int = 1,
        candidates: tuple[Candidate, ...] = (),
    ) -> WorkItem:
        """An item; what has no date of its own is due when its stage must end."""
        if due is None:
            due = self.stands.due(evaluation)
        late = not waits and self.is_late(evaluation, due)
        asked_on = self.asked_times.get((evaluation.pk, kind))
        return WorkItem(
            evaluation=evaluation,
            what=what,
            why=why,
            due=due,
            link=link,
            kind=kind,
            late=late,
            waits=waits,
            count=count,
            asked=asked_on,
            candidates=candidates,
        )

    def is_late(
        self, evaluation: Evaluation, due: datetime.date | datetime.datetime | None
    ) -> bool:
        if due is None:
            return False
        if isinstance(due, datetime.datetime):
            return due < timezone.now()
        return due < today_in(evaluation.zone)


OF_BEFORE = "Something has changed since; this is how it stood before."


def conditions(desk: InboxContext) -> Iterator[WorkItem]:
    rows = Condition.objects.filter(
        owner=desk.user,
        closed_at__isnull=True,
        sign_off__visit__evaluation__in=list(desk.evaluations),
    ).select_related("sign_off__visit")
    read = ("text", "due_on", "sign_off__printed_name", "sign_off__visit__evaluation")
    for row in rows.only(*read):
        evaluation = desk.evaluations[row.sign_off.visit.evaluation_id]
        yield desk.item(
            "condition",
            evaluation,
            f"Meet the condition: {shortened(row.text)}",
            f"{row.sign_off.printed_name} gave a conditional approval; this is yours.",
            links.page(evaluation, "sign_offs", f"condition-{row.pk}"),
            row.due_on,
        )


def milestones(desk: InboxContext) -> Iterator[WorkItem]:
    rows = Milestone.objects.filter(
        owner=desk.user,
        state=MilestoneState.OPEN,
        evaluation__in=list(desk.evaluations),
    ).select_related("trial__candidate")
    read = ("evaluation", "title", "due_at", "trial__candidate__name")
    for row in rows.only(*read):
        evaluation = desk.evaluations[row.evaluation_id]
        trials = links.page(evaluation, "trials")
        of = row.trial and evaluation.say(" in the trial of {}", row.trial.candidate)
        of = of or ""
        yield desk.item(
            "milestone",
            evaluation,
            f"Milestone: {shortened(row.title)}",
            f"You own this milestone{of}.",
            links.trial(row.trial) if row.trial else trials,
            row.due_at,
        )


def weights(desk: InboxContext) -> Iterator[WorkItem]:
    for part in desk.parts:
        evaluation = desk.evaluations[part.evaluation_id]
        row = (evaluation.pk, part.role)
        left = desk.weightless.get(row)
        label = part.get_role_display()
        # Whose turn it is to sign says them with the signature.
        if left and row not in desk.signing:
            yield desk.item(
                "weights",
                evaluation,
                f"Set weights for {label}: {left}",
                f"You hold the role of {label}; weights are set before any vendor "
                "is seen.",
                reverse("admin:act_on", args=["say-role-weights", evaluation.pk]),
            )


def next_steps(desk: InboxContext) -> Iterator[WorkItem]:
    for evaluation in desk.owned:
        stand = desk.stands.of(evaluation)
        if desk.keeps_out(evaluation.pk):  # what is next may tell of answers
            stand = unseen(evaluation)
        step = stand.step
        if stand.is_of_before:
            before = f" {OF_BEFORE}"
        else:
            before = ""
        yield desk.item(
            "next_step",
            evaluation,
            step.what,
            f"You run this evaluation. {step.why}{before}",
            step.link,
            waits=not step.verb,
        )
