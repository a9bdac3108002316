"""The page *After the award*: contract, metrics and promises, by hand and by form."""

import datetime

import pytest

from evaltracker.decision import links
from evaltracker.decision.models import ContractTerm, PromiseCheck
from evaltracker.evaluations.models import Evaluation, Metric
from evaltracker.toolbox.days import today_in
from tests.clients import signed_in
from tests.factories import common, stakeholders
from tests.portable.files import carried_away, document, taken_in
from tests.workflow.deciding import decided

pytestmark = pytest.mark.django_db


@pytest.fixture
def where(db: None) -> Evaluation:
    found, _ = decided()
    Metric.objects.update(baseline="61 %", target="95 %")
    return found


def sent(where: Evaluation, **changed: object) -> dict[str, object]:
    start = today_in(where.zone)
    return {
        "starts_on": start.isoformat(),
        "ends_on": (start + datetime.timedelta(days=720)).isoformat(),
        "notice_months": "3",
        "notice_on": "",
        "renewal_months": "12",
        "looks_after": stakeholders.holder("it").pk,
        "remind_days": "60, 5",
        **changed,
    }


@pytest.mark.nightly(
    reason="dear; each push runs its neighbour, which needs the same set-up",
    short="::test_a_metric_is_entered_by_a_stakeholder",
)
def test_the_contract_is_entered_and_shown(where: Evaluation) -> None:
    lina, page = signed_in(where.owner), links.page(where, "promise_checks")
    act = f"/admin/act/set-contract-term/{where.pk}/"
    assert "not entered" in lina.get(page).content.decode()
    assert lina.post(act, sent(where, ends_on="2020-01-01")).status_code == 400
    assert lina.post(act, sent(where, remind_days="soon")).status_code == 400
    assert lina.post(act, sent(where)).status_code == 302
    assert ContractTerm.objects.get().remind_days == [60, 5]
    body = lina.get(page).content.decode()
    assert "60, 5 days before" in body
    assert "3 months before the end" in body
    assert "Decide" in body
    form = lina.get(act).content.decode()
    assert 'value="60, 5"' in form


def test_a_notice_day_that_has_passed_is_said_as_such(where: Evaluation) -> None:
    lina, page = signed_in(where.owner), links.page(where, "promise_checks")
    today = today_in(where.zone)
    old = today - datetime.timedelta(days=300)
    answer = lina.post(
        f"/admin/act/set-contract-term/{where.pk}/",
        sent(
            where,
            starts_on=old.isoformat(),
            ends_on=(today + datetime.timedelta(days=30)).isoformat(),
        ),
        follow=True,
    )
    assert "No reminder: its last day has passed" in answer.content.decode()
    assert "which has passed" in lina.get(page).content.decode()


def test_a_metric_is_entered_by_a_stakeholder(where: Evaluation) -> None:
    priya, page = (
        signed_in(stakeholders.holder("pm")),
        links.page(where, "promise_checks"),
    )
    check, metric = PromiseCheck.objects.get(months=3), where.metrics.all()[0]
    act = f"/admin/act/enter-metric-values/{check.pk}/"
    value, note = f"value-{metric.pk}", f"note-{metric.pk}"
    assert priya.post(act, {value: "", note: "Seen."}).status_code == 400
    assert priya.post(act, {value: "78 %", note: "Seen."}).status_code == 302
    body = priya.get(page).content.decode()
    assert "78 % after 3 months" in body
    assert "set-contract-term" not in body


def test_it_is_there_for_nobody_without_a_part(where: Evaluation) -> None:
    noor = signed_in(common.noor())
    assert noor.get(links.page(where, "promise_checks")).status_code == 404
    act = f"/admin/act/set-contract-term/{where.pk}/"
    assert noor.post(act, sent(where)).status_code == 404


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/workflow/test_practice.py"
    "::test_a_file_from_before_there_were_tests_is_of_none",
)
def test_contract_and_metrics_travel(where: Evaluation) -> None:
    lina = signed_in(where.owner)
    lina.post(f"/admin/act/set-contract-term/{where.pk}/", sent(where))
    metric = where.metrics.all()[0]
    check = PromiseCheck.objects.get(months=3)
    lina.post(
        f"/admin/act/enter-metric-values/{check.pk}/", {f"value-{metric.pk}": "78 %"}
    )
    again = taken_in(document(carried_away(where)))
    assert ContractTerm.objects.get(evaluation=again).remind_days == [60, 5]
    values = again.candidates.get().promise_checks.get(months=3).metric_values
    assert values.get().value == "78 %"
