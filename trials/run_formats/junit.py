"""Test results as JUnit XML, which everybody's runner writes a little differently.

A test case is for a criterion if it has the property `criterion`, or a name that begins
with its number, such as “c2 restores a job”. The properties `measure.value` and
`measure.unit` give it a number, `measured_at` a time; else the time is its suite's.
"""

import datetime
from collections.abc import Mapping
from typing import Any
from xml.etree.ElementTree import Element, ParseError, TreeBuilder

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import XMLParser

from trials.run_formats import (
    MOST_CASES,
    MOST_RUNS,
    UNIT_LIMIT,
    Faults,
    ReportedFile,
    ReportedRun,
    read_criterion,
    read_iso,
    read_value,
    refuse,
)
from trials.run_formats.case_names import criterion_in
from trials.run_formats.described import Description

DEPTH = 30
MOST_ELEMENTS = 6 * MOST_CASES
NO_TIME = (
    "It has no time: give its suite the attribute timestamp, or the address "
    "?measured_at=…"
)


class LimitedBuilder(TreeBuilder):
    """Builds a tree that is no deeper or larger than a file of tests can be."""

    def __init__(self) -> None:
        super().__init__()
        self._depth = self._elements = self._cases = 0

    def start(self, tag: Any, attrs: Any, /) -> Any:
        """Count an element that begins.

        Raises:
            Invalid: over a limit.

        """
        self._depth += 1
        self._elements += 1
        self._cases += tag == "testcase"
        if self._depth > DEPTH:
            raise refuse(f"The file is nested too deeply: over {DEPTH} levels.")
        if self._cases > MOST_CASES or self._elements > MOST_ELEMENTS:
            raise refuse(f"The file has over {MOST_CASES:,} test cases; split it.")
        return super().start(tag, attrs)

    def end(self, tag: Any, /) -> Any:
        """Count an element that ends."""
        self._depth -= 1
        return super().end(tag)


def read_junit(
    content: bytes, described: Description, given: datetime.datetime | None = None
) -> ReportedFile:
    """What the cases say that name a criterion; `given` is the time of those without.

    Raises:
        Invalid: it is no such file, over a limit, or by place.

    """
    root = _tree(content)
    faults, runs = Faults(), []
    ignored = number = 0
    for case, suite in _cases(root, None):
        number += 1
        name, properties = case.get("name", ""), _properties(case)
        criterion = properties.get("criterion") or criterion_in(name)
        if not criterion or case.find("skipped") is not None:
            ignored += 1
            continue
        pointer = f"testcase.{number}"
        try:
            runs.append(
                _run(
                    pointer,
                    case,
                    properties,
                    criterion,
                    _when(properties, suite, given),
                )
            )
        except ValueError as error:
            faults.add(pointer, f"“{name[:80]}”: {error}")
    faults.check()
    if not runs:
        raise refuse(
            "No test names a criterion. Give tests the property criterion, or a name "
            "that begins with its number, such as “c2 restores a job”."
        )
    if len(runs) > MOST_RUNS:
        raise refuse(f"Over {MOST_RUNS:,} tests name a criterion; split the file.")
    return described.file_of(runs, ignored)


def _tree(content: bytes) -> Element:
    parser: Any = XMLParser(target=LimitedBuilder(), forbid_dtd=True)
    try:
        parser.feed(content)
        root: Element = parser.close()
    except DefusedXmlException as error:
        raise refuse(
            "The file has a document type or entities, which are never read."
        ) from error
    except (ParseError, LookupError, ValueError) as error:
        raise refuse(f"The file is not XML: {str(error)[:150]}.") from error
    if root.tag not in ("testsuites", "testsuite"):
        raise refuse("The file is not JUnit XML: it begins with no testsuite.")
    return root


def _cases(element: Element, suite: Element | None) -> Any:
    """Each case with the suite that it stands in, in the order of the file."""
    for child in element:
        if child.tag == "testcase":
            yield child, element if element.tag == "testsuite" else suite
        elif child.tag == "testsuite":
            yield from _cases(child, child)


def _properties(case: Element) -> Mapping[str, str]:
    found = {}
    for one in case.iterfind("properties/property"):
        found[one.get("name", "")] = (one.get("value") or one.text or "").strip()
    return found


def _when(
    properties: Mapping[str, str],
    suite: Element | None,
    given: datetime.datetime | None,
) -> datetime.datetime:
    """When it was measured; a time without an offset is in UTC, as runners' are."""
    said = properties.get("measured_at")
    if not said and suite is not None:
        said = suite.get("timestamp")
    if said:
        found = read_iso(said)
        return found if found.tzinfo else found.replace(tzinfo=datetime.UTC)
    if given is None:
        raise ValueError(NO_TIME)
    return given


def _run(
    pointer: str,
    case: Element,
    properties: Mapping[str, str],
    criterion: str,
    when: datetime.datetime,
) -> ReportedRun:
    value, unit = properties.get("measure.value"), properties.get("measure.unit", "")
    if (value is None) != (not unit) or len(unit) > UNIT_LIMIT:
        raise ValueError("Give both measure.value and measure.unit, or neither.")
    return ReportedRun(
        pointer,
        read_criterion(criterion),
        when,
        None if value is None else read_value(value),
        unit,
        failed=case.find("failure") is not None or case.find("error") is not None,
    )
