"""Fields that keep a stage closed are not called optional; all errors come at once."""

import re
from typing import Any

import pytest

from evaltracker.requirements.admin.brief import BriefForm
from evaltracker.requirements.services.evaluations import QUESTIONS
from tests.clients import signed_in
from tests.factories import common, trials, vendors

pytestmark = pytest.mark.django_db


def label_of(body: str, field: str) -> str:
    """The words of a field's label."""
    found = re.search(rf'<label for="id_{field}">(.*?)</label>', body, re.S)
    assert found, field
    return " ".join(found[1].split())


def form(act: str, target: Any) -> str:
    """The page of an act, as the owner reads it."""
    owner = getattr(target, "evaluation", target).owner
    return signed_in(owner).get(f"/admin/act/{act}/{target.pk}/").content.decode()


def test_no_field_that_the_brief_needs_is_optional() -> None:
    body = form("edit-brief", common.evaluation())
    for field in QUESTIONS.keys() & BriefForm.base_fields.keys():
        needed = getattr(BriefForm.base_fields[field], "needed", "optional")
        assert needed == "needed to leave this stage", field
    assert "needed to leave this stage" in label_of(body, "budget")
    assert "optional" in label_of(body, "engineers")


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_a_criterions_number_is_needed_for_the_contract",
)
def test_what_a_later_step_needs_is_said_on_its_form() -> None:
    where = common.evaluation()
    weigh = form("weigh-category", common.category(where))
    assert "needed to leave this stage" in label_of(weigh, "weight")
    need = form("add-requirement", where)
    for field in ("metric", "metric_excuse"):
        assert "a must-have needs one of these two" in label_of(need, field)
    rationale = label_of(
        form("draft-decision", vendors.enter(where, "decision")), "rationale"
    )
    assert "needed to decide" in rationale
    assert label_of(form("close-scores", where), "outcome").endswith(
        "<small>needed</small>"
    )


def test_a_criterions_number_is_needed_for_the_contract() -> None:
    option = trials.claimed(trials.platform())
    where = vendors.enter(option.evaluation, "trials")
    planned = trials.trial(option, agreed=False)
    url = f"/admin/act/add-criterion/{planned.pk}/"
    body = signed_in(where.owner).get(url).content.decode()
    assert "needed to put the contract forward" in label_of(body, "threshold")
    assert "optional" in label_of(body, "method")


def test_a_wrong_budget_and_a_wrong_zone_are_said_together() -> None:
    where = common.evaluation()
    answer = signed_in(where.owner).post(
        f"/admin/act/edit-brief/{where.pk}/",
        {"title": "T", "buyer": "B", "budget": "a lot", "zone": "Mars/Base"},
    )
    assert answer.status_code == 400
    body = answer.content.decode()
    assert "Enter a number." in body
    assert 'id="id_zone_error"' in body
