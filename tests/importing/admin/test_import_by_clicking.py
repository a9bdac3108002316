"""An import by clicking: the row of names, the columns, a cell, the yes."""

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.browser import Watched
from tests.cast import common

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
NEEDS = "Our list\nDing\tWas\tGewicht\nR1\tTrains\t5\nR2\tServes\tfifty\nR3\tLogs\t7\n"


def test_a_pasted_table_comes_in_by_clicking(
    page: Page, live_server: LiveServer
) -> None:
    where = common.evaluation()
    watched = Watched(page, live_server.url)
    watched.log_in("lina")
    watched.open(f"/admin/e/{where.slug}/import/requirements/")
    page.get_by_label("Or paste a table").fill(NEEDS)
    page.get_by_role("button", name="See what it would do").click()
    grid = page.get_by_role("region", name="The first rows of the file")
    grid.get_by_text("Gewicht").click()
    expect(grid.get_by_role("radio", name="row 2")).to_be_checked()
    for letter, field in (("A", "ref"), ("B", "text"), ("C", "weight")):
        grid.get_by_label(f"What column {letter} holds").select_option(field)
    page.get_by_role("button", name="Read it this way").click()
    expect(page.get_by_text("“fifty” is no weight")).to_be_visible()
    assert watched.barriers() == []
    page.get_by_label("Row 4, column C, typed anew").fill("6")
    page.get_by_role("button", name="Look again").click()
    page.get_by_label("Row 5", exact=True).check()
    page.get_by_role("button", name="Leave the ticked rows out").click()
    page.get_by_role("button", name="Import 2 new and 0 changed").click()
    page.wait_for_url("**/requirements/**")
    assert dict(where.requirements.values_list("ref", "weight")) == {"R1": 5, "R2": 6}
    assert watched.complaints == []
