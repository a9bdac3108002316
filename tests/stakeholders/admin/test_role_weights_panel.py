"""Each role's own weights on the requirements page, and how far they are apart."""

import pytest

from evaltracker.evaluations.models import Evaluation
from stakeholders.models import RoleWeight
from stakeholders.services.people import add_stakeholder
from tests.clients import signed_in
from tests.factories import common, stakeholders, vendors

pytestmark = pytest.mark.django_db


@pytest.fixture
def purchase(db: None) -> Evaluation:
    where = common.evaluation()
    common.category(where, "Training", 8)
    common.category(where, "Security", 2)
    stakeholders.stakeholders(where, "it", "pm")
    return where


def form_for(where: Evaluation, *weights: int) -> dict[str, object]:
    keys = [str(category.pk) for category in where.categories.all()]
    return {"role": "it", **dict(zip(keys, weights, strict=True))}


def test_a_role_says_its_weights_before_research(purchase: Evaluation) -> None:
    ivan = signed_in(stakeholders.holder("it"))
    url = f"/admin/act/say-role-weights/{purchase.pk}/"
    assert ivan.get(url).status_code == 200
    assert ivan.post(url, form_for(purchase, 2, 8)).status_code == 302
    assert RoleWeight.objects.filter(role="it").count() == 2
    page = f"/admin/e/{purchase.slug}/requirements/"
    body = signed_in(stakeholders.holder("pm")).get(page).content.decode()
    assert body.count(' data-label="IT">') == 2
    vendors.enter(purchase, "research")
    assert ivan.post(url, form_for(purchase, 5, 5)).status_code == 409


def test_nobody_speaks_for_a_role_that_they_do_not_hold(purchase: Evaluation) -> None:
    url = f"/admin/act/say-role-weights/{purchase.pk}/"
    priya = signed_in(stakeholders.holder("pm"))
    assert priya.post(url, form_for(purchase, 1, 1)).status_code == 400
    lina = signed_in(purchase.owner)
    assert lina.post(url, form_for(purchase, 1, 1)).status_code == 403
    assert not RoleWeight.objects.exists()


def test_weights_stay_sealed_when_the_evaluation_is_sent_back(
    purchase: Evaluation,
) -> None:
    ivan = signed_in(stakeholders.holder("it"))
    url = f"/admin/act/say-role-weights/{purchase.pk}/"
    assert ivan.post(url, form_for(purchase, 2, 8)).status_code == 302
    vendors.enter(purchase, "research")
    vendors.enter(purchase, "requirements")
    late = ivan.post(url, form_for(purchase, 5, 5))
    assert late.status_code == 409
    assert "were sealed on" in late.content.decode()
    assert set(RoleWeight.objects.values_list("weight", flat=True)) == {2, 8}
    page = ivan.get(f"/admin/e/{purchase.slug}/requirements/").content.decode()
    assert "Sealed since" in page
    assert "Set your role's weights" not in page


def test_a_person_with_two_roles_chooses_for_which_they_speak(
    purchase: Evaluation,
) -> None:
    it = stakeholders.holder("it")
    add_stakeholder(evaluation=purchase, user=it, role="security", by=purchase.owner)
    ivan = signed_in(it)
    url = f"/admin/act/say-role-weights/{purchase.pk}/"
    for role, weights in (("it", (1, 9)), ("security", (3, 7))):
        given = form_for(purchase, *weights) | {"role": role}
        assert ivan.post(url, given).status_code == 302
    first = ivan.get(url).content.decode()
    assert 'value="9"' in first
    assert "?role=security" in first
    second = ivan.get(f"{url}?role=security").content.decode()
    assert 'value="7"' in second
    assert 'value="9"' not in second
    priya = signed_in(stakeholders.holder("pm")).get(f"{url}?role=security")
    assert 'value="7"' not in priya.content.decode()
