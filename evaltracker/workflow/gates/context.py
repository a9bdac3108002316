"""Gates, what they read of an evaluation (each fact at its first use), and reports."""

import datetime
import inspect
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from evaltracker.decision import links
from evaltracker.decision.memo.figures import Figure, Sentence, approved_parts
from evaltracker.decision.memo.signed_words import document_of
from evaltracker.decision.models import Decision, Waiver, WaiverAnswer
from evaltracker.enumerations import Priority
from evaltracker.evaluations.choices import Stage
from evaltracker.evaluations.models import Evaluation, Requirement, User, Visit
from evaltracker.toolbox.days import instant_of
from evaltracker.toolbox.registry import Registry
from evaltracker.workflow.models import WaiverRequest
from stakeholders.models import Condition, Delegation, SignOffRule, digest_of
from stakeholders.notices import LAST_MINUTE
from stakeholders.policy import insiders, lendings_today
from stakeholders.selectors import (
    RuleTally,
    approved_of,
    more_signers,
    open_conditions,
    stage_due,
    too_few,
)
from stakeholders.selectors import tally as selectors_tally
from trials.models import Criterion, Trial
from trials.selectors.evaluation_cache import (
    cached_for_version,
    cached_or_none,
    standing_ledger,
)
from trials.selectors.ledger import Ledger
from trials.selectors.scores import counted_scores
from trials.selectors.trials import unjudged_criteria
from vendors.choices import CandidateState
from vendors.models import Candidate, Question
from vendors.policy import (
    barring_interest,
    clears_it,
    conflicted_people,
    may_read_answers,
)

IN_THE_RUNNING = (CandidateState.SHORTLISTED, CandidateState.CHOSEN)


@dataclass(frozen=True, slots=True)
class Judged:
    judged: int = 0
    asked: int = 0

    @property
    def open(self) -> int:
        return self.asked - self.judged

    def __add__(self, other: "Judged") -> "Judged":
        return Judged(self.judged + other.judged, self.asked + other.asked)


class GateContext:
    """An evaluation as it stands now; facts are cached for one request."""

    def __init__(self, evaluation: Evaluation) -> None:
        self.evaluation = evaluation
        self.now = timezone.now()

    def at(self, evaluation: Evaluation) -> "GateContext":
        """This look, if it is at this very state of the evaluation, else a new one."""
        if self.evaluation is evaluation:
            return self
        return GateContext(evaluation)

    @cached_property
    def visits(self) -> list[Visit]:
        rows = Visit.objects.filter(evaluation=self.evaluation)
        return list(rows.select_related("entered_by", "left_by").order_by("number"))

    @property
    def visit(self) -> Visit:
        return self.visits[-1]

    @cached_property
    def requirements(self) -> list[Requirement]:
        live = self.evaluation.requirements.filter(retired_at__isnull=True)
        return list(live.select_related("category", "metric"))

    @property
    def musts(self) -> list[Requirement]:
        return [row for row in self.requirements if row.priority == Priority.MUST]

    def named(self, ref: str) -> Requirement:
        return next(row for row in self.requirements if row.ref == ref)

    @cached_property
    def shortlisted(self) -> list[Candidate]:
        return list(
            Candidate.objects.filter(
                evaluation=self.evaluation, state__in=IN_THE_RUNNING
            )
        )

    @property
    def judges(self) -> list[User]:
        return [person for person in self.insiders if person.pk not in self.conflicted]

    @cached_property
    def insiders(self) -> list[User]:
        return list(insiders(self.evaluation))

    @cached_property
    def conflicted(self) -> set[int]:
        return conflicted_people(self.evaluation)

    @cached_property
    def ledger(self) -> Ledger:
        return standing_ledger(self.evaluation)

    @cached_property
    def trials(self) -> list[Trial]:
        return list(
            Trial.objects.filter(candidate__in=self.shortlisted)
            .select_related("candidate", "lead")
            .prefetch_related("gaps")
        )

    @cached_property
    def has_rules(self) -> bool:
        return SignOffRule.objects.filter(
            evaluation=self.evaluation, stage=self.visit.stage
        ).exists()

    @cached_property
    def criteria(self) -> dict[UUID, Judged]:
        criteria = Criterion.objects.filter(
            trial__candidate__in=self.shortlisted, requirement__retired_at__isnull=True
        )
        pending = set(
            unjudged_criteria()
            .filter(trial__candidate__in=self.shortlisted)
            .values_list("pk", flat=True)
        )
        judged = {candidate.pk: Judged() for candidate in self.shortlisted}
        for candidate, key in criteria.values_list("trial__candidate", "pk"):
            judged[candidate] += Judged(int(key not in pending), 1)
        return judged

    @property
    def criteria_in_all(self) -> Judged:
        return sum(self.criteria.values(), Judged())

    @cached_property
    def document(self) -> str:
        return cached_for_version(
            self.evaluation,
            "document",
            lambda fresh: document_of(fresh, visit=self.at(fresh).visit),
        )

    @cached_property
    def tallies(self) -> list[RuleTally]:
        if not self.has_rules:  # then nobody has to write the words
            return []
        return selectors_tally(self.visit, self.digest, self.barred)

    @cached_property
    def digest(self) -> str:
        return digest_of(self.document)

    @property
    def barred(self) -> set[int]:
        if self.visit.stage == Stage.REQUIREMENTS:
            return set()
        return self.conflicted

    @property
    def open_conditions(self) -> QuerySet[Condition]:
        return open_conditions(self.evaluation)

    @cached_property
    def visits_with_conditions(self) -> set[object]:
        """Ids of visits on which an approval came with a condition, closed or not."""
        rows = Condition.objects.filter(sign_off__visit__evaluation=self.evaluation)
        return set(rows.values_list("sign_off__visit", flat=True))


