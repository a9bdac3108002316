"""Runs as JSON: one object with an id and a list of numbers."""

from collections.abc import Mapping
from typing import Any

from evaltracker.rest.parsers import read_json
from evaltracker.rest.views import UNKNOWN_FIELD
from trials.run_formats import (
    MOST_RUNS,
    UNIT_LIMIT,
    Faults,
    ReportedFile,
    ReportedRun,
    read_criterion,
    read_instant,
    read_value,
    refuse,
)
from trials.run_formats.described import read_description

KNOWN = frozenset({"id", "commit", "link", "environment", "runs"})
OF_RUN = frozenset({"criterion", "value", "unit", "measured_at"})
MISSING = "This field is needed."


def read_json_runs(text: str) -> ReportedFile:
    """What the body says; decimals stay as they were written.

    Raises:
        ParseError: it is no JSON. Invalid: by place.

    """
    body = read_json(text, exact=True)
    if not isinstance(body, dict):
        raise refuse("The body must be a JSON object.")
    faults = Faults()
    for name in sorted(body.keys() - KNOWN):
        faults.add(name[:100], UNKNOWN_FIELD)
    described = read_description(body, faults)
    runs = body.get("runs")
    if not isinstance(runs, list) or not 0 < len(runs) <= MOST_RUNS:
        faults.add("runs", f"Give a list of 1 to {MOST_RUNS:,} runs.")
        runs = []
    read = [_read_run(run, f"runs.{at}", faults) for at, run in enumerate(runs)]
    faults.check()
    runs = [run for run in read if run is not None]
    return described.file_of(runs)


def _read_run(run: Any, pointer: str, faults: Faults) -> ReportedRun | None:
    if not isinstance(run, dict):
        faults.add(pointer, "It must be a JSON object.")
        return None
    if run.keys() != OF_RUN:
        _tell_names(run, pointer, faults)
        return None
    field = ""
    try:
        field = "criterion"
        criterion = read_criterion(run["criterion"])
        field = "value"
        number = read_value(run["value"])
        field = "unit"
        unit = _read_unit(run["unit"])
        field = "measured_at"
        measured_at = read_instant(run["measured_at"])
    except ValueError as error:
        faults.add(f"{pointer}.{field}", str(error))
        return None
    return ReportedRun(pointer, criterion, measured_at, number, unit)


def _tell_names(run: Mapping[str, Any], pointer: str, faults: Faults) -> None:
    for name in sorted(OF_RUN - run.keys()):
        faults.add(f"{pointer}.{name}", MISSING)
    for name in sorted(run.keys() - OF_RUN):
        faults.add(f"{pointer}.{name[:100]}", UNKNOWN_FIELD)


def _read_unit(given: object) -> str:
    if not isinstance(given, str) or not 0 < len(given) <= UNIT_LIMIT:
        raise ValueError("Give the unit of the number, such as ms.")
    return given
