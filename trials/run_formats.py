"""Reading files of runs as benchmarks and test runners write them; no Django.

Each reader gives back a `ReportedFile`, or raises `Invalid` with every place that is
wrong. Whether a criterion is there, its unit fits and when it was is looked at by the
service that knows the trial.
"""

import datetime
import hashlib
import re
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import PurePosixPath
from typing import IO, Any, NamedTuple
from xml.etree.ElementTree import Element, ParseError, TreeBuilder
from zoneinfo import ZoneInfo

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import XMLParser

from evaltracker.errors import Invalid
from evaltracker.toolbox.files import AcceptedFile
from evaltracker.toolbox.measures import PLACES, read_number, round_off
from evaltracker.toolbox.rest.problems import read_json
from evaltracker.toolbox.rest.views import UNKNOWN_FIELD
from evaltracker.toolbox.text import CallFields, listed_few

SIZE_LIMIT = 10 * 1024 * 1024
# Cases of one file, whether or not they name a criterion.
MOST_CASES = 100_000
# Runs of one file.
MOST_RUNS = 10_000
UNIT_LIMIT = 40
CODE_LIMIT = 90
MOST_TOLD = 20
# So many of the names that name no criterion are told.
MOST_NAMES = 5
_NUMERIC = (str, Decimal, int)


class ReportedRun(NamedTuple):
    """One run as it was sent: a number with a unit, or whether it failed."""

    # Its place in the file, for whoever has to fix it.
    pointer: str
    # The code of a criterion, or its id; a number is a place in a list, and refused.
    criterion: str | int
    measured_at: datetime.datetime
    number: Decimal | None = None
    unit: str = ""
    failed: bool | None = None

    def field(self, name: str) -> str:
        """Where a field of it stands; only our own format has fields to point at."""
        if self.pointer[:5] == "runs.":
            return f"{self.pointer}.{name}"
        return self.pointer


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedFile:
    key: str
    runs: Sequence[ReportedRun]
    format: str = "json"
    commit: str = ""
    link: str = ""
    environment: str = ""
    # Test cases that name no criterion, or were skipped, and the names of the first.
    ignored: int = 0
    ignored_names: Sequence[str] = ()


class Faults(CallFields):
    """What is wrong in a file, place by place; the first of them are told.

    A place is dotted, as in `runs.0.unit`; `?zone` is a parameter of the address.
    """

    def refuse(self, field: str, sentence: str) -> None:
        if len(self.errors) < MOST_TOLD:
            super().refuse(field, sentence)


def refuse(sentence: str, place: str = "") -> Invalid:
    return Invalid(sentence, field=place)


def read_value(given: object) -> Decimal:
    """A finite number, as text or as a JSON number that was never a float."""
    if isinstance(given, bool) or not isinstance(given, _NUMERIC):
        raise ValueError("It must be a number, such as 12.1.")
    return read_number(given)


def read_float(given: object) -> Decimal:
    """A number that a program computed, with as many decimals as are kept."""
    if isinstance(given, Decimal) and abs(given) < 10**PLACES:
        given = round_off(given)
    return read_value(given)


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


# Which criterion the name of a test speaks of: “test_t6_waits” of T6.


def key_of_code(code: str) -> str:
    """A code as names of tests write it: signs as `_`, small and capital alike."""
    return "".join(sign if sign.isalnum() else "_" for sign in code.lower()).strip("_")


# Where a runner has put a path or a class before the name.
_BEFORE = re.compile(r"^|[./\\]")
_TEST = re.compile(r"test[ _-]*", re.IGNORECASE)


def criterion_in(name: str, codes: Mapping[str, str]) -> str:
    """The longest code that begins a test's name and ends at a sign or with it; blank
    if none does. `codes` are those of the trial by `key_of_code`."""
    name = name.partition("[")[0].rpartition("::")[2].strip()
    longest = ""
    path = name.partition(" ")[0]
    for before in _BEFORE.finditer(path):
        rest = name[before.end() :]
        prefix = _TEST.match(rest)
        for text in (rest, rest[prefix.end() :] if prefix else ""):
            parts = key_of_code(text[: 2 * CODE_LIMIT]).split("_")
            for end in range(len(parts), 0, -1):
                code = codes.get("_".join(parts[:end]), "")
                if code and len(code) > len(longest):
                    longest = code
    return longest


# What the address says: what a file does not, or the same.