def unless(
    has: Callable[[GateContext], object], sentence: str
) -> Callable[[GateContext], str]:
    """Why a gate has nothing to look at yet; blank where it has."""
    return lambda look: "" if has(look) else sentence


needs = unless(lambda look: look.requirements, "There is no requirement yet.")
musts = unless(lambda look: look.musts, "No requirement is a must-have yet.")
shortlist = unless(lambda look: look.shortlisted, "No candidate is shortlisted yet.")
questions = unless(
    lambda look: Question.objects.filter(evaluation=look.evaluation).exists(),
    "No vendor has asked a question yet.",
)
scores = unless(
    lambda look: counted_scores(look.evaluation).exists(),
    "Nobody has locked a score yet.",
)
trials = unless(lambda look: look.trials, "No shortlisted candidate has a trial yet.")
choice = unless(
    lambda look: Decision.objects.filter(
        evaluation=look.evaluation, candidate__isnull=False
    ).exists(),
    "No candidate is chosen yet.",
)
earlier_conditions = unless(
    lambda look: look.visits_with_conditions - {look.visit.pk},
    "No earlier sign-off is a conditional approval.",
)
memo_conditions = unless(
    lambda look: look.visit.pk in look.visits_with_conditions,
    "No sign-off of the memo is a conditional approval yet.",
)
signers = unless(lambda look: look.has_rules, "No approval needed.")


def costs(look: GateContext) -> str:
    evaluation = look.evaluation
    if evaluation.prices_opened_at is None:
        return "Prices are sealed."
    limits = (evaluation.budget, evaluation.budget_once, evaluation.budget_yearly)
    if all(limit is None for limit in limits):
        return "The brief names no budget."
    return choice(look)


# So many people are named as those who can mend something.
NAMED = 3


class Mender(NamedTuple):
    """Who can mend something; somebody outside, such as a vendor, has no account."""

    pk: int | None
    name: str


