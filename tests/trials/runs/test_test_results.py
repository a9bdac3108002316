"""Test results as JUnit XML and in-toto statements, which may be hostile."""

import base64
import json
from typing import Any
from urllib.parse import urlencode

import pytest
from django.utils import timezone

from tests.trials.runs.posting import Program
from trials.models import Run, RunReport
from trials.run_formats import MOST_CASES, criterion_in

XML, IN_TOTO = "application/xml", "application/vnd.in-toto+json"
SUITE = '<testsuites><testsuite timestamp="{now}">{cases}</testsuite></testsuites>'
MEASURED = """
<testcase name="test_latency"><properties>
<property name="criterion" value="1"/><property name="measure.value" value="12.5"/>
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


def test_tests_that_name_a_criterion_pass_or_fail_it(ci: Program) -> None:
    cases = """
    <testcase classname="jobs" name="test_c2_restores"/>
    <testcase name="c2 after a kill"><failure message="lost"/></testcase>
    <testcase name="c2 later"><skipped/></testcase>
    <testcase name="test_other"/>
    """
    answer = post(ci, suite(cases + MEASURED), commit="ab12")
    assert answer.status_code == 201, answer.content
    assert (answer.json()["runs"], answer.json()["ignored"]) == (3, 2)
    of_prose = Run.objects.filter(criterion__position=2)
    assert {run.words for run in of_prose} == {"passed", "failed"}
    assert Run.objects.get(criterion__position=1).words == "12.5 ms"
    assert RunReport.objects.get().commit == "ab12"
    assert post(ci, suite(cases)).status_code == 409


@pytest.mark.parametrize(
    ("name", "criterion"),
    [
        ("test_c2_restores", "2"),
        ("C12: restores", "12"),
        ("tests/test_jobs.py::TestJobs::test_c03[a.b/c]", "3"),
        ("test_cache", ""),
        ("c2x", ""),
        ("restores c2", ""),
        ("", ""),
    ],
)
def test_a_name_begins_with_the_number_of_its_criterion(
    name: str, criterion: str
) -> None:
    assert criterion_in(name) == criterion


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ("<testsuite", "is not XML"),
        ("<html/>", "no testsuite"),
        ("<testsuite/>", "No test names a criterion"),
        ('<!DOCTYPE a [<!ENTITY b "c">]><testsuite/>', "document type"),
        ('<!DOCTYPE a SYSTEM "file:///etc/passwd"><testsuite/>', "document type"),
        ("<testsuite>" + "<a>" * 40 + "</a>" * 40 + "</testsuite>", "too deeply"),
        ('<testsuite><testcase name="c2 x"/></testsuite>', "has no time"),
    ],
)
def test_xml_that_is_no_such_file_or_hostile_is_refused(
    ci: Program, body: str, sentence: str
) -> None:
    refused(post(ci, body), sentence)


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
        ('<testcase name="c1 fast"/>', "asks for a number in ms"),
        (MEASURED.replace('"ms"', '"requests"'), "requests"),
        (MEASURED.replace('"12.5"', '"NaN"'), "not a number"),
        (MEASURED.replace("measure.unit", "unit"), "Give both"),
        (MEASURED.replace('value="1"', 'value="2"'), "has no measure"),
        ('<testcase name="c9 x"/>', "no criterion “9”"),
    ],
)
def test_results_that_cannot_count_are_refused(
    ci: Program, cases: str, sentence: str
) -> None:
    refused(post(ci, suite(cases)), sentence)


def test_a_file_without_an_id_is_refused(ci: Program) -> None:
    refused(ci.post(suite(MEASURED), XML), "?id=")
    answer = ci.post({"id": "a", "runs": []}, address=f"{ci.address}?id=a")
    refused(answer, "remove it from the address")
    refused(ci.post(suite(MEASURED), XML, f"{ci.address}?key=a"), "Unknown parameter")


def test_a_statement_is_reported_and_its_other_words_are_passed_over(
    ci: Program,
) -> None:
    body = statement(
        passedTests=["c2 restores", "other"], failedTests=["c2 lost"], url="https://ci"
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
    refused(post(ci, statement(passedTests=["c2"]), IN_TOTO), "has no time")
    odd = statement(passedTests=[{"c2": 1}])
    refused(post(ci, odd, IN_TOTO, measured_at=now), "list of names")
    refused(post(ci, statement(), IN_TOTO, measured_at="now"), "Write the time")
