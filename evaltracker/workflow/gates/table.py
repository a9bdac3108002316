"""The registry of gates and the decorator that fills it."""

import inspect
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from evaltracker.evaluations.choices import Stage
from evaltracker.evaluations.models import Evaluation, User
from evaltracker.kit.registry import Registry
from evaltracker.workflow.gates.facts import Look

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
