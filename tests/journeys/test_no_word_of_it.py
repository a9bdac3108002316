"""No page of what is not IT speaks of IT, whoever reads it."""

import re

import pytest
from django.test import Client

from tests.clients import signed_in
from tests.journeys.anything.by_services import Played
from tests.journeys.anything.purchase import read_purchase
from tests.journeys.anything.reading import ACTS_TOO, APART, everything, foreign_in
from tests.journeys.test_any_purchase import PURCHASES
from tests.vendors.portal.visitor import Visitor
from vendors.models import InvitationLink

pytestmark = pytest.mark.django_db
# Who looks for a role finds all there are, under those of the purchase; and what is for
# programs of vendors is called what it is.
ALL_ROLES = re.compile(r"/(add-stakeholder|sign-off-rules|grid/stakeholders)/")
FINE = {"For developers: the API"}
# After which steps the lead looks at every page; a stage each.
LOOKS = {"start", "invite", "demos", "plan_trials", "choose", "decide"}


@pytest.mark.nightly(
    reason="minutes of following links; papers and mails are read in each push",
    short="tests/journeys/test_any_purchase.py"
    "::test_a_purchase_goes_from_nothing_to_the_memo[general]",
)
@pytest.mark.parametrize("name", PURCHASES)
def test_no_page_has_a_word_that_only_it_would_have(name: str) -> None:
    played = Played(read_purchase(name))
    wrong: set[str] = set()

    def read(client: Client, *first: str, apart: re.Pattern[str] = APART) -> None:
        for address, texts in everything(client, *first, apart=apart):
            if not ALL_ROLES.search(address):
                found = foreign_in(text for text in texts if text not in FINE)
                wrong.update(f"{address}: {words}" for words in found)

    def look(step: str) -> None:
        here = f"/admin/e/{played.where.slug}/"
        if step in LOOKS:
            read(signed_in(played.lead), here, "/admin/")
        if step == "invite":
            visitor = Visitor(InvitationLink.objects.all()[0]).sign_in()
            read(visitor.browser, visitor.home)
        if step == "decide":
            for person in played.people.values():
                read(signed_in(person), here, "/admin/", apart=ACTS_TOO)

    played.play(then=look)
    assert not wrong, "\n".join(sorted(wrong))
