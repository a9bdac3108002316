"""How a grid is arranged: one's own view, else what the owner shows to all."""

from typing import Any

import pytest

from evaltracker.evaluations.models import Entry, Evaluation
from tests.factories import common, stakeholders
from tests.pages.grids.sending import read, send

pytestmark = pytest.mark.django_db
LAYOUT: dict[str, Any] = {"columns": [], "sort": [], "filters": []}


def keep(user: Any, where: Evaluation, layout: Any, shared: bool) -> int:
    view = {"layout": layout, "shared": shared}
    status: int = send(user, "requirements", where, view=view).status_code
    return status


def test_a_view_is_ones_own_and_the_owners_is_for_everybody_else(
    purchase: Evaluation,
) -> None:
    stakeholders.stakeholders(purchase, "it")
    it, before = stakeholders.holder("it"), Entry.objects.count()
    mine = {**LAYOUT, "sort": [{"column": "cells.weight", "dir": "desc"}]}
    assert keep(it, purchase, mine, False) == 200
    assert read(it, "requirements", purchase)["view"] == mine
    assert read(purchase.owner, "requirements", purchase)["view"] is None
    assert keep(it, purchase, mine, True) == 403
    assert keep(common.noor(), purchase, mine, False) == 404
    assert keep(purchase.owner, purchase, LAYOUT, True) == 200
    assert read(purchase.owner, "requirements", purchase)["view"] == LAYOUT
    assert read(it, "requirements", purchase)["view"] == mine
    assert keep(it, purchase, None, False) == 200
    assert read(it, "requirements", purchase)["view"] == LAYOUT
    assert Entry.objects.count() == before


@pytest.mark.parametrize("layout", ["x", {}, {**LAYOUT, "sort": ["x" * 10_001]}])
def test_what_is_no_view_is_refused(purchase: Evaluation, layout: Any) -> None:
    assert keep(purchase.owner, purchase, layout, False) == 400
