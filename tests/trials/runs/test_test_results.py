"""Test results as JUnit XML and in-toto statements, which may be hostile."""

import base64
import json
import re
from typing import Any
from urllib.parse import urlencode

import pytest
from django.core.files.storage import default_storage
from django.utils import timezone

from evaltracker.errors import Invalid
from tests.trials.runs.posting import Program, report, run
from trials.models import Run, RunReport
from trials.run_formats import (
    MOST_CASES,
    Address,
    criterion_in,
    key_of_code,
    read_json_file,
)

XML, IN_TOTO = "application/xml", "application/vnd.in-toto+json"
NOON = "2026-11-27T10:15:00Z"
SUITE = '<testsuites><testsuite timestamp="{now}">{cases}</testsuite></testsuites>'
MEASURED = """
<testcase name="test_latency"><properties>
<property name="criterion" value="R1"/><property name="measure.value" value="12.5"/>
<property name="measure.unit" value="ms"/></properties></testcase>
"""


def suite(cases: str) -> str:
    """A file of JUnit from now."""
    return SUITE.format(now=timezone.now().isoformat(), cases=cases)


def statement(**lists: Any) -> dict[str, Any]:
    """An in-toto statement of test results."""
    return {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": "app", "digest": {"sha256": "0" * 64}}],
        "predicateType": "https://in-toto.io/attestation/test-result/v0.1",
        "predicate": {"result": "FAILED", "configuration": [], **lists},
    }


def post(ci: Program, body: Any, kind: str = XML, **params: str) -> Any:
    """A file that is described in the address."""
    query = urlencode({"id": "build-7", **params})
    return ci.post(body, kind, address=f"{ci.address}?{query}")


def refused(answer: Any, sentence: str, status: int = 400) -> None:
    """Nothing is kept, and it says why."""
    assert answer.status_code == status, answer.content
    assert sentence in answer.content.decode()
    assert not RunReport.objects.exists()


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/trials/runs/test_run_tokens.py"
    "::test_a_token_is_bound_to_the_version_of_the_contract",
)
def test_tests_that_name_a_criterion_pass_or_fail_it(ci: Program) -> None:
    cases = """
    <testcase classname="jobs" name="test_r2_restores"/>
    <testcase name="R2 after a kill"><failure message="lost"/></testcase>
    <testcase name="R2 later"><skipped/></testcase>
    <testcase name="test_other"/>
    """
    answer = post(ci, suite(cases + MEASURED), commit="ab12")
    assert answer.status_code == 201, answer.content
    assert (answer.json()["runs"], answer.json()["ignored"]) == (3, 2)
    assert answer.json()["ignored_names"] == ["R2 later", "test_other"]
    of_prose = Run.objects.filter(criterion__position=2)
    assert {run.words for run in of_prose} == {"passed", "failed"}
    assert Run.objects.get(criterion__position=1).words == "12.5 ms"
    assert RunReport.objects.get().commit == "ab12"
    assert post(ci, suite(cases)).status_code == 409


@pytest.mark.parametrize(
    ("name", "criterion"),
    [
        ("test_t6_restores", "T6"),
        ("T6: restores", "T6"),
        ("t6", "T6"),
        ("T6-2 is the longer one", "T6-2"),
        ("tests/test_jobs.py::TestJobs::test_qap_6[a.b/c]", "QAP-6"),
        ("jobs.TestJobs.test_1_10_restores", "1.10"),
        ("1.10 restores/keeps", "1.10"),
        ("1.1 restores", "1.1"),
        ("test_1_100_items", ""),
        ("TestT6", "T6"),
        ("t6/test_1_10.py", "1.10"),
        ("test_cache", ""),
        ("t6x", ""),
        ("restores T6", ""),
        ("test_c6_restores", ""),
        ("", ""),
    ],
)
def test_a_name_begins_with_the_code_of_its_criterion(
    name: str, criterion: str
) -> None:
    codes = {key_of_code(code): code for code in ("T6", "T6-2", "1.1", "1.10", "QAP-6")}
    assert criterion_in(name, codes) == criterion


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ("<testsuite", "is not XML"),
        ("<html/>", "no testsuite"),
        ("<testsuite/>", "No test names a criterion"),
        ('<!DOCTYPE a [<!ENTITY b "c">]><testsuite/>', "document type"),
        ('<!DOCTYPE a SYSTEM "file:///etc/passwd"><testsuite/>', "document type"),
        ("<testsuite>" + "<a>" * 40 + "</a>" * 40 + "</testsuite>", "too deeply"),
        ('<testsuite><testcase name="R2 x"/></testsuite>', "has no time"),
    ],
)
def test_xml_that_is_no_such_file_or_hostile_is_refused(
    ci: Program, body: str, sentence: str
) -> None:
    refused(post(ci, body), sentence)


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_xml_that_is_no_such_file_or_hostile_is_refused[<!DOCTYPE a "
    'SYSTEM "file:///etc/passwd"><testsuite/>-document type]',
)
def test_files_over_a_limit_are_refused(ci: Program) -> None:
    refused(
        post(ci, suite("<testcase/>" * (MOST_CASES + 1))), "over 100,000 test cases"
    )
    refused(post(ci, " " * 10 * 2**20 + "<testsuite/>"), "over the limit", 413)
    packed = ci.post(
        suite(MEASURED), XML, f"{ci.address}?id=a", **{"content-encoding": "gzip"}
    )
    refused(packed, "", 415)


