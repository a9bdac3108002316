"""A purchase starts as the owner's last one was: what is known is not asked again."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from evaltracker.evaluations.models import Evaluation
from evaltracker.requirements.services.templates import start_evaluation
from tests.clients import signed_in
from tests.factories import common, stakeholders

pytestmark = pytest.mark.django_db
START = "/admin/act/start-evaluation/"
NEW = {"title": "The windows", "currency": "CHF", "zone": "Europe/Zurich"}


def cleaning(**terms: Any) -> Evaluation:
    """The last purchase of Lina's, with Ivan for IT."""
    where = start_evaluation(
        by=common.lina(),
        start_from="cleaning",
        title="Clean the offices",
        buyer="Example Foods",
        currency="CHF",
        zone="Europe/Zurich",
        horizon_months=24,
        **terms,
    )
    stakeholders.stakeholders(where, "it")
    return where


@pytest.fixture
def lead() -> Client:
    return signed_in(common.lina())


def initial(lead: Client) -> dict[str, object]:
    form = lead.get(START).context["form"]
    return {name: form[name].value() for name in form.fields}


def test_the_first_one_is_asked_nothing_of_before(lead: Client) -> None:
    asked = initial(lead)
    assert "as_before" not in asked
    assert "As in your last purchase" not in lead.get(START).text


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/requirements/test_asking_for_effort.py"
    "::test_the_two_questions_come_with_the_switch_of_a_template[genera"
    "l-False]",
)
def test_buyer_currency_zone_and_horizon_are_filled_in(lead: Client) -> None:
    cleaning()
    asked = initial(lead)
    assert (asked["buyer"], asked["currency"]) == ("Example Foods", "CHF")
    assert (asked["zone"], asked["as_before"]) == ("Europe/Zurich", True)
    body = lead.get(START).text
    assert "As in your last purchase" in body
    assert "Costs over 24 months" in body


def test_a_practice_is_no_purchase(lead: Client) -> None:
    cleaning(is_practice=True)
    assert "as_before" not in initial(lead)


@pytest.mark.parametrize(
    ("template", "ticked", "comes"),
    [("cleaning", "on", True), ("cleaning", "", False), ("general", "on", False)],
)
@pytest.mark.nightly(
    reason="the same with other values; each push runs one of them",
    short="[general-on-False]",
)
def test_people_come_along_from_the_same_template(
    lead: Client, template: str, ticked: str, comes: bool
) -> None:
    cleaning()
    form = {**NEW, "buyer": "Example Foods", "start_from": template}
    answer = lead.post(START, {**form, "as_before": ticked})
    made = Evaluation.objects.get(title="The windows")
    edits = reverse("admin:act_on", args=["edit-brief", made.pk])
    page = reverse("admin:evaluation_brief", args=[made.slug])
    assert answer.headers["Location"] == f"{page}#do={edits}"
    assert made.stakeholders.filter(role="it").exists() is comes
    assert made.horizon_months == (24 if ticked else 36)
