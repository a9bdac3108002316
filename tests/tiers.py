"""The tiers of the tests: each push runs all but what is marked `nightly`.

A test waits for the night only with a reason, and with a shorter test of each push that
guards the same with the same set-up. For each promise of docs/developers/reliability.md
`tests/guards.toml` names such tests. Collection refuses what does not keep to this, so
that no guard dies unnoticed.
"""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

NIGHTLY = "nightly"
FEWEST_WORDS = 4
# Where an own word of the nightly test stands in `short`.
OWN_WORD = "*"
PROMISES = [f"T{number}" for number in range(1, 72)]
GUARDS = "tests/guards.toml"
# Fixtures that pytest and its plugins provide, also where ours refine them.
OF_PLUGINS = ("_pytest.", "pytest_")

type Tests = dict[str, pytest.Item]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> None:
    """Refuse a nightly test without a short form, and a promise without a guard.

    That is before `-m` and `-k` take tests away; of several workers one looks.
    """
    unmark_short_forms(items)
    worker = getattr(config, "workerinput", {}).get("workerid", "gw0")
    if worker != "gw0":
        return

    tests = {item.nodeid: item for item in items}
    broken = list(rules_broken(tests, are_whole_files=collects_whole_files(config)))
    if collects_all(config):
        broken += guards_broken(config.rootpath, tests)
    if broken:
        refuse(config, "\n".join(broken))


def unmark_short_forms(items: list[pytest.Item]) -> None:
    """Take the mark of a whole function off the values that it names as short."""
    for test in items:
        test.own_markers[:] = [
            mark
            for mark in test.own_markers
            if mark.name != NIGHTLY
            or form_broken(mark)
            or short_form(test, mark.kwargs["short"]) != test.nodeid
        ]


def refuse(config: pytest.Config, words: str) -> None:
    """Say what is wrong and fail the run."""
    if not hasattr(config, "workerinput"):
        raise pytest.UsageError(words)
    # The usage error of a worker is lost; an error of collection is handed on.
    report = pytest.CollectReport(GUARDS, "failed", words, [])
    config.hook.pytest_collectreport(report=report)


def collects_whole_files(config: pytest.Config) -> bool:
    """Whether every test of each file is collected: none was named by its node id, and
    pytest does not leave out those that passed before."""
    only_failed = bool(config.getoption("lf", default=False))
    return not only_failed and not any("::" in argument for argument in config.args)


def collects_all(config: pytest.Config) -> bool:
    """Whether the whole folder of tests was asked for."""
    asked = {(config.invocation_params.dir / name).resolve() for name in config.args}
    folder = (config.rootpath / GUARDS).parent.resolve()
    is_asked = folder in asked or folder.parent in asked
    return is_asked and collects_whole_files(config)


# --- Short forms --------------------------------------------------------------------


def by_tier[T](push: T, night: T, *, reason: str, before: str = "") -> list[Any]:
    """The two values of a parameter: that of each push, and that of the night.

    `before` is what stands in `short` for the words of the parameters before it.
    """
    short = f"[{before}{push}]"
    return [
        push,
        pytest.param(night, marks=pytest.mark.nightly(reason=reason, short=short)),
    ]


def rules_broken(tests: Tests, *, are_whole_files: bool) -> Iterator[str]:
    """A sentence for each mark that breaks a rule."""
    files = {file_of(name) for name in tests}
    for test in tests.values():
        for mark in test.iter_markers(NIGHTLY):
            if broken := form_broken(mark):
                yield f"{test.nodeid}: {broken}"
                continue

            name = short_form(test, mark.kwargs["short"])
            if name in tests:
                broken = short_form_broken(test, tests[name])
            elif are_whole_files and file_of(name) in files:
                broken = "is not there"
            if broken:
                yield f"{test.nodeid}: its short form {name} {broken}."


def form_broken(mark: pytest.Mark) -> str:
    """What the mark itself lacks."""
    if mark.args or mark.kwargs.keys() - {"reason", "short"}:
        return 'write nightly(reason="...", short="...").'
    if len(str(mark.kwargs.get("reason", "")).split()) < FEWEST_WORDS:
        return f"nightly(reason=...) needs a reason of {FEWEST_WORDS} words or more."
    if not mark.kwargs.get("short"):
        return "nightly(short=...) has to name the test of each push that guards it."
    return ""


def short_form_broken(test: pytest.Item, short: pytest.Item) -> str:
    """What makes this no short form of the nightly test."""
    if short.get_closest_marker(NIGHTLY):
        return "waits for the night itself"
    if missing := shared_fixtures(test) - shared_fixtures(short):
        names = sorted(definition.argname for definition in missing)
        return f"does not use {', '.join(names)}, which the nightly test shares"
    return ""


def short_form(test: pytest.Item, written: str) -> str:
    """The whole node id of what is written as `short`.

    `[...]` is the same function with these parameters, `::name` is in the same file.
    A `*` among the parameters stands for the nightly test's own word at that place.
    """
    if written.startswith("["):
        name = test.nodeid.partition("[")[0] + written
    elif written.startswith("::"):
        name = file_of(test.nodeid) + written
    else:
        name = written

    function, bracket, parameters = name.partition("[")
    _, _, own_parameters = test.nodeid.partition("[")
    own_words = own_parameters.split("-")
    words = parameters.split("-")
    for place, own_word in enumerate(own_words[: len(words)]):
        words[place] = words[place].replace(OWN_WORD, own_word.removesuffix("]"))
    return function + bracket + "-".join(words)


def file_of(name: str) -> str:
    """The file in a node id."""
    return name.partition("::")[0]


def shared_fixtures(test: pytest.Item) -> set[pytest.FixtureDef[Any]]:
    """What it asks for that is made once for several tests, by our own code."""
    if not isinstance(test, pytest.Function):
        return set()
    return {
        definitions[-1]
        for definitions in test._fixtureinfo.name2fixturedefs.values()
        if definitions[-1].scope != "function"
        and not definitions[-1]._autouse
        and not definitions[0].func.__module__.startswith(OF_PLUGINS)
    }


# --- Guards of promises -------------------------------------------------------------


def guards_broken(root: Path, tests: Tests) -> Iterator[str]:
    """A sentence for each promise that has no guard in each push, or lost one."""
    guards = tomllib.loads((root / GUARDS).read_text())
    for promise in PROMISES:
        guard = guards.pop(promise, {})
        if "push" not in guard:
            yield f"{GUARDS}: {promise} names no test of each push."
        for tier, name in guard.items():
            if broken := guard_broken(root, tests, tier, name):
                yield f"{GUARDS}: {promise}: {name} {broken}."
    for name in guards:
        yield f"{GUARDS}: there is no promise {name}."


def guard_broken(root: Path, tests: Tests, tier: str, name: str) -> str:
    """What keeps this test from guarding at that tier."""
    if name not in tests:
        files = {file_of(test) for test in tests}
        # A file that cannot be read by pytest, or was left out, is told elsewhere.
        was_left_out = file_of(name) not in files and (root / file_of(name)).exists()
        return "" if was_left_out else "is not there"
    is_nightly = tests[name].get_closest_marker(NIGHTLY) is not None
    if tier == "push" and is_nightly:
        return "waits for the night"
    if tier == NIGHTLY and not is_nightly:
        return "is no nightly test"
    return ""
