"""How candidates stand, and all other pictures: accessible in light, dark and small."""

import pytest
from playwright.sync_api import Page, ViewportSize
from pytest_django.live_server_helper import LiveServer

from evaltracker.decision.services.draws import keep_draws
from tests.browser import Watched
from tests.workflow.comparing import another
from tests.workflow.deciding import in_decision

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PHONE: ViewportSize = {"width": 390, "height": 844}
DESK: ViewportSize = {"width": 1280, "height": 900}
TOO_WIDE = "document.documentElement.scrollWidth > innerWidth"
# Of the words in the pictures that are shown: those on others, and those outside.
CROWDED = """() => {
    const shown = [...document.querySelectorAll(".ch svg")].filter(
        svg => svg.getBoundingClientRect().width > 0);
    return shown.flatMap(svg => {
        const frame = svg.getBoundingClientRect();
        const texts = [...svg.querySelectorAll("text")].map(
            text => [text.textContent.trim(), text.getBoundingClientRect()]);
        const outside = texts.filter(([, box]) =>
            box.left < frame.left - 2 || box.right > frame.right + 2);
        const covered = texts.flatMap(([words, a], at) => texts.slice(at + 1).filter(
            ([, b]) => a.left < b.right - 1 && b.left < a.right - 1
                && a.top < b.bottom - 3 && b.top < a.bottom - 3
        ).map(([other]) => [`${words} / ${other}`]));
        return [...outside, ...covered].map(([words]) => words);
    });
}"""


@pytest.mark.nightly(
    reason="what a picture draws is asked without a browser in each push",
    short="tests/workflow/admin/test_comparison_page.py"
    "::test_names_are_text_in_charts_and_tables",
)
def test_pictures_are_accessible_and_no_word_in_them_covers_another(
    page: Page, live_server: LiveServer
) -> None:
    where, _ = in_decision()
    another(where, "Globex ML with a name that is too long for any label")
    keep_draws(evaluation=where)
    watched = Watched(page, live_server.url)
    watched.log_in(where.owner.username)
    shown = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        for size in (DESK, PHONE):
            page.set_viewport_size(size)
            for path in ("", "costs/", "comparison/", "scores/"):
                watched.open(f"/admin/e/{where.slug}/{path}")
                where_seen = (scheme, size["width"], path)
                assert watched.barriers() == [], where_seen
                assert page.evaluate(CROWDED) == [], where_seen
                assert not page.evaluate(TOO_WIDE), where_seen
                shown.append(page.locator(".ch svg:visible").count())
    assert watched.complaints == []
    assert min(shown[::4]) == 1  # on the overview: the form that fits, and no other