@dataclass(frozen=True, slots=True)
class Blocker:
    """Why a gate is closed, in one sentence, and where it is mended. `link` leads to
    the very row, or to the form of the act; `verb` is the word on its button. Without
    `menders` it is for whoever runs the evaluation."""

    sentence: str
    link: str
    verb: str = "Fix"
    menders: tuple[Mender, ...] = ()
    # What its menders are reminded of (asked_for.json), and as whom they are awaited.
    kind: str = ""
    role: str = ""
    # Where only some of those who can are asked to.
    asked: tuple[Mender, ...] = ()

    def is_mended_by(self, user: User, evaluation: Evaluation) -> bool:
        if not self.menders:
            return evaluation.owner_id == user.pk
        return any(mender.pk == user.pk for mender in self.menders)

    def names(self, evaluation: Evaluation) -> str:
        names = [mender.name for mender in self.menders] or [evaluation.owner.name]
        if len(names) > NAMED:
            rest = len(names) - NAMED
            names[NAMED:] = [f"{rest} other{'s' if rest > 1 else ''}"]
        return " or ".join([", ".join(names[:-1]), names[-1]] if names[1:] else names)


def menders_of(people: Iterable[User]) -> tuple[Mender, ...]:
    return tuple(dict.fromkeys(Mender(person.pk, person.name) for person in people))


Check = Callable[["GateContext"], Iterator[Blocker]]
Nothing = Callable[["GateContext"], str]


@dataclass(frozen=True, slots=True)
class Gate:
    """One rule of one stage; `rule` is the sentence that users read."""

    name: str
    stage: Stage
    rule: str
    check: Check
    waivable: bool = True
    # Whether it waits for people's word: they are asked once all other gates are
    # silent, so these stand last in their stage.
    signing: bool = False
    # Why there is nothing to look at yet; blank if there is.
    nothing: Nothing = lambda look: ""
    # Whether its blockers tell what candidates answered, cost or proved.
    tells: bool = False

    @property
    def title(self) -> str:
        return self.rule.partition("\n")[0]


GATES: Registry[str, Gate] = Registry("gate")


def gate(stage: Stage, **terms: Any) -> Callable[[Check], Check]:
    """Register a function as a gate of `stage`, named like the function; `terms` are
    the fields of `Gate` that have a default.

    Raises:
        TypeError: at start-up, if it has no docstring. ImproperlyConfigured: its name
        is taken.
    """

    def register(check: Check) -> Check:
        rule = inspect.getdoc(check)
        name = check.__name__
        if not rule:
            raise TypeError(f"gate {name} has no rule to read")
        GATES.register(name, Gate(name, stage, rule, check, **terms))
        return check

    return register


def gates_of(stage: str) -> list[Gate]:
    return [gate for gate in GATES.values() if gate.stage == stage]


def unsigned(look: GateContext) -> Iterator[Blocker]:
    """A blocker for every rule that has not passed, or for having none: the decision
    needs one of its own, other stages only that anybody is asked at all."""
    rules = look.evaluation.sign_off_rules
    decides = look.visit.stage == Stage.DECISION
    if not look.tallies and (decides or not rules.exists()):
        yield Blocker(
            "Nobody is asked to sign this stage. Choose which roles must.",
            links.act("sign-off-rules", look.evaluation),
            "Choose who signs",
        )
    yield from unpassed(look)


def unpassed(look: GateContext) -> Iterator[Blocker]:
    waiting = [tally for tally in look.tallies if not tally.passed]
    if waiting:
        lendings = list(lendings_today(look.evaluation))
    else:
        lendings = []
    for tally in waiting:
        yield _unpassed(look, tally, lendings)
    if approved_of(look.tallies).is_short:
        place = links.page(look.evaluation, "sign_offs", f"stage-{look.visit.stage}")
        able = menders_of(user for _, user in more_signers(look.tallies))
        if not able:
            place = links.act("sign-off-rules", look.evaluation)
        if able:
            verb = "Sign"
        else:
            verb = "Choose who signs"
        yield Blocker(too_few(look.tallies), place, verb, able)


