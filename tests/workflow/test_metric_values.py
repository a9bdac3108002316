"""Metrics after the award: entered in a promise check, missing until then."""

import datetime

import pytest

from evaltracker.decision.admin.promise_checks import metric_picture
from evaltracker.decision.models import Decision, MetricValue, PromiseCheck
from evaltracker.decision.selectors.metrics import metric_rows, number_of
from evaltracker.decision.services.promise_checks import (
    record_metric_values,
    waive_check,
)
from evaltracker.errors import Forbidden, Invalid, Refused
from evaltracker.evaluations.models import Entry, Evaluation, Metric
from evaltracker.toolbox.days import today_in
from tests.factories import common, stakeholders
from tests.workflow.deciding import decided

pytestmark = pytest.mark.django_db


@pytest.fixture
def where(db: None) -> Evaluation:
    found, _ = decided()
    Metric.objects.update(baseline="61 %", target="95 %")
    return found


def check(months: int = 3) -> PromiseCheck:
    found: PromiseCheck = PromiseCheck.objects.get(months=months)
    return found


def enter(where: Evaluation, value: str, months: int = 3) -> None:
    metric = where.metrics.all()[0]
    record_metric_values(
        check=check(months),
        values={metric.pk: (value, "Weekly report.")},
        by=stakeholders.holder("pm"),
    )


def test_a_value_is_entered_and_changed_and_the_memo_stays(where: Evaluation) -> None:
    before = Decision.objects.values().get()
    enter(where, "78 %")
    enter(where, "79 %")
    enter(where, "79 %")
    assert MetricValue.objects.get().value == "79 %"
    first, second = Entry.objects.filter(action="promise_check.measured")
    name = where.metrics.all()[0].name
    assert (first.before, second.before) == ({}, {name: "78 %"})
    assert Decision.objects.values().get() == before


def test_who_has_no_part_and_what_is_no_value_are_refused(where: Evaluation) -> None:
    metric = where.metrics.all()[0]
    pm = stakeholders.holder("pm")
    with pytest.raises(Forbidden):
        record_metric_values(check=check(), values={}, by=common.noor())
    with pytest.raises(Invalid):
        record_metric_values(check=check(), values={metric.pk: (" ", "")}, by=pm)
    with pytest.raises(Invalid):
        record_metric_values(check=check(), values={check().pk: ("1", "")}, by=pm)
    waive_check(check=check(), reason="Nobody measured.", by=where.owner)
    with pytest.raises(Refused):
        enter(where, "78 %")


def test_what_is_due_and_not_there_is_missing(where: Evaluation) -> None:
    checks = list(PromiseCheck.objects.all())
    today = today_in(where.zone)
    (row,) = metric_rows(where, checks, today)
    assert [place.is_missing for place in row.places] == [False, False, False]
    (row,) = metric_rows(where, checks, checks[1].due_on)
    assert [place.is_missing for place in row.places] == [True, True, False]
    enter(where, "78 %")
    waive_check(check=check(6), reason="Nobody measured.", by=where.owner)
    (row,) = metric_rows(
        where, list(PromiseCheck.objects.all()), today + datetime.timedelta(days=500)
    )
    assert [place.is_missing for place in row.places] == [False, False, True]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("61 %", (61.0, "|%")),
        ("EUR 4.5", (4.5, "eur|")),
        ("-3 days", (-3.0, "|days")),
        ("1,200", None),
        ("about half", None),
        ("3 of 4", None),
        ("", None),
    ],
)
def test_numbers_are_read_without_guessing(
    text: str, number: tuple[float, str] | None
) -> None:
    assert number_of(text) == number


def test_numbers_of_one_unit_are_drawn_and_others_named(where: Evaluation) -> None:
    checks = list(PromiseCheck.objects.all())
    today = today_in(where.zone)
    assert metric_picture(metric_rows(where, checks, today)) is None
    enter(where, "78 %")
    picture = metric_picture(metric_rows(where, checks, today))
    assert picture is not None
    assert "78 % after 3 months" in picture.charts[0].words
    assert picture.left_out == ""
    enter(where, "much better", months=6)
    other = Metric.objects.create(evaluation=where, name="Calls", baseline="9 a day")
    record_metric_values(
        check=check(), values={other.pk: ("4", "")}, by=stakeholders.holder("pm")
    )
    picture = metric_picture(metric_rows(where, checks, today))
    assert picture is not None
    assert "“Calls”" in picture.left_out
