"""What the gates read of one evaluation, each fact at its first use."""

import datetime
import inspect
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from evaltracker.decision import links
from evaltracker.decision.memo import document_of
from evaltracker.decision.models import Decision
from evaltracker.evaluations.choices import Priority, Stage
from evaltracker.evaluations.models import Evaluation, Requirement, User, Visit
from evaltracker.toolbox.registry import Registry
from stakeholders.models import Condition, Delegation, SignOffRule
from stakeholders.policy import insiders, lendings_today
from stakeholders.selectors import RuleTally, open_conditions
from stakeholders.selectors import tally as selectors_tally
from stakeholders.services.sign_offs import digest_of
from trials.models import Criterion, Trial
from trials.selectors import Ledger, counted_scores, unjudged_criteria
from trials.selectors.cell_numbers import counted_once, standing_ledger
from vendors.choices import CandidateState
from vendors.models import Candidate, Question
from vendors.policy import conflicted_people

IN_THE_RUNNING = (CandidateState.SHORTLISTED, CandidateState.CHOSEN)


@dataclass(frozen=True, slots=True)
class Judged:
    """How many are judged of how many there are."""

    judged: int = 0
    asked: int = 0

    @property
    def open(self) -> int:
        """How many nobody has judged yet."""
        return self.asked - self.judged

    def __add__(self, other: "Judged") -> "Judged":
        return Judged(self.judged + other.judged, self.asked + other.asked)


class Look:
    """An evaluation as it stands at `now`; facts are cached for one request."""

    def __init__(
        self, evaluation: Evaluation, now: datetime.datetime | None = None
    ) -> None:
        """Look at `evaluation`; `now` defaults to this instant."""
        self.evaluation = evaluation
        self.now = now or timezone.now()

    def at(self, evaluation: Evaluation) -> "Look":
        """This look, if it is at this very state of the evaluation, else a new one."""
        return self if self.evaluation is evaluation else Look(evaluation)

    @cached_property
    def visits(self) -> list[Visit]:
        """All stays, the first first."""
        rows = Visit.objects.filter(evaluation=self.evaluation)
        return list(rows.select_related("entered_by", "left_by").order_by("number"))

    @property
    def visit(self) -> Visit:
        """The stay that is going on, or the last one of an ended evaluation."""
        return self.visits[-1]

    @cached_property
    def requirements(self) -> list[Requirement]:
        """Requirements that are not retired."""
        live = self.evaluation.requirements.filter(retired_at__isnull=True)
        return list(live.select_related("category", "metric"))

    @cached_property
    def musts(self) -> list[Requirement]:
        """The must-haves among them."""
        live = self.evaluation.requirements.filter(retired_at__isnull=True)
        return list(
            live.filter(priority=Priority.MUST).select_related("category", "metric")
        )

    def named(self, ref: str) -> Requirement:
        """The requirement of that reference."""
        return next(row for row in self.requirements if row.ref == ref)

    @cached_property
    def shortlisted(self) -> list[Candidate]:
        """Candidates still in the running."""
        return list(
            Candidate.objects.filter(
                evaluation=self.evaluation, state__in=IN_THE_RUNNING
            )
        )

    @property
    def judges(self) -> list[User]:
        """Who may judge: the owner and everybody with a role, without a conflict."""
        return [person for person in self.insiders if person.pk not in self.conflicted]

    @cached_property
    def insiders(self) -> list[User]:
        """The owner and everybody with a role."""
        return list(insiders(self.evaluation))

    @cached_property
    def conflicted(self) -> set[int]:
        """Ids of people with a conflict of interest that nobody has cleared."""
        return conflicted_people(self.evaluation)

    @cached_property
    def ledger(self) -> Ledger:
        """Every cell of every candidate."""
        return standing_ledger(self.evaluation)

    @cached_property
    def trials(self) -> list[Trial]:
        """Trials of candidates still in the running, with their gaps."""
        return list(
            Trial.objects.filter(candidate__in=self.shortlisted)
            .select_related("candidate")
            .prefetch_related("gaps")
        )

    @cached_property
    def has_rules(self) -> bool:
        """Whether anybody is asked to sign this stage."""
        return SignOffRule.objects.filter(
            evaluation=self.evaluation, stage=self.visit.stage
        ).exists()

    @cached_property
    def criteria(self) -> dict[UUID, Judged]:
        """By candidate in the running, how many criteria of its trials are judged."""
        asked = Criterion.objects.filter(
            trial__candidate__in=self.shortlisted, requirement__retired_at__isnull=True
        )
        pending = set(
            unjudged_criteria()
            .filter(trial__candidate__in=self.shortlisted)
            .values_list("pk", flat=True)
        )
        found = {candidate.pk: Judged() for candidate in self.shortlisted}
        for candidate, key in asked.values_list("trial__candidate", "pk"):
            found[candidate] += Judged(int(key not in pending), 1)
        return found

    @property
    def criteria_in_all(self) -> Judged:
        """The same of all of them together."""
        return sum(self.criteria.values(), Judged())

    @cached_property
    def document(self) -> str:
        """The words that are signed in this stage, as they stand now."""
        return counted_once(
            self.evaluation,
            "document",
            lambda fresh: document_of(fresh, visit=self.at(fresh).visit),
        )

    @cached_property
    def tallies(self) -> list[RuleTally]:
        """How each sign-off rule of this stage stands for those words."""
        if not self.has_rules:  # then nobody has to write the words
            return []
        return selectors_tally(self.visit, self.digest, self.barred)

    @cached_property
    def digest(self) -> str:
        """The SHA-256 of those words."""
        return digest_of(self.document)

    @property
    def barred(self) -> set[int]:
        """Ids of people whose conflict of interest keeps them from signing it."""
        if self.visit.stage == Stage.REQUIREMENTS:
            return set()
        return self.conflicted

    @property
    def open_conditions(self) -> QuerySet[Condition]:
        """Conditions that nobody has closed, of all stays."""
        return open_conditions(self.evaluation)

    @cached_property
    def visits_with_conditions(self) -> set[object]:
        """Ids of visits on which an approval came with a condition, closed or not."""
        asked = Condition.objects.filter(sign_off__visit__evaluation=self.evaluation)
        return set(asked.values_list("sign_off__visit", flat=True))