KEY_LIMIT = 200
ENVIRONMENT_LIMIT = 2_000
NAMES = ("id", "commit", "link", "environment")
PARAMS = frozenset({*NAMES, "criterion", "metric", "measured_at", "zone", "dry_run"})
GIVE_ID = "Give the file an id in the address, such as ?id=build-7."
OFFSET = (
    "Give the time with its offset, such as 2026-11-27T10:15:00Z, or name its zone in "
    "the address: ?zone=Europe/Berlin."
)


@dataclass(frozen=True, slots=True)
class Address:
    """The parameters of a post, and the codes of the trial by `key_of_code`."""

    params: Mapping[str, str]
    codes: Mapping[str, str]
    zone: ZoneInfo | None = None
    # The time of runs that have none.
    measured_at: datetime.datetime | None = None

    @classmethod
    def read(cls, params: Mapping[str, str], codes: Mapping[str, str]) -> "Address":
        name = params.get("zone", "")
        zone = None
        try:
            zone = ZoneInfo(name) if name else None
        except (KeyError, ValueError, OSError) as error:
            sentence = f"“{name[:40]}” is no time zone, such as Europe/Berlin."
            raise refuse(sentence, "?zone") from error
        address = cls(params, codes, zone)
        if not params.get("measured_at"):
            return address
        try:
            return cls(params, codes, zone, address.instant(params["measured_at"]))
        except ValueError as error:
            raise refuse(str(error), "?measured_at") from error

    def instant(
        self, given: object, usual: datetime.tzinfo | None = None
    ) -> datetime.datetime:
        """A time of the file; without an offset it is in `zone`, or the usual one."""
        instant = read_iso(given)
        if instant.tzinfo is None:
            if not (self.zone or usual):
                raise ValueError(OFFSET)
            instant = instant.replace(tzinfo=self.zone or usual)
        return instant

    def needed_time(self, what: str) -> datetime.datetime:
        if self.measured_at is None:
            example = "?measured_at=2026-11-27T10:15:00Z"
            sentence = f"{what} has no time; give it in the address: {example}"
            raise refuse(sentence, "?measured_at")
        return self.measured_at


class RunReader:
    def __init__(self, address: Address) -> None:
        self.address = address
        self.faults = Faults()
        self.runs: list[ReportedRun] = []
        self.ignored = 0
        self.names: list[str] = []

    def ignore(self, name: str) -> None:
        self.ignored += 1
        if len(self.names) < MOST_NAMES:
            self.names.append(name[:200])

    def criterion(self, name: str, stated: object = "") -> str | int:
        """That of a case, by what is written beside it, its name or the address; blank,
        and ignored, if none says one."""
        requested = self.address.params.get("criterion", "")
        criterion = stated or criterion_in(name, self.address.codes)
        if not isinstance(criterion, str | int) or isinstance(criterion, bool):
            criterion = ""
        if len(str(criterion)) > CODE_LIMIT:
            raise ValueError("Name a criterion by its code, such as T6, or by its id.")
        if criterion and requested and criterion != requested:
            raise ValueError(
                f"It is for criterion “{criterion}”, and the address says "
                f"“{requested}”; they must agree."
            )
        if not (criterion or requested):
            self.ignore(name)
        return criterion or requested

    def file(
        self, format: str, statements: Mapping[str, object] | None = None
    ) -> ReportedFile:
        """All of it, described by what the file says itself and by the address.

        Raises:
            Invalid: with all that is wrong, or no run is for a criterion.
        """
        texts = self._described(statements or {})
        self.faults.check()
        if not self.runs:
            raise refuse(
                "No test names a criterion. Begin its name with the criterion's code, "
                "as in “test_t6_waits”, or say it for all: ?criterion=T6"
            )
        if len(self.runs) > MOST_RUNS:
            raise refuse(f"Over {MOST_RUNS:,} runs are for a criterion; split it.")
        return ReportedFile(
            key=texts.pop("id"),
            **texts,
            runs=self.runs,
            format=format,
            ignored=self.ignored,
            ignored_names=self.names,
        )

    def _described(self, statements: Mapping[str, object]) -> dict[str, str]:
        faults = self.faults
        texts = {}
        for name in NAMES:
            stated = statements.get(name, "")
            requested = self.address.params.get(name, "")
            if not isinstance(stated, str):
                faults.refuse(name, "It must be a string.")
                continue
            if stated and requested and stated != requested:
                sentence = (
                    f"The file says “{stated[:60]}”, the address “{requested[:60]}”."
                )
                faults.refuse(f"?{name}", sentence)
            if stated:
                place = name
                text = stated
            else:
                place = f"?{name}"
                text = requested
            if name == "link":
                texts[name] = faults.link(place, text)
            elif name == "environment":
                limit = ENVIRONMENT_LIMIT
                texts[name] = faults.text(place, text, limit=limit, blank=True)
            elif text or name == "commit":
                texts[name] = faults.line(place, text, limit=KEY_LIMIT, blank=True)
            else:
                faults.refuse("?id", GIVE_ID)
        return texts