@pytest.mark.parametrize(
    ("cases", "sentence"),
    [
        ('<testcase name="R1 fast"/>', "asks for a number in ms"),
        (MEASURED.replace('"ms"', '"requests"'), "requests"),
        (MEASURED.replace('"12.5"', '"NaN"'), "not a number"),
        (MEASURED.replace("measure.unit", "unit"), "Give both"),
        (MEASURED.replace('value="R1"', 'value="R2"'), "has no measure"),
        ('<testcase name="c9 x"/>', "No test names a criterion"),
        (MEASURED.replace('"R1"', '"R9"'), "no criterion “R9”"),
    ],
)
def test_results_that_cannot_count_are_refused(
    ci: Program, cases: str, sentence: str
) -> None:
    refused(post(ci, suite(cases)), sentence)


def test_a_file_without_an_id_is_refused(ci: Program) -> None:
    refused(ci.post(suite(MEASURED), XML), "?id=")
    answer = ci.post(report(key="a"), address=f"{ci.address}?id=b")
    refused(answer, "The file says “a”, the address “b”")
    refused(ci.post(suite(MEASURED), XML, f"{ci.address}?key=a"), "Unknown parameter")


def test_a_statement_is_reported_and_its_other_words_are_passed_over(
    ci: Program,
) -> None:
    body = statement(
        passedTests=["R2 restores", "other"], failedTests=["R2 lost"], url="https://ci"
    )
    now = timezone.now().isoformat()
    answer = post(ci, body, IN_TOTO, measured_at=now)
    assert answer.status_code == 201, answer.content
    assert (answer.json()["runs"], answer.json()["ignored"]) == (2, 1)
    assert RunReport.objects.get().get_format_display().endswith("reported")
    assert Run.objects.filter(failed=True).count() == 1


def test_what_is_no_statement_is_refused(ci: Program) -> None:
    now = timezone.now().isoformat()
    payload = base64.b64encode(json.dumps(statement()).encode()).decode()
    refused(post(ci, {"payload": payload}, IN_TOTO, measured_at=now), "envelope")
    other = {**statement(), "predicateType": "https://slsa.dev/provenance/v1"}
    refused(post(ci, other, IN_TOTO, measured_at=now), "predicateType")
    refused(post(ci, statement(passedTests=["R2"]), IN_TOTO), "has no time")
    odd = statement(passedTests=[{"R2": 1}])
    refused(post(ci, odd, IN_TOTO, measured_at=now), "list of names")
    refused(post(ci, statement(), IN_TOTO, measured_at="now"), "Write the time")


def test_a_failed_test_keeps_no_number(ci: Program) -> None:
    """A service that answers 500 in a millisecond is not the fastest of all."""
    lost = MEASURED.replace("</testcase>", "<failure>HTTP 500</failure></testcase>")
    assert post(ci, suite(lost)).status_code == 201
    found = Run.objects.get()
    assert (found.number, found.unit, found.failed) == (None, "", True)
    said = run(value="0.001", failed=True)
    assert ci.post(report(said, key="other")).status_code == 201
    assert set(Run.objects.values_list("number", "failed")) == {(None, True)}


def test_the_address_names_the_criterion_of_a_whole_file(ci: Program) -> None:
    cases = '<testcase name="a"/><testcase name="b"><failure/></testcase>'
    assert post(ci, suite(cases), criterion="R2").json()["runs"] == 2
    assert {run.criterion.code for run in Run.objects.all()} == {"R2"}
    named = post(ci, suite('<testcase name="R1 x"/>'), criterion="R2", id="b")
    assert named.status_code == 400
    assert "they must agree" in named.json()["detail"]
    without = {name: said for name, said in run().items() if name != "criterion"}
    ours = ci.post(report(without, key="c"), address=f"{ci.address}?criterion=R1")
    assert ours.status_code == 201, ours.content


def test_a_dry_run_is_answered_and_keeps_nothing(ci: Program) -> None:
    files = default_storage.listdir("run_reports")[1] if kept_some() else []
    answer = post(ci, suite(MEASURED), dry_run="1")
    assert (answer.status_code, answer.json()["runs"]) == (200, 1)
    assert not RunReport.objects.exists()
    assert not Run.objects.exists()
    assert (default_storage.listdir("run_reports")[1] if kept_some() else []) == files
    wrong = post(ci, suite('<testcase name="R1 x"/>'), dry_run="1")
    assert wrong.status_code == 400
    refused(post(ci, suite(MEASURED), dry_run="yes"), "dry_run=1")


def kept_some() -> bool:
    return default_storage.exists("run_reports")