def _unpassed(
    look: GateContext, tally: RuleTally, lendings: list[Delegation]
) -> Blocker:
    """It waits on who may sign; where their word is no longer enough, on the owner."""
    evaluation = look.evaluation
    rule = tally.rule
    if tally.against:
        place = links.page(evaluation, "sign_offs", f"stage-{rule.stage}")
        return Blocker(tally.sentence, place)
    if not tally.can_pass:
        place = links.act("add-stakeholder", evaluation, role=rule.role)
        return Blocker(tally.sentence, place, "Add stakeholder")
    awaited = {part.pk: part.user for part in tally.awaited}
    lent = [
        lending.substitute
        for lending in lendings
        if lending.stakeholder_id in awaited
        and lending.substitute_id not in look.barred
    ]
    menders = menders_of([*awaited.values(), *lent])
    role = rule.get_role_display()
    return Blocker(tally.sentence, links.sign(rule), "Sign", menders, "sign_off", role)


SHOWN = 20
READ_BESIDE = ("asked_by", "answered_by", "visit", "candidate")


@dataclass(frozen=True, slots=True)
class GateReport:
    """One gate of the current stage: its blockers, and its waiver if it has one.
    `nothing` says why it is silent without holding: it has nothing to look at yet.
    `asked` is the last request for a waiver of it that nobody withdrew."""

    gate: Gate
    blockers: list[Blocker]
    waiver: Waiver | None
    nothing: str = ""
    asked: WaiverRequest | None = None
    # Whether what blocks it is closed to the reader.
    is_kept: bool = False
    # Of the gate that the stage's own signatures open.
    approved: tuple[Figure, Sentence] | None = None

    @property
    def is_waived(self) -> bool:
        return self.waiver is not None

    @property
    def open(self) -> bool:
        return not self.blockers or self.is_waived

    @property
    def shown(self) -> list[Blocker]:
        return self.blockers[:SHOWN]

    @property
    def more(self) -> int:
        return len(self.blockers) - len(self.shown)

    def closed_to(self, user: User, evaluation: Evaluation) -> "GateReport":
        """The same without what tells of answers that `user` may not read."""
        if not (self.gate.tells and self.blockers):
            return self
        hidden = [kept_from(user, evaluation, self.blockers)]
        return replace(self, blockers=hidden, asked=None, is_kept=True)


def kept_from(user: User, evaluation: Evaluation, hidden: Iterable[Blocker]) -> Blocker:
    """One blocker in place of those that `user` may not read. Whoever has not declared
    can do so; else it waits on the others who can fix it, or on whoever clears the
    conflict."""
    if barring_interest(user, evaluation) is None:
        return Blocker(
            "Hidden: the reason would reveal candidates’ answers.",
            links.act("declare-interests", evaluation),
            "Declare conflicts of interest",
            menders_of([user]),
        )
    every = {mender for blocker in hidden for mender in blocker.menders}
    others = sorted(mender for mender in every if mender.pk != user.pk)
    return Blocker(
        "Hidden because of your conflict of interest: the reason is about candidates’ "
        "answers.",
        links.page(evaluation, "conflicts"),
        menders=tuple(others) or (Mender(None, clears_it(user, evaluation)),),
    )


def reports_for(
    user: User, evaluation: Evaluation, look: GateContext | None = None
) -> list[GateReport]:
    reports = gate_reports(evaluation, look)
    if may_read_answers(user, evaluation):
        return reports
    return [report.closed_to(user, evaluation) for report in reports]


def gate_reports(
    evaluation: Evaluation, look: GateContext | None = None
) -> list[GateReport]:
    return cached_for_version(
        evaluation, "gates", lambda fresh: _reports(_look_at(fresh, look))
    )


def _look_at(evaluation: Evaluation, look: GateContext | None) -> GateContext:
    """`look`, if it is at this very state; a request that only reads takes one for all
    that it counts of a version."""
    return cached_for_version(
        evaluation, "look", lambda fresh: (look or GateContext(fresh)).at(fresh)
    )


