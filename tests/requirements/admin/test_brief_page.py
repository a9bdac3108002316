"""The brief: written by the owner, read by everybody with a part."""

import pytest

from evaltracker.evaluations.models import Evaluation
from evaltracker.requirements.services.requirements import add_metric
from tests.clients import signed_in
from tests.factories import common, stakeholders

pytestmark = pytest.mark.django_db
START = "/admin/act/start-evaluation/"


@pytest.fixture
def here(purchase: Evaluation) -> str:
    return f"/admin/e/{purchase.slug}/brief/"


def brief_form(evaluation: Evaluation, **changed: object) -> dict[str, object]:
    return {
        "title": evaluation.title,
        "buyer": evaluation.buyer,
        "problem": evaluation.problem,
        "must_run_by": evaluation.must_run_by,
        "budget": evaluation.budget,
        "currency": evaluation.currency,
        "support_wanted": evaluation.support_wanted,
        "engineers": evaluation.engineers,
        "zone": evaluation.zone,
        "vendor_language": evaluation.vendor_language,
        **changed,
    }


def test_an_outsider_finds_nothing_there(here: str) -> None:
    assert signed_in(common.noor()).get(here).status_code == 404


def test_a_stakeholder_reads_it_without_a_button_to_change_it(
    purchase: Evaluation, here: str
) -> None:
    stakeholders.stakeholders(purchase, "it")
    body = signed_in(stakeholders.holder("it")).get(here).content.decode()
    assert "Models reach production in weeks" in body
    assert "edit-brief" not in body
    assert "add-list" not in body


def test_what_is_missing_is_named_with_the_way_to_write_it(
    purchase: Evaluation, here: str
) -> None:
    Evaluation.objects.filter(pk=purchase.pk).update(budget=None, problem="")
    body = signed_in(purchase.owner).get(here).content.decode()
    assert "Still to be written" in body
    assert "#id_budget" in body


def test_the_owner_writes_it(purchase: Evaluation) -> None:
    answer = signed_in(purchase.owner).post(
        f"/admin/act/edit-brief/{purchase.pk}/",
        brief_form(
            purchase,
            budget="300000",
            does_not_matter=["support_wanted"],
            vendor_language="de",
        ),
    )
    assert answer.status_code == 302
    purchase.refresh_from_db()
    assert purchase.budget == 300_000
    assert purchase.entries.latest("number").after == {
        "budget": "300000",
        "does_not_matter": ["support_wanted"],
        "vendor_language": "de",
    }


def test_a_bad_answer_is_refused_beside_its_field(purchase: Evaluation) -> None:
    client = signed_in(purchase.owner)
    url = f"/admin/act/edit-brief/{purchase.pk}/"
    words = client.post(url, brief_form(purchase, budget="lots"))
    assert words.status_code == 400
    assert b"Enter a number" in words.content
    planet = client.post(url, brief_form(purchase, zone="Mars"))
    assert planet.status_code == 400
    assert "“Mars” is not a known time zone" in planet.content.decode()


def test_a_stakeholder_cannot_write_it(purchase: Evaluation) -> None:
    stakeholders.stakeholders(purchase, "it")
    answer = signed_in(stakeholders.holder("it")).post(
        f"/admin/act/edit-brief/{purchase.pk}/", brief_form(purchase)
    )
    assert answer.status_code == 403


def test_weeks_and_shares_of_the_formulas_are_set_in_one_form(
    purchase: Evaluation,
) -> None:
    form = {
        "evidence_share": "0.7",
        "horizon_months": "24",
        "discount_rate": "3",
        "planning_factor": "2",
        "working_days": "210",
        "weeks_trials": "8",
    }
    answer = signed_in(purchase.owner).post(
        f"/admin/act/edit-counting/{purchase.pk}/", form
    )
    assert answer.status_code == 302
    purchase.refresh_from_db()
    assert purchase.stage_weeks == {"trials": 8}
    assert purchase.horizon_months == 24


def test_a_metric_is_added_and_changed(purchase: Evaluation, here: str) -> None:
    client = signed_in(purchase.owner)
    form = {"name": "Time to production", "baseline": "4 months", "target": "2 weeks"}
    assert client.post(f"/admin/act/add-metric/{purchase.pk}/", form).status_code == 302
    metric = purchase.metrics.get(name="Time to production")
    changed = client.post(
        f"/admin/act/change-metric/{metric.pk}/", {**form, "target": "1 week"}
    )
    assert changed.status_code == 302
    assert b"1 week" in client.get(here).content


def test_a_metric_of_another_evaluation_is_not_there(purchase: Evaluation) -> None:
    owner = common.person("oskar", is_superuser=True)
    other = common.evaluation(title="Another", owner=owner)
    metric = add_metric(evaluation=other, name="Cost", by=owner)
    url = f"/admin/act/change-metric/{metric.pk}/"
    assert signed_in(purchase.owner).get(url).status_code == 404


def test_who_may_start_one_becomes_its_owner(db: None) -> None:
    form = {
        "title": "Choose a CRM",
        "buyer": "Example Foods",
        "zone": "Europe/Berlin",
        "currency": "EUR",
    }
    answer = signed_in(common.lina()).post(START, form)
    started = Evaluation.objects.get(title="Choose a CRM")
    assert answer.headers["Location"].startswith(f"/admin/e/{started.slug}/brief/#do=")
    assert started.owner == common.lina()
    assert signed_in(common.noor()).get(START).status_code == 403
