"""Runs that a program posts as JSON: kept exactly, once, all or none."""

import datetime
import hashlib
import json
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from evaltracker.evaluations.models import Entry
from tests.trials.runs.posting import LATENCY, Program, report, run
from trials.models import Criterion, Run, RunReport


def refused(answer: Any, status: int, sentence: str) -> dict[str, Any]:
    """The problem, which says that; nothing is kept of the file."""
    assert answer.status_code == status, answer.content
    problem: dict[str, Any] = answer.json()
    assert answer["Content-Type"] == "application/problem+json"
    assert sentence in json.dumps(problem, ensure_ascii=False)
    assert not Run.objects.exists()
    assert not RunReport.objects.exists()
    return problem


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/trials/runs/test_criteria_with_runs.py"
    "::test_its_bound_may_change_by_an_amendment",
)
def test_numbers_are_kept_as_they_were_written(ci: Program) -> None:
    body = json.dumps(report(run("12.10"), run("0.012", unit="s")))
    body = body.replace('"12.10"', "12.1000000000005")
    answer = ci.post(body)
    assert answer.status_code == 201, answer.content
    assert answer.json()["runs"] == 2
    first, second = Run.objects.order_by("-number")
    assert first.number == Decimal("12.1000000000005")
    assert (second.number, second.unit) == (Decimal("0.012"), "s")
    assert first.failed is None


@pytest.mark.postgres
def test_postgresql_keeps_forty_digits(ci: Program) -> None:
    number = f"{'9' * 20}.{'1' * 20}"
    in_rows(ci)
    assert ci.post(report(run(number, unit="rows"))).status_code == 201
    assert Run.objects.get().words == f"{number} rows"


def in_rows(ci: Program) -> None:
    """Measure rows, of which there may be any number."""
    criteria = Criterion.objects.filter(trial=ci.trial, position=1)
    criteria.update(measure={**LATENCY, "unit": "rows"})


def test_sqlite_keeps_fifteen_digits_and_the_file_all(ci: Program) -> None:
    number = "1234567890.123456789"
    in_rows(ci)
    assert ci.post(report(run(number, unit="rows"))).status_code == 201
    kept = Run.objects.get()
    on_sqlite = connection.vendor == "sqlite"
    assert kept.number == Decimal("1234567890.12346" if on_sqlite else number)
    with default_storage.open(kept.report.stored_as) as file:
        assert number.encode() in file.read()


def test_the_file_is_kept_with_its_digest_and_one_entry(ci: Program) -> None:
    body = json.dumps(report(run(), run(), commit="ab12", environment="m5.large"))
    assert ci.post(body).status_code == 201
    kept = RunReport.objects.get()
    assert kept.sha256 == hashlib.sha256(body.encode()).hexdigest()
    with default_storage.open(kept.stored_as) as file:
        assert file.read() == body.encode()
    assert (kept.commit, kept.environment) == ("ab12", "m5.large")
    entries = Entry.objects.filter(action="runs.reported")
    assert entries.get().after["sha256"] == kept.sha256
    assert entries.get().actor_name == f"Run token {ci.token.prefix}"


def test_the_same_file_again_changes_nothing(ci: Program) -> None:
    body = json.dumps(report())
    assert ci.post(body).status_code == 201
    entries = Entry.objects.count()
    again = ci.post(body)
    assert again.status_code == 200
    assert again.json()["runs"] == Run.objects.count() == 1
    assert Entry.objects.count() == entries


def test_another_file_under_the_same_id_conflicts(ci: Program) -> None:
    assert ci.post(report(run("12"))).status_code == 201
    answer = ci.post(report(run("13")))
    assert answer.status_code == 409
    assert "build-7" in answer.json()["detail"]
    assert Run.objects.get().number == 12


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"unit": "requests"}, "ms"),
        ({"unit": "requests"}, "requests"),
        ({"unit": "parsecs per fortnight"}, "parsecs"),
        ({"unit": ""}, "Give the unit"),
        ({"value": "NaN"}, "number"),
        ({"value": "Infinity"}, "number"),
        ({"value": True}, "number"),
        ({"value": None}, "number"),
        ({"value": "1e60"}, "places"),
        ({"value": "0.0000000000000000000001"}, "places"),
        ({"criterion": "R2"}, "has no measure"),
        ({"criterion": "R9"}, "no criterion “R9”; its criteria are R1"),
        ({"criterion": 1}, "number 1 is “R1” now"),
        ({"criterion": "1"}, "number 1 is “R1” now"),
        ({"criterion": []}, "by its code, such as T6"),
        ({"value": "0"}, "above 0 ms"),
        ({"value": "-5"}, "above 0 ms"),
        ({"value": "1e19"}, "at most"),
        ({"failed": "yes"}, "true or false"),
        ({"measured_at": "2026-11-27T10:00:00"}, "offset"),
        ({"measured_at": "yesterday"}, "Write the time as"),
        ({"measured_at": "0001-01-01T00:00:00Z"}, "Write the time as"),
        ({"seconds": 3}, "Unknown field"),
    ],
)
def test_a_run_that_cannot_count_is_refused_with_all_of_its_file(
    ci: Program, fields: dict[str, Any], sentence: str
) -> None:
    problem = refused(ci.post(report(run(), run(**fields))), 400, sentence)
    assert all(error["pointer"].startswith("#/runs/1") for error in problem["errors"])


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity", "1e99999999999999"])
def test_json_that_is_no_number_is_refused(ci: Program, value: str) -> None:
    body = json.dumps(report(run("here"))).replace('"here"', value)
    refused(ci.post(body), 400, "")