def _reports(look: GateContext) -> list[GateReport]:
    evaluation = look.evaluation
    waivers = {
        waiver.gate: waiver
        for waiver in Waiver.objects.filter(visit=look.visit).select_related(
            "waived_by__user"
        )
    }
    rows = WaiverRequest.objects.filter(visit=look.visit).exclude(gate="")
    rows = rows.exclude(answer=WaiverAnswer.WITHDRAWN).order_by("asked_at")
    requests = {row.gate: row for row in rows.select_related(*READ_BESIDE)}
    reports = []
    for gate in gates_of(evaluation.stage):
        blocks = list(gate.check(look))
        signs = gate.name == f"{gate.stage}_signed" and look.tallies
        reports.append(
            GateReport(
                gate,
                blocks,
                waivers.get(gate.name),
                "" if blocks else gate.nothing(look),
                requests.get(gate.name),
                approved=approved_parts(approved_of(look.tallies)) if signs else None,
            )
        )
    return reports


def in_the_way(reports: Iterable[GateReport]) -> list[Blocker]:
    closed = (report for report in reports if not report.open)
    return [blocker for report in closed for blocker in report.blockers]


def blockers(evaluation: Evaluation) -> list[Blocker]:
    return in_the_way(gate_reports(evaluation))


def first_closed(look: GateContext) -> tuple[Gate, Blocker] | None:
    """The first closed gate and the first thing in its way; asks none after it, unless
    all were asked already."""
    reports = cached_or_none(look.evaluation, "gates")
    if reports is not None:
        closed = (report for report in reports if not report.open)
        return next(((report.gate, report.blockers[0]) for report in closed), None)
    return cached_for_version(
        look.evaluation,
        "first gate that is closed",
        lambda fresh: _first_closed(_look_at(fresh, look)),
    )


def _first_closed(look: GateContext) -> tuple[Gate, Blocker] | None:
    evaluation = look.evaluation
    waived = set(Waiver.objects.filter(visit=look.visit).values_list("gate", flat=True))
    for gate in gates_of(evaluation.stage):
        if gate.name not in waived:
            for blocker in gate.check(look):
                return gate, blocker
    return None


DIGEST_KEPT = 16


@dataclass(slots=True)
class SignerState:
    rule: SignOffRule
    look: GateContext
    tally: RuleTally | None

    @property
    def occurrence(self) -> str:
        visit = self.look.visit
        return f"{visit.number}.{visit.round}.{self.look.digest[:DIGEST_KEPT]}"

    @property
    def people(self) -> dict[User, Delegation | None]:
        """Who may sign now: those awaited, and who stands in for them today. Nobody
        once the rule cannot pass, or somebody is against it; once it has passed, those
        who make one more person, if that is needed."""
        tally = self.tally
        if tally is not None and tally.passed:
            able = more_signers(self.look.tallies)
            return {user: None for rule, user in able if rule == self.rule}
        if tally is None or not tally.can_pass:
            return {}
        seats: dict[User, Delegation | None] = {}
        awaited = {part.pk for part in tally.awaited}
        for lending in lendings_today(self.look.evaluation):
            substitute = lending.substitute
            if lending.stakeholder_id in awaited and substitute.is_active:
                seats[substitute] = lending
        seats |= {part.user: None for part in tally.awaited}
        return {
            user: lending
            for user, lending in seats.items()
            if user.pk not in self.look.barred
        }


def required_signers(look: GateContext) -> list[SignerState]:
    return [SignerState(tally.rule, look, tally) for tally in look.tallies]


def due_instant(evaluation: Evaluation) -> datetime.datetime | None:
    visits = list(Visit.objects.filter(evaluation=evaluation).order_by("number"))
    day = stage_due(evaluation, visits)
    if day is not None:
        return instant_of(day, LAST_MINUTE, evaluation.zone)
    return None
