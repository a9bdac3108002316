"""Each role's own weights on the requirements page, and how far they are apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from stakeholders.admin.role_weights import distance
from stakeholders.models import RoleWeight
from tests.cast import floor1, stakeholders, vendors
from tests.clients import signed_in

if TYPE_CHECKING:
    from evaltracker.evaluations.models import Evaluation

pytestmark = pytest.mark.django_db


@pytest.fixture
def purchase(db: None) -> Evaluation:
    where = floor1.evaluation()
    floor1.category(where, "Training", 8)
    floor1.category(where, "Security", 2)
    stakeholders.stakeholders(where, "it", "pm")
    return where


def form_for(where: Evaluation, *weights: int) -> dict[str, object]:
    keys = [str(one.pk) for one in where.categories.all()]
    return {"role": "it", **dict(zip(keys, weights, strict=True))}


def test_a_role_says_its_weights_before_research(purchase: Evaluation) -> None:
    ivan = signed_in(stakeholders.holder("it"))
    url = f"/admin/act/say-role-weights/{purchase.pk}/"
    assert ivan.get(url).status_code == 200
    assert ivan.post(url, form_for(purchase, 2, 8)).status_code == 302
    assert RoleWeight.objects.filter(role="it").count() == 2
    page = f"/admin/e/{purchase.slug}/requirements/"
    body = signed_in(purchase.owner).get(page).content.decode()
    assert "60 %" in body
    vendors.enter(purchase, "research")
    assert ivan.post(url, form_for(purchase, 5, 5)).status_code == 409


def test_nobody_speaks_for_a_role_that_they_do_not_hold(purchase: Evaluation) -> None:
    url = f"/admin/act/say-role-weights/{purchase.pk}/"
    priya = signed_in(stakeholders.holder("pm"))
    assert priya.post(url, form_for(purchase, 1, 1)).status_code == 400
    lina = signed_in(purchase.owner)
    assert lina.post(url, form_for(purchase, 1, 1)).status_code == 403
    assert not RoleWeight.objects.exists()


@pytest.mark.parametrize(
    ("pairs", "apart"),
    [
        ([(8, 8), (2, 2)], 0),
        ([(8, 4), (2, 1)], 0),
        ([(8, 2), (2, 8)], 60),
        ([(10, 0), (0, 10)], 100),
        ([(0, 5)], None),
        ([], None),
    ],
)
def test_distance_compares_shares_and_not_scales(
    pairs: list[tuple[int, int]], apart: int | None
) -> None:
    assert distance(pairs) == apart