def test_other_days_than_the_trials_are_refused(ci: Program) -> None:
    before = datetime.datetime.combine(
        ci.trial.starts_on, datetime.time(), datetime.UTC
    ) - datetime.timedelta(days=1)
    answer = ci.post(report(run(measured_at=before.isoformat())))
    refused(answer, 400, "is no day of the trial")
    later = (timezone.now() + datetime.timedelta(hours=1)).isoformat()
    refused(ci.post(report(run(measured_at=later))), 400, "in the future")


def test_the_days_are_those_of_the_trials_zone(ci: Program) -> None:
    ci.trial.zone = "Pacific/Kiritimati"
    ci.trial.save(update_fields=["zone"])
    start = datetime.datetime.combine(
        ci.trial.starts_on,
        datetime.time(),
        datetime.timezone(datetime.timedelta(hours=14)),
    )
    second = datetime.timedelta(seconds=1)
    refused(ci.post(report(run(measured_at=(start - second).isoformat()))), 400, "day")
    assert ci.post(report(run(measured_at=start.isoformat()))).status_code == 201


def test_before_its_first_day_a_trial_takes_nothing(ci: Program) -> None:
    tomorrow = timezone.now().date() + datetime.timedelta(days=2)
    ci.trial.starts_on = tomorrow
    ci.trial.save(update_fields=["starts_on"])
    refused(ci.post(report()), 400, "The trial starts on")


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ([], "JSON object"),
        ({"id": "x"}, "no kind that is read"),
        ({"id": "x", "runs": []}, "list of 1 to"),
        ({"id": "", "runs": [1]}, "Give the file an id"),
        ({"id": 7, "runs": [1]}, "must be a string"),
        ({"id": "x", "runs": [1], "token": "y"}, "Unknown field"),
        ({"id": "x", "runs": [1], "link": "javascript:x"}, "http"),
    ],
)
def test_a_body_of_another_shape_is_refused(
    ci: Program, body: Any, sentence: str
) -> None:
    refused(ci.post(body), 400, sentence)


def test_large_compressed_and_other_bodies_are_refused(ci: Program) -> None:
    large = json.dumps(report(environment="x" * 10 * 2**20))
    assert ci.post(large).status_code == 413
    zipped = ci.post(report(), **{"content-encoding": "gzip"})
    assert zipped.status_code == 415
    assert ci.post(report(), kind="text/plain").status_code == 415
    refused(ci.post(b"\xff\xfe"), 400, "UTF-8")


def test_criteria_are_named_by_code_or_by_id(ci: Program) -> None:
    named = Criterion.objects.get(trial=ci.trial, position=1)
    runs = run(criterion="R1"), run(criterion=str(named.pk))
    assert ci.post(report(*runs)).status_code == 201
    assert {row.criterion for row in Run.objects.all()} == {named}


def test_the_measure_is_that_of_the_criterion(ci: Program) -> None:
    Criterion.objects.filter(trial=ci.trial).update(
        measure={**LATENCY, "unit": "requests/s"}
    )
    refused(ci.post(report()), 400, "requests/s")


def test_each_run_keeps_its_own_criterion_unit_and_time(ci: Program) -> None:
    """Whatever the order in which kinds of runs alternate in the file."""
    second = Criterion.objects.get(trial=ci.trial, position=2)
    Criterion.objects.filter(pk=second.pk).update(measure={**LATENCY, "unit": "s"})
    first = Criterion.objects.get(trial=ci.trial, position=1)
    names: list[Any] = ["R1", "R2", str(first.pk), str(second.pk)]
    start = timezone.now() - datetime.timedelta(hours=1)
    sent = [
        (
            names[number % 4],
            str(number),
            ("ms", "s", "us")[number % 3],
            start + datetime.timedelta(seconds=number),
        )
        for number in range(1, 25)
    ]
    runs = [
        run(value, criterion=name, unit=unit, measured_at=then.isoformat())
        for name, value, unit, then in sent
    ]
    assert ci.post(report(*runs)).json()["runs"] == 24
    kept = Run.objects.values_list("criterion", "number", "unit", "measured_at")
    assert list(kept) == [
        (
            second.pk if name in ("R2", str(second.pk)) else first.pk,
            Decimal(value),
            unit,
            then,
        )
        for name, value, unit, then in sent
    ]


def test_a_post_takes_as_many_statements_whatever_its_size(ci: Program) -> None:
    def statements(*runs: dict[str, Any], key: str) -> int:
        with CaptureQueriesContext(connection) as found:
            assert ci.post(report(*runs, key=key)).status_code == 201
        return len(found)

    few = statements(run(), key="few")
    many = [run(str(number)) for number in range(1, 301)]
    on_sqlite = connection.vendor == "sqlite"
    assert statements(*many, key="many") == few or on_sqlite


def test_every_place_that_is_wrong_is_named(ci: Program) -> None:
    early = run(measured_at="2020-01-01T00:00:00Z")
    wrong = [run(criterion="X"), early, run(unit="requests"), run(criterion="R2")]
    problem = refused(ci.post(report(*wrong)), 400, "no criterion")
    assert [error["pointer"] for error in problem["errors"]] == [
        "#/runs/0/criterion",
        "#/runs/1/measured_at",
        "#/runs/2/unit",
        "#/runs/3/unit",
    ]