# Files in JSON are told apart by their keys; of all but ours the rest is not read.

KNOWN = frozenset({"id", "commit", "link", "environment", "runs"})
OF_RUN = frozenset({"criterion", "value", "unit", "measured_at", "failed"})
MISSING = "This field is needed."
NOBODYS = (
    "This JSON is of no kind that is read. It has runs (our own), benchmarks "
    "(pytest-benchmark), results with times (hyperfine), metrics (the summary of k6), "
    "or is an in-toto statement."
)


def read_json_file(content: bytes, address: Address) -> ReportedFile:
    """What the file says; decimals stay as they were written.

    Raises:
        ParseError: it is no JSON. Invalid: by place.
    """
    body = read_json(content, exact=True)
    if not isinstance(body, dict):
        raise refuse("The body must be a JSON object.")
    if "runs" in body:
        return read_own(body, address)
    if "_type" in body or "payload" in body:
        return read_in_toto(body, address)
    if isinstance(body.get("benchmarks"), list) and "machine_info" in body:
        return read_pytest_benchmark(body, address)
    results = body.get("results")
    if isinstance(results, list) and all(
        isinstance(row, dict) and isinstance(row.get("times"), list) for row in results
    ):
        return read_hyperfine(results, address)
    if isinstance(body.get("metrics"), dict):
        return read_k6(body["metrics"], address)
    raise refuse(NOBODYS)


def read_own(body: Mapping[str, Any], address: Address) -> ReportedFile:
    reader = RunReader(address)
    faults = Faults()
    for name in sorted(body.keys() - KNOWN):
        faults.refuse(name[:100], UNKNOWN_FIELD)
    runs = body["runs"]
    if not isinstance(runs, list) or not 0 < len(runs) <= MOST_RUNS:
        faults.refuse("runs", f"Give a list of 1 to {MOST_RUNS:,} runs.")
        runs = []
    reader.faults = faults
    for at, run in enumerate(runs):
        _read_run(run, f"runs.{at}", reader)
    return reader.file("json", body)


def _read_run(run: Any, pointer: str, reader: RunReader) -> None:
    faults = reader.faults
    if not isinstance(run, dict):
        faults.refuse(pointer, "It must be a JSON object.")
        return
    optional = {"failed"}
    if reader.address.params.get("criterion"):
        optional.add("criterion")
    if "failed" in run and not run.keys() & {"value", "unit"}:
        optional |= {"value", "unit"}
    missing = OF_RUN - optional - run.keys()
    unknown = run.keys() - OF_RUN
    for name in sorted(missing):
        faults.refuse(f"{pointer}.{name}", MISSING)
    for name in sorted(unknown):
        faults.refuse(f"{pointer}.{name[:100]}", UNKNOWN_FIELD)
    if missing or unknown:
        return
    field = ""
    number = None
    unit = ""
    failed = run.get("failed")
    try:
        field = "criterion"
        criterion = reader.criterion("", run.get("criterion"))
        if not criterion:
            raise ValueError("Name a criterion by its code, such as T6, or by its id.")
        if "value" in run:
            field = "value"
            number = read_value(run["value"])
            field = "unit"
            unit = run["unit"]
            if not isinstance(unit, str) or not 0 < len(unit) <= UNIT_LIMIT:
                raise ValueError("Give the unit of the number, such as ms.")
        field = "failed"
        if failed is not None and not isinstance(failed, bool):
            raise ValueError("It must be true or false.")
        field = "measured_at"
        measured_at = reader.address.instant(run["measured_at"])
    except ValueError as error:
        faults.refuse(f"{pointer}.{field}", str(error))
        return
    reader.runs.append(
        ReportedRun(pointer, criterion, measured_at, number, unit, failed)
    )