# Why a gate has nothing to look at yet: each says it in a sentence, or is blank.


def needs(look: Look) -> str:
    """Without requirements there is none to weigh."""
    return "" if look.requirements else "There is no requirement yet."


def musts(look: Look) -> str:
    """Without must-haves there is none to tie, answer, show or prove."""
    return "" if look.musts else "No requirement is a must-have yet."


def shortlist(look: Look) -> str:
    """Without a short list there is nobody to ask."""
    return "" if look.shortlisted else "No candidate is shortlisted yet."


def questions(look: Look) -> str:
    """Without questions there is none to answer."""
    asked = Question.objects.filter(evaluation=look.evaluation).exists()
    return "" if asked else "No vendor has asked a question yet."


def scores(look: Look) -> str:
    """Without locked scores none are far apart."""
    given = counted_scores(look.evaluation).exists()
    return "" if given else "Nobody has locked a score yet."


def trials(look: Look) -> str:
    """Without trials there are no gaps."""
    return "" if look.trials else "No shortlisted candidate has a trial yet."


def choice(look: Look) -> str:
    """Without a choice there is nobody to be knocked out."""
    chosen = Decision.objects.filter(
        evaluation=look.evaluation, candidate__isnull=False
    ).exists()
    return "" if chosen else "No candidate is chosen yet."


def costs(look: Look) -> str:
    """Without open prices, a choice or a budget there is nothing to compare."""
    evaluation = look.evaluation
    if evaluation.prices_opened_at is None:
        return "Prices are sealed."
    limits = (evaluation.budget, evaluation.budget_once, evaluation.budget_yearly)
    if all(limit is None for limit in limits):
        return "The brief names no budget."
    return choice(look)


def earlier_conditions(look: Look) -> str:
    """Without conditions from earlier stages there is none to close."""
    found = look.visits_with_conditions - {look.visit.pk}
    return "" if found else "No earlier sign-off is a conditional approval."


def memo_conditions(look: Look) -> str:
    """Without conditions on the memo there is none to close."""
    found = look.visit.pk in look.visits_with_conditions
    return "" if found else "No sign-off of the memo is a conditional approval yet."


def signers(look: Look) -> str:
    """Where nobody has to be asked and nobody is, there is nothing to sign."""
    return "" if look.has_rules else "Nobody is asked to sign this stage."


# The registry of gates and the decorator that fills it.

