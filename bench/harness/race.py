"""Taking turns, and what comes of it: 10th percentiles and their ratios."""

import gc
import random
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

type Contender = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Size:
    """How long a race is: so many blocks of so many rounds."""

    blocks: int = 9
    rounds: int = 60
    warm_up: int = 20

    @classmethod
    def of(cls, arguments: Sequence[str], *, rounds: int = 60) -> Self:
        """The size that was asked for; `--quick` is for trying things out."""
        if "--quick" in arguments:
            return cls(blocks=3, rounds=max(5, rounds // 3), warm_up=5)
        return cls(rounds=rounds, warm_up=max(3, min(20, rounds // 3)))


@dataclass(frozen=True, slots=True)
class Ratio:
    """How many times one takes of another, over all blocks, and by block."""

    value: float
    lowest: float
    highest: float

    def __str__(self) -> str:
        return f"{self.value:.2f} [{self.lowest:.2f}–{self.highest:.2f}]"


@dataclass(frozen=True, slots=True)
class Race:
    """Seconds of every call, by contender and block."""

    times: dict[str, list[list[float]]]

    def tenth(self, name: str) -> float:
        """The 10th percentile of all calls."""
        return tenth([number for block in self.times[name] for number in block])

    def median(self, name: str) -> float:
        """The median of all calls; moved by whatever else the machine does."""
        return statistics.median(
            number for block in self.times[name] for number in block
        )

    def ratio(self, name: str, base: str) -> Ratio:
        """What `name` takes for each second of `base`."""
        blocks = [
            tenth(ours) / tenth(theirs)
            for ours, theirs in zip(self.times[name], self.times[base], strict=True)
        ]
        whole = self.tenth(name) / self.tenth(base)
        return Ratio(whole, min(blocks), max(blocks))


def tenth(times: Sequence[float]) -> float:
    """The 10th percentile: what a call takes when nobody disturbs it."""
    return statistics.quantiles(times, n=10, method="inclusive")[0]


def alternate(
    contenders: Mapping[str, Contender],
    size: Size,
    before: Mapping[str, Contender] | None = None,
) -> Race:
    """Let all take turns, in a fresh random order in each round.

    What stands in `before` under a contender's name is done ahead of each of its turns,
    and is not measured.
    """
    ready = before or {}
    times: dict[str, list[list[float]]] = {name: [] for name in contenders}
    for name, contender in contenders.items():
        for _ in range(size.warm_up):
            ready.get(name, _nothing)()
            contender()
    gc.collect()
    gc.disable()
    try:
        for _ in range(size.blocks):
            for name in times:
                times[name].append([])
            for _ in range(size.rounds):
                for name in random.sample(list(contenders), len(contenders)):
                    ready.get(name, _nothing)()
                    began = time.perf_counter()
                    contenders[name]()
                    times[name][-1].append(time.perf_counter() - began)
            gc.collect()
    finally:
        gc.enable()
    return Race(times)


def _nothing() -> None:
    """What is done before a turn of which nothing is said."""