def read_pytest_benchmark(body: Mapping[str, Any], address: Address) -> ReportedFile:
    """Each round is a run in seconds; commit and time are the file's own."""
    reader = RunReader(address)
    try:
        when = address.instant(body.get("datetime"), datetime.UTC)
    except ValueError as error:
        raise refuse(str(error), "datetime") from error
    for at, row in enumerate(body["benchmarks"]):
        pointer = f"benchmarks.{at}"
        try:
            data = row["stats"]["data"]
            extra = row.get("extra_info") or {}
            criterion = reader.criterion(str(row["name"]), extra.get("criterion"))
            if not criterion:
                continue
            for number in data:
                reading = read_float(number)
                reader.runs.append(ReportedRun(pointer, criterion, when, reading, "s"))
        except (AttributeError, KeyError, TypeError):
            sentence = "It has no stats.data; write the file by --benchmark-json."
            reader.faults.refuse(pointer, sentence)
        except ValueError as error:
            reader.faults.refuse(pointer, str(error))
    info = body.get("commit_info")
    if isinstance(info, Mapping):
        commit = str(info.get("id") or "")
    else:
        commit = ""
    if commit == "unversioned":
        commit = ""
    elif isinstance(info, Mapping) and info.get("dirty"):
        # What was measured is not that commit.
        commit += "-dirty"
    return reader.file("pytest_benchmark", {"commit": commit})


def read_hyperfine(results: Sequence[Any], address: Address) -> ReportedFile:
    """Each time is a run in seconds; one whose command failed is a failed run."""
    reader = RunReader(address)
    when = address.needed_time("A file of hyperfine")
    for at, row in enumerate(results):
        codes = row.get("exit_codes") or [0] * len(row["times"])
        try:
            criterion = reader.criterion(str(row.get("command", "")))
            if not criterion:
                continue
            for code, time in zip(codes, row["times"], strict=True):
                run = ReportedRun(f"results.{at}", criterion, when)
                if code != 0:  # null: ended by a signal
                    run = run._replace(failed=True)
                else:
                    run = run._replace(number=read_float(time), unit="s")
                reader.runs.append(run)
        except (TypeError, ValueError) as error:
            reader.faults.refuse(f"results.{at}", str(error))
    return reader.file("hyperfine")


# The numbers of k6 that are times, in ms; a trend of one's own says what it `contains`.
_K6_TIMES = re.compile(
    r"(http_req_(?!failed)|iteration_duration|group_duration|grpc_req_duration|"
    r"ws_(connecting|ping|session_duration)|browser_http_req_duration)"
)
_K6_UNITS = {"http_reqs": "request", "data_sent": "B", "data_received": "B"}


def read_k6(metrics: Mapping[str, Any], address: Address) -> ReportedFile:
    """One load test is one run: the number that `metric` names."""
    name, _, statistic = address.params.get("metric", "").rpartition(":")
    if not isinstance(metrics.get(name), dict):
        there = listed_few(sorted(str(metric)[:60] for metric in metrics), most=10)
        raise refuse(
            "Name the number that counts, such as ?metric=http_req_duration:p(95). The "
            f"file has {there}.",
            "?metric",
        )
    if not address.params.get("criterion"):
        sentence = "Name the criterion, such as ?criterion=T6"
        raise refuse(sentence, "?criterion")
    values = _k6_values(metrics[name])
    if statistic not in values:
        there = listed_few(sorted(values), most=10)
        raise refuse(f"“{name[:60]}” has {there}.", "?metric")
    when = address.needed_time("A summary of k6")
    reader = RunReader(address)
    pointer = "metrics"
    criterion = reader.criterion("")
    lost = _k6_values(metrics.get("http_req_failed"))
    try:
        number = read_float(values[statistic])
        if any(read_float(lost[key]) > 0 for key in ("rate", "value") if key in lost):
            reader.runs.append(ReportedRun(pointer, criterion, when, failed=True))
        else:
            unit = _k6_unit(name.partition("{")[0], statistic, metrics[name])
            reader.runs.append(ReportedRun(pointer, criterion, when, number, unit))
    except ValueError as error:
        reader.faults.refuse("?metric", str(error))
    return reader.file("k6")


def _k6_values(metric: Any) -> Mapping[str, Any]:
    if isinstance(metric, dict):
        values = metric.get("values", metric)
    else:
        values = {}
    if isinstance(values, dict):
        return values
    return {}


def _k6_unit(name: str, statistic: str, metric: Mapping[str, Any]) -> str:
    unit = _K6_UNITS.get(name, "")
    if statistic == "count" and unit:
        return unit
    if statistic == "rate" and unit:
        return f"{unit}/s"
    if statistic in ("rate", "value") and "passes" in _k6_values(metric):
        return "ratio"
    if metric.get("contains", "time") == "time" and (
        "contains" in metric or _K6_TIMES.match(name)
    ):
        return "ms"
    raise ValueError(f"The file says no unit of “{name[:60]}”; post it as our JSON.")


# Test results as an in-toto statement; reported, for no signature of it is checked.
#
# https://in-toto.io/attestation/test-result/v0.1 lists tests by name: passed, warned
# and failed; its `result` is that of the worst list. What the statement says besides
# is kept in the file and not read, as in-toto asks of its readers.