# So many people are named as those who can mend something.
NAMED = 3


class Mender(NamedTuple):
    """Who can mend something; somebody outside, such as a vendor, has no account."""

    pk: int | None
    name: str


@dataclass(frozen=True, slots=True)
class Blocker:
    """Why a gate is closed, in one sentence, and where it is mended.

    `link` leads to the very row, or to the form of the act; `verb` is the word on its
    button. Without `menders` it is for whoever runs the evaluation.
    """

    sentence: str
    link: str
    verb: str = "Fix"
    menders: tuple[Mender, ...] = ()

    def is_mended_by(self, user: User, evaluation: Evaluation) -> bool:
        """Whether `user` can mend it."""
        if not self.menders:
            return evaluation.owner_id == user.pk
        return any(mender.pk == user.pk for mender in self.menders)

    def names(self, evaluation: Evaluation) -> str:
        """On whom it waits: “Priya Nair or Ivan Petrov”."""
        names = [mender.name for mender in self.menders] or [evaluation.owner.name]
        if len(names) > NAMED:
            rest = len(names) - NAMED
            names[NAMED:] = [f"{rest} other{'s' if rest > 1 else ''}"]
        return " or ".join([", ".join(names[:-1]), names[-1]] if names[1:] else names)


def menders_of(people: Iterable[User]) -> tuple[Mender, ...]:
    """Those people, each once."""
    return tuple(dict.fromkeys(Mender(person.pk, person.name) for person in people))


Check = Callable[["Look"], Iterator[Blocker]]
Nothing = Callable[["Look"], str]


def always_something(look: Look) -> str:
    """Blank: there always is something to look at."""
    return ""


@dataclass(frozen=True, slots=True)
class Gate:
    """One rule of one stage; `rule` is the sentence that users read."""

    name: str
    stage: Stage
    rule: str
    check: Check
    waivable: bool
    # Whether it waits for people's word: they are asked once all other gates are
    # silent, so these stand last in their stage.
    signing: bool = False
    # Why there is nothing to look at yet; blank if there is.
    nothing: Nothing = always_something
    # Whether its blockers tell what candidates answered, cost or proved.
    tells: bool = False

    @property
    def title(self) -> str:
        """The first line of the rule."""
        return self.rule.partition("\n")[0]


GATES: Registry[str, Gate] = Registry("gate")


def gate(
    stage: Stage,
    *,
    waivable: bool = True,
    signing: bool = False,
    nothing: Nothing = always_something,
    tells: bool = False,
) -> Callable[[Check], Check]:
    """Register a function as a gate of `stage`, named like the function.

    `nothing` says why a silent gate has nothing to look at yet, so that nobody reads
    it as one that holds. `tells` closes its blockers to readers who
    may not read answers.

    Raises:
        TypeError: at start-up, if it has no docstring.
        ImproperlyConfigured: its name is taken.

    """

    def register(check: Check) -> Check:
        rule = inspect.getdoc(check)
        name = check.__name__
        if not rule:
            raise TypeError(f"gate {name} has no rule to read")
        GATES.register(
            name, Gate(name, stage, rule, check, waivable, signing, nothing, tells)
        )
        return check

    return register


def gates_of(stage: str) -> list[Gate]:
    """The gates of a stage, in the order in which they are worked off."""
    return [gate for gate in GATES.values() if gate.stage == stage]


# What the sign-off gates of all stages share.


def unsigned(look: Look) -> Iterator[Blocker]:
    """A blocker for every rule that has not passed, or for having no rule."""
    if not look.tallies:
        yield Blocker(
            "Nobody is asked to sign this stage; choose which roles must.",
            links.act("sign-off-rules", look.evaluation),
            "Choose who signs",
        )
    yield from unpassed(look)


def unpassed(look: Look) -> Iterator[Blocker]:
    """A blocker for every rule that has not passed."""
    waiting = [tally for tally in look.tallies if not tally.passed]
    lendings = list(lendings_today(look.evaluation)) if waiting else []
    for tally in waiting:
        yield _unpassed(look, tally, lendings)


def _unpassed(look: Look, tally: RuleTally, lendings: list[Delegation]) -> Blocker:
    """It waits on who may sign; where their word is no longer enough, on the owner."""
    evaluation, rule = look.evaluation, tally.rule
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
    return Blocker(tally.sentence, links.sign(rule), "Sign", menders)
