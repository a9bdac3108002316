"""Reading files of runs as benchmarks and test runners write them; no Django.

Each reader gives back a `ReportedFile`, or raises `Invalid` with every place that is
wrong. Which criterion a run names, whether its unit fits and when it was is looked at
by the service that knows the trial.
"""

import datetime
import hashlib
import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import PurePosixPath
from typing import IO, Any, NamedTuple
from xml.etree.ElementTree import Element, ParseError, TreeBuilder

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import XMLParser

from evaltracker.errors import Invalid
from evaltracker.toolbox.files import AcceptedFile
from evaltracker.toolbox.measures import read_number
from evaltracker.toolbox.rest.problems import read_json
from evaltracker.toolbox.rest.views import UNKNOWN_FIELD
from evaltracker.toolbox.text import Inputs

SIZE_LIMIT = 10 * 1024 * 1024
# Cases of one file, whether or not they name a criterion.
MOST_CASES = 100_000
# Runs of one file.
MOST_RUNS = 10_000
UNIT_LIMIT = 40
MOST_TOLD = 20
_NUMERIC = (str, Decimal, int)


class ReportedRun(NamedTuple):
    """One run as it was sent: a number with a unit, or whether a test failed."""

    # Its place in the file, for whoever has to fix it.
    pointer: str
    # A number in the trial's list of criteria, or the id of one.
    criterion: str
    measured_at: datetime.datetime
    number: Decimal | None = None
    unit: str = ""
    failed: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedFile:
    key: str
    runs: Sequence[ReportedRun]
    commit: str = ""
    link: str = ""
    environment: str = ""
    # Test cases that name no criterion, or were skipped.
    ignored: int = 0


class Faults:
    """What is wrong in a file, place by place; the first of them are told."""

    def __init__(self) -> None:
        self._errors: dict[str, list[str]] = {}

    def add(self, pointer: str, sentence: str) -> None:
        if len(self._errors) < MOST_TOLD:
            self._errors.setdefault(pointer, []).append(sentence)

    def check(self) -> None:
        if self._errors:
            pointer, sentences = next(iter(self._errors.items()))
            named = f"{pointer}: " if pointer else ""
            raise Invalid(f"{named}{sentences[0]}", errors=self._errors)


def refuse(sentence: str) -> Invalid:
    return Invalid(sentence, errors={"": [sentence]})


def read_value(given: object) -> Decimal:
    """A finite number, as text or as a JSON number that was never a float."""
    if isinstance(given, bool) or not isinstance(given, _NUMERIC):
        raise ValueError("It must be a number, such as 12.1.")
    return read_number(given)


def read_instant(given: object) -> datetime.datetime:
    """An ISO 8601 time with its offset from UTC."""
    instant = read_iso(given)
    if instant.tzinfo is None:
        raise ValueError("Give the time with its offset, such as 2026-11-27T10:15:00Z.")
    return instant


def read_iso(given: object) -> datetime.datetime:
    """An ISO 8601 time, with or without an offset."""
    try:
        if not isinstance(given, str) or len(given) > 40 or "T" not in given:
            raise ValueError
        instant = datetime.datetime.fromisoformat(given)
        # Years at the ends of the calendar have no other time zone.
        if not 1970 <= instant.year <= 9990:
            raise ValueError
    except ValueError as error:
        raise ValueError("Write the time as 2026-11-27T10:15:00Z.") from error
    return instant


def read_criterion(given: object) -> str:
    """What names a criterion, as text."""
    if isinstance(given, int) and not isinstance(given, bool):
        given = str(given)
    if not isinstance(given, str) or not 0 < len(given) <= 40:
        raise ValueError("Give the number of a criterion of this trial, or its id.")
    return given


# Test results as JUnit XML, which everybody's runner writes a little differently.
#
# A test case is for a criterion if it has the property `criterion`, or a name that
# begins with its number, such as “c2 restores a job”. The properties `measure.value`
# and `measure.unit` give it a number, `measured_at` a time; else the time is its
# suite's.


def key_of_code(code: str) -> str:
    """A code as names of tests write it: signs as `_`, small and capital alike."""
    return "".join(sign if sign.isalnum() else "_" for sign in code.lower()).strip("_")


# Which criterion the name of a test speaks of: “test_c2_restores” of criterion 2.

# At the beginning, or where a runner has put a path or a class before it.
_NAMED = re.compile(
    r"(?:^|::|[./])\s*(?:test[ _-]*)?c(\d{1,4})(?![0-9A-Za-z])", re.IGNORECASE
)


def criterion_in(name: str) -> str:
    """The number that stands at the beginning of a test's name; blank if none does."""
    numbers = _NAMED.findall(name.partition("[")[0])
    return str(int(numbers[-1])) if numbers else ""


# What every file says of itself: its id, the commit, a link and where it ran.

KEY_LIMIT = COMMIT_LIMIT = 200
ENVIRONMENT_LIMIT = 2_000
NAMES = ("id", "commit", "link", "environment")


@dataclass(frozen=True, slots=True)
class Description:
    """All but the id may be blank."""

    key: str
    commit: str
    link: str
    environment: str

    def file_of(self, runs: Sequence[ReportedRun], ignored: int = 0) -> ReportedFile:
        return ReportedFile(
            key=self.key,
            commit=self.commit,
            link=self.link,
            environment=self.environment,
            runs=runs,
            ignored=ignored,
        )


