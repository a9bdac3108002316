"""A category about price is scored only where the owner says why, and it is printed."""

import pytest

from evaltracker.decision.memo.certainty import weighed
from evaltracker.decision.memo.figures import figures_of
from evaltracker.decision.memo.signed_words import document_of
from evaltracker.decision.memo.text import method, write_memo
from evaltracker.errors import Invalid
from evaltracker.evaluations.models import Category, Entry
from evaltracker.requirements.services.categories import (
    add_category,
    is_about_price,
    weigh_category,
)
from evaltracker.workflow.services.stages import compile_memo
from tests.acting import act
from tests.clients import signed_in
from tests.factories import common
from tests.workflow.deciding import in_decision


@pytest.mark.parametrize(
    "name",
    [
        "Contract Cost",
        "Price",
        "Fees",
        "Gesamtkosten",
        "Preis",
        "Prix",
        "Precios",
        "Costo",
    ],
)
def test_names_about_price_are_known_in_several_languages(name: str) -> None:
    assert is_about_price(name)


@pytest.mark.parametrize(
    "name", ["Security", "Coffee", "Costume", "Feedback", "Support"]
)
def test_other_names_are_left_alone(name: str) -> None:
    assert not is_about_price(name)


@pytest.mark.django_db
def test_it_is_refused_by_that_name_unless_the_owner_says_why() -> None:
    where = common.evaluation()
    with pytest.raises(Invalid, match="“Contract Cost” is about price"):
        add_category(evaluation=where, name="Contract Cost", weight=5, by=where.owner)
    made = add_category(
        evaluation=where,
        name="Contract Cost",
        weight=5,
        price_reason="The law asks for it.",
        by=where.owner,
    )
    told = Entry.objects.latest("number").after
    assert told["price_reason"] == "The law asks for it."
    assert weigh_category(category=made, weight=7, by=where.owner).weight == 7
    with pytest.raises(Invalid, match="is about price"):
        weigh_category(category=made, weight=7, price_reason=" ", by=where.owner)
    signed = document_of(where, visit=where.visits.get())
    assert "Contract Cost is scored although it is about price: The law asks" in signed
    common.requirement(where, category=made)
    body = signed_in(where.owner).get(f"/admin/e/{where.slug}/requirements/")
    assert "about price: The law asks for it." in body.content.decode()


@pytest.mark.django_db
def test_one_that_came_by_a_sheet_is_asked_as_it_is_weighed() -> None:
    where = common.evaluation()
    row = Category.objects.create(evaluation=where, name="Pricing")
    assert act("weigh-category", row, where.owner, weight="5") == 400
    assert act("weigh-category", row, where.owner, weight="0") == 302
    reason = {"weight": "5", "price_reason": "The board wants it."}
    assert act("weigh-category", row, where.owner, **reason) == 302


@pytest.mark.django_db
def test_the_memo_never_denies_that_price_was_scored() -> None:
    where, _ = in_decision()
    memo = compile_memo(where)
    assert str(weighed(figures_of(memo)).price) == "No price is in the score."
    where.categories.update(name="Contract Cost", weight=5, price_reason="The law.")
    memo = compile_memo(where)
    said = "Price is in the score through Contract Cost (100 of 100)."
    assert str(weighed(figures_of(memo)).price).startswith(said)
    assert said in write_memo(memo["inputs"], memo["results"])
    reason = "Contract Cost is scored although it is about price: The law."
    assert reason in method(memo["inputs"])
    del memo["inputs"]["categories"][0]["price_reason"]  # as memos of before have it
    assert str(weighed(figures_of(memo)).price).startswith(said)
