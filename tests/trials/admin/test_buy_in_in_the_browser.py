"""The buy-in map on a phone: figures lie to the side, names stay whole."""

import pytest

from stakeholders.services.people import weigh_for_role
from tests.browser import Watched
from tests.factories import common, stakeholders

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TALLER_THAN_A_LINE = """all => all.filter(one => {
    const range = document.createRange();
    range.selectNodeContents(one);
    return range.getClientRects().length > 1;
}).map(one => one.textContent)"""


@pytest.mark.nightly(
    reason="each push reads the map's words and figures",
    short="tests/trials/admin/test_buy_in_page.py"
    "::test_it_tells_who_is_how_far_apart_on_what",
)
def test_names_of_roles_stay_whole_on_a_phone(watched: Watched) -> None:
    where = common.evaluation()
    groups = [common.category(where, name, 5) for name in ("Training", "Security")]
    stakeholders.stakeholders(where)
    for place, role in enumerate(("it", "engineering", "devops", "pm", "leadership")):
        for group, weight in zip(groups, (place * 2, 9 - place), strict=True):
            weigh_for_role(
                evaluation=where,
                category=group,
                role=role,
                weight=weight,
                by=stakeholders.holder(role),
            )
    watched.page.set_viewport_size({"width": 390, "height": 844})
    watched.log_in("lina")
    watched.open(f"/admin/e/{where.slug}/buy-in/")
    table = watched.page.locator("table").first
    names = table.locator("tbody th, .et-badge")
    assert names.count() == 5 + 4 * 5
    assert names.evaluate_all(TALLER_THAN_A_LINE) == []
    assert watched.barriers() == []
    wide = watched.page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 390
    assert watched.complaints == []
