"""Test results as an in-toto statement; reported, for no signature of it is checked.

https://in-toto.io/attestation/test-result/v0.1 lists tests by name: passed, warned and
failed. A name is for a criterion if it begins with its number. What the statement says
besides is kept in the file and not read, as in-toto asks of its readers.
"""

import datetime
from typing import Any

from evaltracker.rest.parsers import read_json
from trials.run_formats import (
    MOST_CASES,
    MOST_RUNS,
    ReportedFile,
    ReportedRun,
    refuse,
)
from trials.run_formats.case_names import criterion_in
from trials.run_formats.described import Description

STATEMENT = "https://in-toto.io/Statement/v1"
TEST_RESULT = "https://in-toto.io/attestation/test-result/v0.1"
LISTS = {"passedTests": False, "warnedTests": False, "failedTests": True}


def read_in_toto(
    text: str, described: Description, given: datetime.datetime | None
) -> ReportedFile:
    """What the tests say that name a criterion.

    Raises:
        ParseError: it is no JSON. Invalid: it is no such statement.

    """
    statement = read_json(text)
    if not isinstance(statement, dict) or statement.get("_type") != STATEMENT:
        raise refuse(
            "Send the in-toto statement itself. A signed envelope is not opened, for "
            "its signature would not be checked."
        )
    if statement.get("predicateType") != TEST_RESULT:
        raise refuse(f"The statement's predicateType must be {TEST_RESULT}.")
    if given is None:
        raise refuse("A statement has no time; give it in the address: ?measured_at=…")
    names = _names(statement.get("predicate"))
    runs = [
        ReportedRun(pointer, criterion, given, failed=failed)
        for pointer, name, failed in names
        if (criterion := criterion_in(name))
    ]
    if not runs:
        raise refuse(
            "No test names a criterion. Begin names with its number, such as “c2 "
            "restores a job”."
        )
    if len(runs) > MOST_RUNS:
        raise refuse(f"Over {MOST_RUNS:,} tests name a criterion; split the file.")
    return described.file_of(runs, len(names) - len(runs))


def _names(predicate: Any) -> list[tuple[str, str, bool]]:
    """Each test with its place, and whether it failed."""
    if not isinstance(predicate, dict):
        raise refuse("The statement has no predicate.")
    found = []
    for field, failed in LISTS.items():
        names = predicate.get(field, [])
        if not isinstance(names, list) or not all(isinstance(it, str) for it in names):
            raise refuse(f"predicate.{field} must be a list of names.")
        found += [
            (f"predicate.{field}.{at}", name, failed) for at, name in enumerate(names)
        ]
    if len(found) > MOST_CASES:
        raise refuse(f"The statement has over {MOST_CASES:,} tests; split it.")
    return found
