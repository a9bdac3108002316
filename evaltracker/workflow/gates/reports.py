"""How the gates of the current stage stand."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, replace

from evaltracker.decision import links
from evaltracker.decision.models import Waiver, WaiverAnswer
from evaltracker.evaluations.models import Evaluation, User, Visit
from evaltracker.toolbox.days import instant_of
from evaltracker.workflow.gates.table import Blocker, Gate, Look, gates_of
from evaltracker.workflow.gates.table import Mender, menders_of
from evaltracker.workflow.models.waiting import WaiverRequest
from evaltracker.workflow.selectors import stage_due
from stakeholders.models import Delegation, SignOffRule
from stakeholders.policy import lendings_today
from stakeholders.selectors import RuleTally
from trials.selectors.cell_numbers import counted_once, kept_count
from vendors.policy import barring_interest, clears_it, may_read_answers

SHOWN = 20
READ_BESIDE = ("asked_by", "answered_by", "visit", "candidate")


@dataclass(frozen=True, slots=True)
class GateReport:
    """One gate of the current stage: its blockers, and its waiver if it has one.

    `nothing` says why it is silent without holding: it has nothing to look at yet.
    `asked` is the last request for a waiver of it that nobody withdrew.
    """

    gate: Gate
    blockers: list[Blocker]
    waiver: Waiver | None
    nothing: str = ""
    asked: WaiverRequest | None = None
    # Whether what blocks it is closed to the reader.
    is_kept: bool = False

    @property
    def open(self) -> bool:
        """Whether it lets the evaluation pass."""
        return not self.blockers or self.waiver is not None

    @property
    def shown(self) -> list[Blocker]:
        """The blockers that a page has room for."""
        return self.blockers[:SHOWN]

    @property
    def more(self) -> int:
        """How many there are beside those."""
        return len(self.blockers) - len(self.shown)

    def closed_to(self, user: User, evaluation: Evaluation) -> "GateReport":
        """The same without what tells of answers that `user` may not read."""
        if not (self.gate.tells and self.blockers):
            return self
        kept = [kept_from(user, evaluation, self.blockers)]
        return replace(self, blockers=kept, asked=None, is_kept=True)


def kept_from(user: User, evaluation: Evaluation, found: Iterable[Blocker]) -> Blocker:
    """One blocker in place of those that `user` may not read.

    Whoever has not declared can do so; else it waits on the others who can fix it, or
    on whoever clears the conflict.
    """
    if barring_interest(user, evaluation) is None:
        return Blocker(
            "What is missing would reveal candidates’ answers.",
            links.act("declare-interests", evaluation),
            "Declare conflicts of interest",
            menders_of([user]),
        )
    every = {one for blocker in found for one in blocker.menders}
    others = sorted(one for one in every if one.pk != user.pk)
    return Blocker(
        "What is missing tells of candidates’ answers, which your conflict of interest "
        "closes to you.",
        links.page(evaluation, "conflicts"),
        menders=tuple(others) or (Mender(None, clears_it(user, evaluation)),),
    )


def reports_for(
    user: User, evaluation: Evaluation, look: Look | None = None
) -> list[GateReport]:
    """The reports as `user` may read them."""
    reports = gate_reports(evaluation, look)
    if may_read_answers(user, evaluation):
        return reports
    return [report.closed_to(user, evaluation) for report in reports]


def gate_reports(evaluation: Evaluation, look: Look | None = None) -> list[GateReport]:
    """Every gate of the stage that the evaluation is in, in order."""
    return counted_once(
        evaluation, "gates", lambda fresh: _reports(_look_at(fresh, look))
    )


def _look_at(evaluation: Evaluation, look: Look | None) -> Look:
    """`look`, if it is at this very state; a request that only reads takes one for all
    that it counts of a version."""
    return counted_once(
        evaluation, "look", lambda fresh: (look or Look(fresh)).at(fresh)
    )


def _reports(look: Look) -> list[GateReport]:
    evaluation = look.evaluation
    waivers = {
        waiver.gate: waiver
        for waiver in Waiver.objects.filter(visit=look.visit).select_related(
            "waived_by__user"
        )
    }
    asked = last_asked(look)
    reports = []
    for gate in gates_of(evaluation.stage):
        found = list(gate.check(look))
        nothing = "" if found else gate.nothing(look)
        reports.append(
            GateReport(
                gate, found, waivers.get(gate.name), nothing, asked.get(gate.name)
            )
        )
    return reports


def last_asked(look: Look) -> dict[str, WaiverRequest]:
    """By gate, the last request for a waiver on this visit."""
    rows = WaiverRequest.objects.filter(visit=look.visit).exclude(gate="")
    rows = rows.exclude(answer=WaiverAnswer.WITHDRAWN).order_by("asked_at")
    return {row.gate: row for row in rows.select_related(*READ_BESIDE)}


def blockers(evaluation: Evaluation) -> list[Blocker]:
    """What still keeps the evaluation in its stage; waived gates are silent."""
    return [
        blocker
        for report in gate_reports(evaluation)
        if not report.open
        for blocker in report.blockers
    ]


def first_closed(look: Look) -> tuple[Gate, Blocker] | None:
    """The first closed gate and the first thing in its way; asks none after it, unless
    all were asked already."""
    reports = kept_count(look.evaluation, "gates")
    if reports is not None:
        closed = (report for report in reports if not report.open)
        return next(((report.gate, report.blockers[0]) for report in closed), None)
    return counted_once(
        look.evaluation,
        "first gate that is closed",
        lambda fresh: _first_closed(_look_at(fresh, look)),
    )


def _first_closed(look: Look) -> tuple[Gate, Blocker] | None:
    evaluation = look.evaluation
    waived = set(Waiver.objects.filter(visit=look.visit).values_list("gate", flat=True))
    for gate in gates_of(evaluation.stage):
        if gate.name not in waived:
            for blocker in gate.check(look):
                return gate, blocker
    return None


# Who is asked to sign a rule at this moment, on which words, by when.

# A date without a time ends with its day.
LAST_MINUTE = datetime.time(23, 59)
DIGEST_KEPT = 16


@dataclass(slots=True)
class Asked:
    """A rule of the stage that goes on, as it stands now."""

    rule: SignOffRule
    look: Look
    tally: RuleTally | None

    @property
    def occurrence(self) -> str:
        """Which words of which round: others are a new occurrence."""
        visit = self.look.visit
        return f"{visit.number}.{visit.round}.{self.look.digest[:DIGEST_KEPT]}"

    @property
    def people(self) -> dict[User, Delegation | None]:
        """Who may sign now: those awaited, and who stands in for them today.

        Nobody once the rule has passed, cannot pass, or somebody is against it.
        """
        tally = self.tally
        if tally is None or tally.passed or not tally.can_pass:
            return {}
        found: dict[User, Delegation | None] = {}
        awaited = {part.pk for part in tally.awaited}
        for lending in lendings_today(self.look.evaluation):
            substitute = lending.substitute
            if lending.stakeholder_id in awaited and substitute.is_active:
                found[substitute] = lending
        found |= {part.user: None for part in tally.awaited}
        return {
            user: lending
            for user, lending in found.items()
            if user.pk not in self.look.barred
        }


def required_signers(look: Look) -> list[Asked]:
    """Every rule of the stage that goes on."""
    return [Asked(tally.rule, look, tally) for tally in look.tallies]


def due_instant(evaluation: Evaluation) -> datetime.datetime | None:
    """The last minute of the latest day on which the stage may end."""
    visits = list(Visit.objects.filter(evaluation=evaluation).order_by("number"))
    day = stage_due(evaluation, visits)
    return instant_of(day, LAST_MINUTE, evaluation.zone) if day is not None else None
