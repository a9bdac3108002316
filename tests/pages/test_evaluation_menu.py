"""The side menu of an evaluation: each page once, in its group, and what waits."""

from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext

from evaltracker.evaluations.models import Evaluation, User
from evaltracker.pages import tabs
from evaltracker.pages import tabs as evaluation_menu
from evaltracker.pages.tabs import MenuGroup, count_waiting, menu_of, waits_on
from evaltracker.toolbox.registry import Registry
from tests.clients import signed_in
from tests.factories import common, stakeholders

pytestmark = pytest.mark.django_db

PURCHASE = {
    "": ["Overview", "Comparison"],
    "Need": ["Brief", "Requirements", "Buy-in"],
    "People": ["Stakeholders", "Conflicts", "Sign-offs"],
    "Market": [
        *("Candidates", "What this is about", "Invitations", "What vendors sent"),
        *("Questions", "Costs"),
    ],
    "Proof": ["Matrix", "Demos", "Trials", "Scores"],
    "Decision": [
        *("Decision", "Memo", "Letters", "After the award"),
        "Annex of promises",
    ],
    "Record": ["Journal", "Notices", "Files"],
}


def menu(where: Evaluation, user: User, active: str = "") -> dict[str, MenuGroup]:
    groups = menu_of(where, user, active, count_waiting(where, user))
    return {group.title: group for group in groups}


def labels(where: Evaluation, user: User) -> dict[str, list[str]]:
    groups = menu(where, user)
    return {
        title: [line.label for line in group.lines] for title, group in groups.items()
    }


def later(where: Evaluation, user: User) -> set[str]:
    """The pages that stand there without a link."""
    return {
        line.label
        for group in menu(where, user).values()
        for line in group.lines
        if not line.address
    }


def at(where: Evaluation, stage: str) -> Evaluation:
    """The evaluation as if it were in that stage; nothing is saved."""
    where.stage = stage
    return where


@pytest.mark.parametrize("stage", ["requirements", "research", "demos", "trials"])
@pytest.mark.nightly(
    reason="the same with other values; each push runs one of them",
    short="[requirements]",
)
def test_the_lines_are_the_same_in_every_stage_and_for_everybody(
    purchase: Evaluation, stage: str
) -> None:
    part = stakeholders.stakeholders(purchase, "it")["it"]
    for user in (purchase.owner, part.user, common.otto()):
        assert labels(at(purchase, stage), user) == PURCHASE


@pytest.mark.parametrize(
    ("stage", "opened"),
    [
        ("requirements", {"Need", "People"}),
        ("research", {"Market"}),
        ("demos", {"Proof"}),
        ("trials", {"Proof"}),
        ("decision", {"Decision"}),
    ],
)
def test_the_groups_of_the_stage_and_of_the_page_are_open(
    purchase: Evaluation, stage: str, opened: set[str]
) -> None:
    groups = menu(at(purchase, stage), purchase.owner, "journal")
    assert {title for title, group in groups.items() if group.is_open} == {
        *opened,
        "Record",
    }


def test_what_cannot_be_opened_yet_keeps_its_line_without_a_link(
    purchase: Evaluation,
) -> None:
    after = {"Memo", "Letters", "After the award", "Annex of promises"}
    owner = purchase.owner
    assert later(at(purchase, "requirements"), owner) == {"What vendors sent", *after}
    assert later(at(purchase, "research"), owner) == after
    purchase.status = "decided"
    # An annex is of a candidate that was chosen.
    assert later(at(purchase, "decision"), owner) == {"Annex of promises"}


def test_a_page_says_where_the_reader_is_and_names_no_page_twice(
    purchase: Evaluation,
) -> None:
    page = signed_in(purchase.owner).get(f"/admin/e/{purchase.slug}/brief/").text
    nav = page[page.index('aria-label="Main"') : page.index("</nav>")]
    address = f'href="/admin/e/{purchase.slug}/brief/" aria-current="page"'
    assert nav.count(address) == 1
    for labels_of_group in PURCHASE.values():
        for label in labels_of_group:
            linked = nav.count(f">{label}</a>")
            assert linked + nav.count(f">{label}<span") == 1, label
    assert "et-tabs" not in page
    assert "Administration" not in page


def test_counts_are_read_in_one_query_and_stand_at_their_page(
    purchase: Evaluation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evaluation_menu, "_WAITING", Registry("count"))

    @waits_on("requirements")
    def first(user: User, evaluation: Evaluation) -> QuerySet[Any]:
        return evaluation.requirements.all()

    @waits_on("requirements")
    def second(user: User, evaluation: Evaluation) -> QuerySet[Any]:
        return evaluation.requirements.filter(ref="R1")

    @waits_on("brief")
    def nothing(user: User, evaluation: Evaluation) -> None:
        return None

    with CaptureQueriesContext(connection) as caught:
        need = menu(purchase, purchase.owner)["Need"]
    assert len(caught) == 1
    number = purchase.requirements.count() + 1
    assert [line.waiting for line in need.lines] == [0, number, 0]
    assert need.waiting == number
    page = signed_in(purchase.owner).get(f"/admin/e/{purchase.slug}/brief/").text
    assert f'{number}<span class="et-hidden"> waiting for you</span>' in page


def test_a_page_stands_in_one_of_the_groups_of_a_purchase() -> None:
    with pytest.raises(ImproperlyConfigured, match="in no group"):
        tabs.register_tab(tabs.Tab(999, "other", "Other", "other", "Elsewhere"))
    with pytest.raises(ImproperlyConfigured):
        tabs.register_tab(tabs.Tab(10, "other", "Other", "other", "Need"))
    ungrouped = [tab.slug for tab in tabs.all_tabs() if not tab.group]
    assert ungrouped == ["overview", "comparison"]
