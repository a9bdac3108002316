"""The order of the tests of a run: the longest first, an equal load for each worker.

`tests/durations.json` has the seconds of each test that took over one in the last full
run. xdist hands each worker an equal *number* of neighbouring tests and lets who is
done take from the end of another's; so each worker's share begins with its longest
files, and ends with those that drive a browser. Files that share a world of their
package stay together.
"""

import json
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

import pytest

DURATIONS = Path(__file__).parent / "durations.json"
SECONDS_OF_OTHERS = 0.1


@dataclass
class Group:
    """Tests that one worker should run one after the other."""

    items: list[pytest.Item] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def drives_browser(self) -> bool:
        """Whether Playwright's loop runs in the worker from then on."""
        return any("playwright" in _fixtures(item) for item in self.items)


@dataclass
class Share:
    """What one worker begins with: exactly so many tests."""

    size: int
    items: list[pytest.Item] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def room(self) -> int:
        return self.size - len(self.items)

    def take(self, items: list[pytest.Item], seconds: float) -> None:
        """Append tests that take so long."""
        self.items += items
        self.seconds += seconds


def read_durations(file: Path) -> dict[str, float]:
    """Seconds by node id.

    Raises ValueError for a file that is none of ours.
    """
    content = json.loads(file.read_text())
    if not isinstance(content, dict):
        raise TypeError("not an object")
    return {str(test): float(seconds) for test, seconds in content.items()}


def group_key(item: pytest.Item, packages: set[Path]) -> tuple[Path, bool]:
    """Which tests belong together: those of a file, or of a package with a world.

    Tests with committed rows stay apart: they empty the tables behind them.
    """
    commits = _commits(item)
    folder = item.path.parent
    return (folder if folder in packages and not commits else item.path, commits)


def _commits(item: pytest.Item) -> bool:
    names = _fixtures(item)
    mark = item.get_closest_marker("django_db")
    by_mark = mark is not None and bool(mark.kwargs.get("transaction"))
    return by_mark or "transactional_db" in names or "live_server" in names


def _fixtures(item: pytest.Item) -> list[str]:
    """The names of all that it is given."""
    return list(getattr(item, "fixturenames", ()))


def packages_with_worlds(items: list[pytest.Item]) -> set[Path]:
    """Folders whose tests share a fixture of the package."""
    found = set()
    for item in items:
        if item.path.parent in found:
            continue
        definitions = getattr(item, "_fixtureinfo", None)
        by_name = definitions.name2fixturedefs if definitions else {}
        if any(known[-1].scope == "package" for known in by_name.values()):
            found.add(item.path.parent)
    return found


def shared_out(
    items: list[pytest.Item], durations: dict[str, float], workers: int
) -> list[pytest.Item]:
    """All tests, the share of each worker after that of the one before."""
    packages = packages_with_worlds(items)
    groups: defaultdict[tuple[Path, bool], Group] = defaultdict(Group)
    for item in items:
        group = groups[group_key(item, packages)]
        group.items.append(item)
        group.seconds += durations.get(item.nodeid, SECONDS_OF_OTHERS)

    shares = _empty_shares(len(items), workers)
    # Browsers come last: a process that was forked, or a loop of a test's own, does not
    # get on with the loop that drives them.
    longest_first = sorted(groups.values(), key=lambda group: -group.seconds)
    for group in sorted(longest_first, key=lambda group: group.drives_browser):
        _place(group, shares)
    return [item for share in shares for item in share.items]


def _empty_shares(tests: int, workers: int) -> list[Share]:
    """As many tests for each worker as xdist hands it."""
    shares = []
    for place in range(workers):
        size = tests // (workers - place)
        shares.append(Share(size))
        tests -= size
    return shares


def _place(group: Group, shares: list[Share]) -> None:
    """Give a group to who has the least to do; a part to each where it fits nowhere."""
    by_load = sorted(shares, key=lambda share: share.seconds)
    for share in by_load:
        if share.room >= len(group.items):
            share.take(group.items, group.seconds)
            return

    rest = group.items
    for share in by_load:
        part = rest[: share.room]
        rest = rest[share.room :]
        share.take(part, group.seconds * len(part) / len(group.items))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> None:
    """Order what a worker is handed; one process alone keeps the order of the files."""
    workers = getattr(config, "workerinput", {}).get("workercount", 1)
    if workers < 2 or not items:
        return
    try:
        durations = read_durations(DURATIONS)
    except (OSError, TypeError, ValueError):
        durations = {}
    items[:] = shared_out(items, durations, workers)


def pytest_report_header(config: pytest.Config) -> str | None:
    """Say once that the order is not by duration."""
    try:
        read_durations(DURATIONS)
    except (OSError, TypeError, ValueError) as error:
        return f"durations.json is left aside ({error}): no order by duration"
    return None