def read_description(given: Mapping[str, object], faults: Faults) -> Description:
    """The four as they are kept; what is wrong is noted."""
    inputs = Inputs()
    texts = {}
    for name in NAMES:
        text = given.get(name, "")
        texts[name] = text if isinstance(text, str) else "-"
        if not isinstance(text, str):
            faults.add(name, "It must be a string.")
    description = Description(
        key=inputs.line("id", texts["id"], limit=KEY_LIMIT),
        commit=inputs.line("commit", texts["commit"], limit=COMMIT_LIMIT, blank=True),
        link=inputs.link("link", "" if texts["link"] == "-" else texts["link"]),
        environment=inputs.text(
            "environment", texts["environment"], limit=ENVIRONMENT_LIMIT, blank=True
        ),
    )
    for name, sentences in inputs.errors.items():
        for sentence in sentences:
            faults.add(name, sentence)
    return description


def read_description_apart(given: Mapping[str, object]) -> Description:
    """The same where it stands in the address and not in the file."""
    faults = Faults()
    if not given.get("id"):
        sentence = "Give the file an id in the address, such as ?id=build-7."
        raise Invalid(sentence, errors={"id": [sentence]})
    description = read_description(given, faults)
    faults.check()
    return description


# Test results as an in-toto statement; reported, for no signature of it is checked.
#
# https://in-toto.io/attestation/test-result/v0.1 lists tests by name: passed, warned
# and failed. A name is for a criterion if it begins with its number. What the statement
# says besides is kept in the file and not read, as in-toto asks of its readers.

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
    if not isinstance(predicate, dict):
        raise refuse("The statement has no predicate.")
    subjects = []
    for field, failed in LISTS.items():
        names = predicate.get(field, [])
        if not isinstance(names, list) or not all(
            isinstance(name, str) for name in names
        ):
            raise refuse(f"predicate.{field} must be a list of names.")
        subjects += [
            (f"predicate.{field}.{at}", name, failed) for at, name in enumerate(names)
        ]
    if len(subjects) > MOST_CASES:
        raise refuse(f"The statement has over {MOST_CASES:,} tests; split it.")
    return subjects


# Runs as JSON: one object with an id and a list of numbers.

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
        for name in sorted(OF_RUN - run.keys()):
            faults.add(f"{pointer}.{name}", MISSING)
        for name in sorted(run.keys() - OF_RUN):
            faults.add(f"{pointer}.{name[:100]}", UNKNOWN_FIELD)
        return None
    field = ""
    try:
        field = "criterion"
        criterion = read_criterion(run["criterion"])
        field = "value"
        number = read_value(run["value"])
        field = "unit"
        unit = run["unit"]
        if not isinstance(unit, str) or not 0 < len(unit) <= UNIT_LIMIT:
            raise ValueError("Give the unit of the number, such as ms.")
        field = "measured_at"
        measured_at = read_instant(run["measured_at"])
    except ValueError as error:
        faults.add(f"{pointer}.{field}", str(error))
        return None
    return ReportedRun(pointer, criterion, measured_at, number, unit)


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
        self._depth += 1
        self._elements += 1
        self._cases += tag == "testcase"
        if self._depth > DEPTH:
            raise refuse(f"The file is nested too deeply: over {DEPTH} levels.")
        if self._cases > MOST_CASES or self._elements > MOST_ELEMENTS:
            raise refuse(f"The file has over {MOST_CASES:,} test cases; split it.")
        return super().start(tag, attrs)

    def end(self, tag: Any, /) -> Any:
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
        name, properties = case.get("name", ""), {}
        for one in case.iterfind("properties/property"):
            text = one.get("value") or one.text or ""
            properties[one.get("name", "")] = text.strip()
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


def _when(
    properties: Mapping[str, str],
    suite: Element | None,
    given: datetime.datetime | None,
) -> datetime.datetime:
    """When it was measured; a time without an offset is in UTC, as runners' are."""
    stamp = properties.get("measured_at")
    if not stamp and suite is not None:
        stamp = suite.get("timestamp")
    if stamp:
        instant = read_iso(stamp)
        return instant if instant.tzinfo else instant.replace(tzinfo=datetime.UTC)
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


# Reported files that come back with an exported evaluation.

# The names under which they are kept; nobody else names them.
KEPT_NAMES = {"runs.json": "application/json", "runs.xml": "application/xml"}


def read_kept_report(upload: IO[bytes], name: str) -> AcceptedFile:
    """A file as a program reported it, to be kept and handed out, never to be read.

    Raises:
        Invalid: it is too large, or has another name than we give.

    """
    content = upload.read(SIZE_LIMIT + 1)
    if name not in KEPT_NAMES or len(content) > SIZE_LIMIT:
        raise Invalid("This is no report of runs, named runs.json or runs.xml.")
    return AcceptedFile(
        name=name,
        content_type=KEPT_NAMES[name],
        content=content,
        sha256=hashlib.sha256(content).hexdigest(),
        stored_as=f"{uuid.uuid4()}{PurePosixPath(name).suffix}",
    )
