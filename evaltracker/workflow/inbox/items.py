"""What *My work* lists, and what all kinds of work are read from."""

import datetime
import uuid
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from zoneinfo import ZoneInfo

from django.utils import timezone

from evaltracker.evaluations.choices import Stage, Status
from evaltracker.evaluations.models import Evaluation, User, Visit
from evaltracker.evaluations.models.people import name_columns
from evaltracker.kit.clock import today_in
from evaltracker.kit.work_calendar import Place
from evaltracker.workflow.inbox.counts import Stands
from evaltracker.workflow.selectors import stage_due
from stakeholders.models import Delegation, Stakeholder
from stakeholders.policy import voices
from stakeholders.selectors import places_of
from vendors.models import Candidate, Conflict
from vendors.policy import to_declare

TODAY, THIS_WEEK, LATER, OTHERS = GROUPS = (
    "Today",
    "This week",
    "Later",
    "Waiting on others",
)
WEEK = datetime.timedelta(days=7)
# What others cannot go on without; it is for today, whenever its stage must end.
BLOCKING = ("sign_off", "open_prices", "notices", "waiver")


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
    # What several of its sort are called together: “milestones of the trial of X”.
    alike: str = ""
    # Candidates for whom the line itself declares that there is no conflict.
    candidates: tuple[Candidate, ...] = ()

    @property
    def day(self) -> datetime.date | None:
        """The day by which it is due, there where the evaluation is."""
        if isinstance(self.due, datetime.datetime):
            return self.due.astimezone(ZoneInfo(self.evaluation.zone)).date()
        return self.due

    @property
    def group(self) -> str:
        """For today, for this week or later; or a turn that is not theirs yet.

        What is late or keeps others from going on is for today; what has no date is
        for this week.
        """
        if self.waits:
            return OTHERS
        if self.late or self.kind in BLOCKING:
            return TODAY
        if self.day is None:
            return THIS_WEEK
        today = today_in(self.evaluation.zone)
        if self.day <= today:
            return TODAY
        return THIS_WEEK if self.day <= today + WEEK else LATER

    @property
    def order(self) -> tuple[int, bool, datetime.date, str, str]:
        """By group, then by day, what has no date last.

        Declaring interests takes a minute, and waits below what is urgent.
        """
        place = GROUPS.index(self.group)
        day = self.day or datetime.date.max
        return (place, self.kind == "interests", day, self.kind, self.what)

    @property
    def line(self) -> str:
        """What tells it, and others alike, from the rest: for a person's snooze."""
        return f"{self.kind} {self.link}"


class Desk:
    """A person's open evaluations with visits, parts and substitutions, read once."""

    def __init__(self, user: User, only: Evaluation | None = None) -> None:
        """The desk of `user`; with `only`, what lies on it of one evaluation."""
        self.user = user
        self.only = only

    @cached_property
    def evaluations(self) -> dict[uuid.UUID, Evaluation]:
        """Those that the person may see and that are open."""
        seen = Evaluation.objects.visible_to(self.user).filter(status=Status.OPEN)
        seen = seen.real() if self.only is None else seen.filter(pk=self.only.pk)
        return {
            evaluation.pk: evaluation for evaluation in seen.select_related("owner")
        }

    @cached_property
    def owned(self) -> list[Evaluation]:
        """Those that the person runs."""
        return [
            evaluation
            for evaluation in self.evaluations.values()
            if evaluation.owner_id == self.user.pk
        ]

    @cached_property
    def visits(self) -> dict[uuid.UUID, list[Visit]]:
        """All stays, by evaluation, the first first."""
        found: dict[uuid.UUID, list[Visit]] = defaultdict(list)
        rows = Visit.objects.filter(evaluation__in=list(self.evaluations))
        for row in rows.order_by("number"):
            found[row.evaluation_id].append(row)
        return found

    @cached_property
    def places(self) -> dict[uuid.UUID, frozenset[Place]]:
        """Where the people of each evaluation work."""
        return places_of(self.evaluations.values())

    @cached_property
    def stands(self) -> Stands:
        """How each of them stands."""
        return Stands(self.evaluations.values(), self.draw_due)

    def draw_due(self, evaluation: Evaluation) -> datetime.date | None:
        """The latest day on which its stage may end, by a plan drawn now."""
        key = evaluation.pk
        return stage_due(evaluation, self.visits[key], self.places[key])

    def visit(self, evaluation: Evaluation) -> Visit:
        """The stay that is going on."""
        return self.visits[evaluation.pk][-1]

    @cached_property
    def undeclared(self) -> dict[uuid.UUID, list[Candidate]]:
        """By evaluation, candidates for whom the person has not declared yet.

        In requirements there is nothing of them to read, so it is nobody's work.
        """
        found: dict[uuid.UUID, list[Candidate]] = defaultdict(list)
        asked = to_declare(self.user).filter(evaluation__in=list(self.evaluations))
        for candidate in asked.order_by("name").only("name", "evaluation"):
            if self.evaluations[candidate.evaluation_id].stage != Stage.REQUIREMENTS:
                found[candidate.evaluation_id].append(candidate)
        return found

    @cached_property
    def barred(self) -> set[uuid.UUID]:
        """Evaluations in which a conflict of interest closes answers to the person."""
        rows = Conflict.objects.barring().of(self.user)
        here = rows.filter(candidate__evaluation__in=list(self.evaluations))
        return set(here.values_list("candidate__evaluation", flat=True))

    def keeps_out(self, key: uuid.UUID) -> bool:
        """Whether answers are closed to the person, for one or the other."""
        return key in self.barred or key in self.undeclared

    @cached_property
    def parts(self) -> list[Stakeholder]:
        """The roles that the person holds."""
        return list(
            voices().filter(user=self.user, evaluation__in=list(self.evaluations))
        )

    @cached_property
    def lent(self) -> list[Delegation]:
        """The parts of others that the person stands in for today."""
        rows = Delegation.objects.filter(
            substitute=self.user,
            substitute__is_superuser=False,
            revoked_at__isnull=True,
            stakeholder__in=voices().filter(user__is_active=True),
            stakeholder__evaluation__in=list(self.evaluations),
        ).select_related("stakeholder__user")
        rows = rows.only(
            *("starts_on", "ends_on", "stakeholder__evaluation", "stakeholder__role"),
            *name_columns("stakeholder__user"),
        )
        return [row for row in rows if self.lasts(row)]

    def lasts(self, lending: Delegation) -> bool:
        """Whether it is one of its days, there where the evaluation is."""
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
        alike: str = "",
        candidates: tuple[Candidate, ...] = (),
    ) -> WorkItem:
        """An item; what has no date of its own is due when its stage must end."""
        if due is None:
            due = self.stands.due(evaluation)
        late = not waits and self.is_late(evaluation, due)
        return WorkItem(
            evaluation, what, why, due, link, kind, late, waits, alike, candidates
        )

    def is_late(
        self, evaluation: Evaluation, due: datetime.date | datetime.datetime | None
    ) -> bool:
        """Whether that moment, or the whole of that day, is over."""
        if due is None:
            return False
        if isinstance(due, datetime.datetime):
            return due < timezone.now()
        return due < today_in(evaluation.zone)
