"""The registry of gates and the decorator that fills it."""

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from evaltracker.evaluations.choices import Stage
from evaltracker.kit.registry import Registry
from evaltracker.workflow.gates.facts import Look


@dataclass(frozen=True, slots=True)
class Blocker:
    """Why a gate is closed, in one sentence, and where it is mended."""

    sentence: str
    link: str


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


GATES: Registry[str, Gate] = Registry("gate")


def gate(
    stage: Stage,
    *,
    waivable: bool = True,
    signing: bool = False,
    nothing: Nothing = always_something,
) -> Callable[[Check], Check]:
    """Register a function as a gate of `stage`, named like the function.

    `nothing` says why a silent gate has nothing to look at yet, so that nobody reads
    it as one that holds.

    Raises:
        TypeError: at start-up, if it has no docstring.
        ImproperlyConfigured: its name is taken.

    """

    def register(check: Check) -> Check:
        rule = inspect.getdoc(check)
        name = check.__name__
        if not rule:
            raise TypeError(f"gate {name} has no rule to read")
        GATES.register(name, Gate(name, stage, rule, check, waivable, signing, nothing))
        return check

    return register


def gates_of(stage: str) -> list[Gate]:
    """The gates of a stage, in the order in which they are worked off."""
    return [gate for gate in GATES.values() if gate.stage == stage]