STATEMENT = "https://in-toto.io/Statement/v1"
TEST_RESULT = "https://in-toto.io/attestation/test-result/v0.1"
LISTS = {"passedTests": "PASSED", "warnedTests": "WARNED", "failedTests": "FAILED"}


def read_in_toto(statement: Mapping[str, Any], address: Address) -> ReportedFile:
    if statement.get("_type") != STATEMENT:
        raise refuse(
            "Send the in-toto statement itself. A signed envelope is not opened, for "
            "its signature would not be checked."
        )
    if statement.get("predicateType") != TEST_RESULT:
        raise refuse(f"The statement's predicateType must be {TEST_RESULT}.")
    when = address.needed_time("A statement")
    reader = RunReader(address)
    predicate = statement.get("predicate")
    if not isinstance(predicate, dict):
        raise refuse("The statement has no predicate.")
    listed: dict[str, str] = {}
    count = 0
    worst = ""
    for field, result in LISTS.items():
        names = predicate.get(field, [])
        if not isinstance(names, list) or not all(isinstance(n, str) for n in names):
            raise refuse(f"predicate.{field} must be a list of names.")
        count += len(names)
        worst = result if names else worst
        for at, name in enumerate(names):
            pointer = f"predicate.{field}.{at}"
            if listed.setdefault(name, field) != field:
                reader.faults.refuse(pointer, f"It stands in {listed[name]}, too.")
                continue
            try:
                if criterion := reader.criterion(name):
                    failed = result == "FAILED"
                    run = ReportedRun(pointer, criterion, when, failed=failed)
                    reader.runs.append(run)
            except ValueError as error:
                reader.faults.refuse(pointer, str(error))
    if count > MOST_CASES:
        raise refuse(f"The statement has over {MOST_CASES:,} tests; split it.")
    if worst and predicate.get("result") != worst:
        sentence = f"By its lists of tests the result is {worst}."
        reader.faults.refuse("predicate.result", sentence)
    return reader.file("in_toto")


# Test results as JUnit XML, which everybody's runner writes a little differently.
#
# A test case is for a criterion by its property `criterion`, or by its name. Of the
# properties `measure.value` and `measure.unit` it has a number, of `measured_at` a
# time; else the time is its suite's.

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


def read_junit(content: bytes, address: Address) -> ReportedFile:
    """What the cases say that name a criterion.

    Raises:
        Invalid: it is no such file, over a limit, or by place.
    """
    reader = RunReader(address)
    for number, (case, suite) in enumerate(_cases(_tree(content), None), 1):
        name = case.get("name", "")
        pointer = f"testcase.{number}"
        properties = {}
        for element in case.iterfind("properties/property"):
            text = element.get("value") or element.text or ""
            properties[element.get("name", "")] = text.strip()
        if case.find("skipped") is not None:
            reader.ignore(name)
            continue
        try:
            if criterion := reader.criterion(name, properties.get("criterion", "")):
                when = _when(properties, suite, address)
                reader.runs.append(_run(pointer, case, properties, criterion, when))
        except ValueError as error:
            reader.faults.refuse(pointer, f"“{name[:80]}”: {error}")
    return reader.file("junit")


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


def _cases(
    element: Element, suite: Element | None
) -> Iterator[tuple[Element, Element | None]]:
    """Each case with the suite that it stands in, in the order of the file."""
    for child in element:
        if child.tag == "testcase":
            yield child, element if element.tag == "testsuite" else suite
        elif child.tag == "testsuite":
            yield from _cases(child, child)


def _when(
    properties: Mapping[str, str], suite: Element | None, address: Address
) -> datetime.datetime:
    """When it was measured; without an offset it is in UTC, as runners' clocks are,
    unless the address names a zone."""
    stamp = properties.get("measured_at")
    if not stamp and suite is not None:
        stamp = suite.get("timestamp")
    if stamp:
        return address.instant(stamp, datetime.UTC)
    if address.measured_at is None:
        raise ValueError(NO_TIME)
    return address.measured_at


def _run(
    pointer: str,
    case: Element,
    properties: Mapping[str, str],
    criterion: str | int,
    when: datetime.datetime,
) -> ReportedRun:
    value = properties.get("measure.value")
    unit = properties.get("measure.unit", "")
    if (value is None) != (not unit) or len(unit) > UNIT_LIMIT:
        raise ValueError("Give both measure.value and measure.unit, or neither.")
    return ReportedRun(
        pointer,
        criterion,
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
