"""The pieces of a page: escaped, named in words, and in the reader's zone."""

import datetime
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.template import Context, Template
from django.test import RequestFactory

from evaltracker.evaluations.models import Evaluation, Requirement, User
from evaltracker.pages.tabs import MARKS, STANDINGS
from tests.factories import common


def render(source: str, user: User | None = None, **context: Any) -> str:
    request = RequestFactory().get("/admin/")
    request.user = user  # type: ignore[assignment]
    whole = Template("{% load evaltracker %}" + source)
    return whole.render(Context({"request": request, **context}))


def test_vendor_text_is_escaped_isolated_and_keeps_its_lines() -> None:
    shown = render("{% vendor_text t %}", t="<script>x</script>\nשלום \u202e end")
    assert "&lt;script&gt;" in shown
    assert "<br>" in shown
    assert 'dir="auto"' in shown


def test_a_moment_is_shown_in_the_readers_zone_with_its_name(db: None) -> None:
    user = common.person("kenji")
    user.time_zone = "Asia/Tokyo"
    moment = datetime.datetime(2026, 11, 24, 20, 30, tzinfo=datetime.UTC)
    shown = render("{% when m %}", user, m=moment)
    assert "25 Nov 2026, 05:30" in shown
    assert "JST" in shown
    other = render('{% when m zone="Europe/Berlin" %}', user, m=moment)
    assert "24 Nov 2026, 21:30" in other
    assert "CET" in other


def test_a_date_has_no_zone_and_a_missing_one_says_so() -> None:
    assert "24 Nov 2026<" in render("{% when d %}", d=datetime.date(2026, 11, 24))
    assert "no date" in render("{% when d %}", d=None)


@pytest.mark.parametrize("verdict", MARKS)
def test_every_mark_has_words_and_a_shape(verdict: str) -> None:
    shown = render("{% mark 'tested' v compact=True %}", v=verdict)
    words, shape, _ = MARKS[verdict]
    assert f"tested: {words}" in shown
    assert f"et-glyph--{shape}" in shown


@pytest.mark.parametrize("group", [MARKS, STANDINGS])
def test_no_two_tones_share_words(group: dict[str, tuple[str, str, str]]) -> None:
    words = [mark[0] for mark in group.values()]
    assert len(words) == len(set(words))


def test_an_unknown_verdict_is_nothing_rather_than_a_guess() -> None:
    assert "shown: nothing" in render("{% mark 'shown' '' %}")


def test_the_stepper_says_where_we_are() -> None:
    where = Evaluation(stage="demos")
    shown = render("{% stepper where n %}", where=where, n={"trials": "4 weeks"})
    assert shown.count("et-step--done") == 2
    assert shown.count('aria-current="step"') == 1
    assert shown.count("et-step--later") == 2
    assert "4 weeks" in shown


def test_blockers_lead_to_where_they_are_mended() -> None:
    blocker = {"sentence": "R1 is <unanswered>.", "url": "/admin/x/"}
    shown = render("{% blocker_list b %}", b=[blocker])
    assert 'href="/admin/x/"' in shown
    assert "R1 is &lt;unanswered&gt;." in shown
    assert "Nothing is missing." in render("{% blocker_list b %}", b=[])


@pytest.mark.usefixtures("known_acts")
def test_an_act_is_offered_to_whom_it_is_allowed(purchase: Evaluation) -> None:
    row = Requirement.objects.get(ref="R1")
    source = '{% act_link "test-reword" r label="Change" about="R1" text="a b" %}'
    shown = render(source, purchase.owner, r=row)
    assert f"/admin/act/test-reword/{row.pk}/?text=a+b" in shown
    assert render(source, common.otto(), r=row).strip() == ""
    address = render('{% act_url "test-start" %}')
    assert address == "/admin/act/test-start/"


def test_an_act_that_is_not_there_is_a_mistake_of_the_page() -> None:
    with pytest.raises(ImproperlyConfigured):
        render('{% act_url "no-such-act" %}')
