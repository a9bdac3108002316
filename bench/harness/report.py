"""What a race says: figures beside their goals, on paper and as JSON."""

import datetime
import json
import os
import platform
import subprocess
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from bench.harness.place import ROOT
from bench.harness.race import Race, Ratio
from tests.services import postgres_binaries

RESULTS = ROOT / "bench" / "results"
PACKAGES = ("django", "djangorestframework", "psycopg", "gunicorn", "msgspec")
# Between these the method tells the floor from itself no better than it should.
VALID = (0.95, 1.05)
OK, MISSED, INVALID = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Goal:
    """A ratio of two contenders that must not be over `most`, or under `least`."""

    name: str
    contender: str
    base: str
    most: float | None = None
    least: float | None = None

    def __str__(self) -> str:
        return f"≤ {self.most}" if self.most is not None else f"≥ {self.least}"

    def reached(self, figure: Ratio) -> bool:
        """Whether `figure` is on the right side."""
        return (self.most is None or figure.value <= self.most) and (
            self.least is None or figure.value >= self.least
        )


def report(
    name: str, race: Race, *, same: tuple[str, str], goals: Sequence[Goal]
) -> int:
    """Print the race, keep it in `bench/results/`; the exit code of the benchmark."""
    machine = describe_machine()
    print(f"\n{name}: {', '.join(f'{key} {value}' for key, value in machine.items())}")
    for contender in race.times:
        tenth, median = race.tenth(contender) * 1e3, race.median(contender) * 1e3
        print(f"  {contender:32} {tenth:9.3f} ms  (median {median:.3f})")
    twin = race.ratio(same[1], same[0])
    valid = VALID[0] <= twin.value <= VALID[1]
    print(f"  A/A  {same[1]} / {same[0]}: {twin}  {'valid' if valid else 'INVALID'}")
    rows = []
    for goal in goals:
        figure = race.ratio(goal.contender, goal.base)
        reached = goal.reached(figure)
        verdict = ("ok" if reached else "not reached") if valid else "INVALID"
        print(
            f"  {goal.name:4} {goal.contender} / {goal.base}: {figure}  "
            f"goal {goal}  {verdict}"
        )
        rows.append({**asdict(goal), "figure": asdict(figure), "verdict": verdict})
    kept: dict[str, Any] = {
        "benchmark": name,
        "at": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "machine": machine,
        "same": asdict(twin),
        "valid": valid,
        "goals": rows,
        "tenth": {time: race.tenth(time) for time in race.times},
        "seconds": race.times,
    }
    _keep(name, kept)
    if not valid:
        return INVALID
    return OK if all(row["verdict"] == "ok" for row in rows) else MISSED


def describe_machine() -> dict[str, str]:
    """Where it was measured, and on what."""
    found = {
        "cores": str(os.cpu_count()),
        "load": f"{os.getloadavg()[0]:.1f}",
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "postgresql": _postgres_version(),
    }
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def _postgres_version() -> str:
    binaries = postgres_binaries()
    if binaries is None:
        return "of the wheel"
    said = subprocess.check_output([binaries / "postgres", "--version"], text=True)
    return said.split()[2]


def _keep(name: str, kept: dict[str, Any]) -> None:
    RESULTS.mkdir(exist_ok=True)
    stamp = kept["at"].replace(":", "").replace("+0000", "Z")
    file = RESULTS / f"{name}-{stamp}.json"
    file.write_text(json.dumps(kept, indent=1))
    print(f"  kept in {file.relative_to(ROOT)}")
