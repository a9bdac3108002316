"""What is installed is what the lock says; a resolver can go back without a word."""

import re
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
LOCKED = re.compile(r"^([A-Za-z0-9._-]+)==([^ ;\\]+)(?: ; ([^\\]+))?", re.MULTILINE)


def lock_of(name: str) -> dict[str, str]:
    """Version by name of what the lock wants on this machine."""
    text = (ROOT / f"{name}.txt").read_text()
    return {
        package: version
        for package, version, marker in LOCKED.findall(text)
        if not marker or Requirement(f"x ; {marker}").marker.evaluate()  # type: ignore[union-attr]
    }


@pytest.mark.parametrize("name", ["requirements", "requirements-dev"])
def test_what_we_ask_for_is_locked_in_its_range(name: str) -> None:
    locked = lock_of(name)
    for line in (ROOT / f"{name}.in").read_text().splitlines():
        asked = line.split("#")[0].strip()
        if not asked or asked.startswith("-r"):
            continue
        requirement = Requirement(asked)
        version = locked[requirement.name.lower()]
        assert requirement.specifier.contains(version), asked
        assert "#" in line, f"{requirement.name} has no word on why it is here"


def test_the_development_lock_holds_the_run_time_lock() -> None:
    assert lock_of("requirements").items() <= lock_of("requirements-dev").items()


def test_the_lock_is_what_is_installed() -> None:
    wrong = {
        package: metadata.version(package)
        for package, version in lock_of("requirements").items()
        if metadata.version(package) != version
    }
    assert wrong == {}
