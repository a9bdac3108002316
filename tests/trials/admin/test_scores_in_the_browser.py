"""The scores of many candidates on a phone: the table scrolls, the page does not."""

import pytest

from tests.browser import Watched
from tests.factories import stakeholders, trials, vendors
from trials.services.scores import give_score, open_consensus
from vendors.services.candidates import shortlist

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.nightly(
    reason="each push reads the table of open scores",
    short="tests/trials/admin/test_scores_page.py"
    "::test_scores_are_dots_and_what_is_far_apart_says_so",
)
def test_words_for_readers_far_to_the_side_do_not_widen_the_page(
    watched: Watched,
) -> None:
    where = trials.platform("must")
    options = [trials.claimed(where, name=f"Option {number}") for number in range(7)]
    for option in options:
        shortlist(candidate=option, by=where.owner)
    vendors.enter(where, "demos")
    ivan = stakeholders.holder("it")
    for option in options:
        give_score(
            stakeholder=where.stakeholders.get(user=ivan),
            candidate=option,
            category=where.categories.get(),
            value=4,
            reason="As it was shown to us in the demo",
            by=ivan,
        )
    open_consensus(evaluation=where, by=where.owner)
    watched.page.set_viewport_size({"width": 390, "height": 844})
    watched.log_in("lina")
    watched.open(f"/admin/e/{where.slug}/scores/")
    assert watched.page.get_by_role("link", name="Settle").count() == len(options)
    assert watched.barriers() == []
    assert watched.page.evaluate("document.documentElement.scrollWidth") <= 390
    assert watched.complaints == []