@pytest.mark.parametrize("kind", ["application/json", XML, IN_TOTO])
def test_an_empty_body_is_refused(ci: Program, kind: str) -> None:
    named = {"content-type": kind}
    for body, headers in ((b"", {}), (b"", named), (b" ", {})):
        answer = ci.post(body, kind, f"{ci.address}?id=a", **headers)
        refused(answer, "The body is empty.")


@pytest.mark.parametrize(
    ("params", "sentence"),
    [
        ({"zone": "Mars/Base"}, "no time zone"),
        ({"zone": "../etc/passwd"}, "no time zone"),
        ({"measured_at": "2026-11-27T10:15:00"}, "?zone="),
        ({"commit": "x" * 201}, "200"),
        ({"link": "javascript:x"}, "http"),
    ],
)
def test_a_parameter_that_is_wrong_is_named(
    ci: Program, params: dict[str, str], sentence: str
) -> None:
    answer = post(ci, suite(MEASURED), **params)
    refused(answer, sentence)
    assert [each["pointer"] for each in answer.json()["errors"]] == list(params)


K6 = {
    "metrics": {
        "http_reqs": {"count": 180, "rate": 4.4},
        "checks": {"passes": 9, "fails": 1, "value": 0.9},
        "queue": {"avg": 3, "p(95)": 7},
        "waited": {"type": "trend", "contains": "time", "values": {"p(95)": 7}},
        "data_sent": {"count": 5120, "rate": 80},
        "http_req_failed": {"passes": 0, "fails": 180, "value": 0},
        "http_req_duration": {"p(95)": 288.43210000000000000000123},
    }
}


@pytest.mark.parametrize(
    ("metric", "number", "unit"),
    [
        *(
            ("http_reqs:count", "180", "request"),
            ("http_reqs:rate", "4.4", "request/s"),
        ),
        *(("checks:value", "0.9", "ratio"), ("waited:p(95)", "7", "ms")),
        *(("data_sent:count", "5120", "B"), ("http_req_duration:p(95)", "288", "ms")),
        *(("queue:p(95)", "says no unit", ""), ("none:avg", "The file has", "")),
        *(("http_reqs:p(95)", "has count and rate", ""), ("", "metric=", "")),
    ],
)
def test_a_number_of_k6_has_the_unit_that_its_metric_has(
    metric: str, number: str, unit: str
) -> None:
    params = {"id": "a", "metric": metric, "criterion": "T6"}
    address = Address.read({**params, "measured_at": "2026-11-27T10:15:00Z"}, {})
    if unit:
        (found,) = read_json_file(json.dumps(K6).encode(), address).runs
        assert found.number is not None
        assert (str(found.number).startswith(number), found.unit) == (True, unit)
    else:
        with pytest.raises(Invalid, match=re.escape(number)):
            read_json_file(json.dumps(K6).encode(), address)


def test_a_benchmark_of_a_changed_commit_is_not_of_that_commit() -> None:
    body = {
        "machine_info": {},
        "commit_info": {"id": "ab12", "dirty": True},
        "datetime": "2026-11-27T10:15:00",
        "benchmarks": [{"name": "t6", "stats": {"data": [1.23456789012345678e-7]}}],
    }
    address = Address.read({"id": "a", "zone": "Europe/Berlin"}, {"t6": "T6"})
    read = read_json_file(json.dumps(body).encode(), address)
    assert read.commit == "ab12-dirty"
    assert read.runs[0].measured_at.isoformat() == "2026-11-27T10:15:00+01:00"
    body["commit_info"] = {"id": "unversioned"}
    assert read_json_file(json.dumps(body).encode(), address).commit == ""
    body["benchmarks"] = [{"name": "t6", "stats": {"mean": 1}}]
    with pytest.raises(Invalid, match="--benchmark-json"):
        read_json_file(json.dumps(body).encode(), address)


@pytest.mark.parametrize(
    "body",
    [
        {"machine_info": 1, "benchmarks": [1, {"name": 5, "stats": 5}]},
        {"machine_info": 1, "datetime": NOON, "benchmarks": [1, {"stats": {}}]},
        {"machine_info": 1, "datetime": NOON, "benchmarks": [], "commit_info": [1]},
        {"results": [{"times": ["a"], "exit_codes": 5, "command": "R1"}]},
        {"results": [{"times": [1, 2], "exit_codes": [0], "command": "R1"}]},
        {"metrics": {"a": {"avg": {}}, "http_req_failed": [1]}},
        {"metrics": {"a": {"values": 5}}},
        {"_type": "https://in-toto.io/Statement/v1", "predicateType": 5},
    ],
)
@pytest.mark.nightly(
    reason="the same with other values; each push runs one of them", short="[body5]"
)
def test_a_file_of_a_wrong_shape_is_refused(ci: Program, body: Any) -> None:
    params = {"metric": "a:avg", "measured_at": NOON, "criterion": "R1"}
    answer = post(ci, body, "application/json", **params)
    assert answer.status_code == 400, answer.content
    assert not RunReport.objects.exists()
