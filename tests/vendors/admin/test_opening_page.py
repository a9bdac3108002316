"""The costs page while prices are opened: who asked, who is awaited, who may."""

import pytest

from evaltracker.workflow.inbox import my_work
from tests.clients import signed_in
from tests.factories import common, stakeholders, vendors
from vendors.models import PriceOpening

pytestmark = pytest.mark.django_db


def test_two_people_open_the_prices_on_the_page() -> None:
    where = vendors.in_research(common.evaluation())
    stakeholders.stakeholders(where, "it", "leadership")
    vendors.candidate(where)
    where = vendors.enter(where, "decision")
    page = f"/admin/e/{where.slug}/costs/"
    viktor, ivan = stakeholders.holder("leadership"), stakeholders.holder("it")
    lina, boss, it = map(signed_in, (where.owner, viktor, ivan))

    def act(name: str, target: object) -> str:
        return f"/admin/act/{name}/{target}/"

    ask = act("ask-to-open-prices", where.pk)
    assert ask in lina.get(page).content.decode()
    assert f'Asked will be: <span dir="auto">{viktor.name}' in (
        lina.get(ask).content.decode()
    )
    assert lina.post(ask).headers["Location"] == page
    opening = PriceOpening.objects.get()
    confirm = act("confirm-price-opening", opening.pk)
    withdraw = act("withdraw-price-opening", opening.pk)
    body = lina.get(page).content.decode()
    assert viktor.name in body
    assert withdraw in body
    assert confirm not in body
    assert confirm not in it.get(page).content.decode()
    assert confirm in boss.get(page).content.decode()
    (mine,) = [item for item in my_work(viktor) if item.kind == "open_prices"]
    assert mine.link == confirm
    assert confirm in boss.get("/admin/").content.decode()
    assert not [item for item in my_work(ivan) if item.kind == "open_prices"]
    # A link only shows; the owner and IT are refused.
    boss.get(confirm)
    assert (lina.post(confirm).status_code, it.post(confirm).status_code) == (403, 403)
    opening.refresh_from_db()
    assert opening.confirmed_at is None
    assert boss.post(confirm).headers["Location"] == page
    assert boss.post(confirm).status_code == 409
    assert lina.post(withdraw).status_code == 409
    body = it.get(page).content.decode()
    assert "Prices are open since" in body
    assert "confirmed as Leadership" in body


def test_with_nobody_to_confirm_the_page_says_how_to_mend_it() -> None:
    where = vendors.enter(vendors.in_research(common.evaluation()), "decision")
    lina = signed_in(where.owner)
    body = lina.get(f"/admin/e/{where.slug}/costs/").content.decode()
    assert "Add a stakeholder with the role Leadership or Finance" in body
    ask = f"/admin/act/ask-to-open-prices/{where.pk}/"
    assert "Add a stakeholder" in lina.get(ask).content.decode()
    assert lina.post(ask).status_code == 409
