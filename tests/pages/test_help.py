"""The help is there for everybody who is signed in, and each page leads to its part."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from evaltracker.evaluations.models import Evaluation
from evaltracker.pages.help import (
    GUIDES,
    OF_PAGE,
    OF_TAB,
    REFERENCE,
    anchor_of,
    file_of,
    guide_html,
    help_address,
)
from evaltracker.pages.tabs import all_tabs
from tests.clients import signed_in
from tests.factories import common


@pytest.mark.parametrize("name", [*GUIDES, *REFERENCE])
def test_each_document_is_shown_with_links_that_stay_in_the_product(name: str) -> None:
    html = guide_html(name)
    inside = re.compile(r"(https?://|/admin/help/|#)")

    assert "<p>" in html
    assert all(map(inside.match, re.findall(r'(?:href|src)="([^"]+)"', html)))


@pytest.mark.parametrize("target", sorted({*OF_TAB.values(), *OF_PAGE.values()}))
def test_each_page_leads_to_a_heading_that_is_there(target: str) -> None:
    name, _, anchor = target.partition("#")
    file = file_of(name)
    assert file is not None
    headings = re.findall(r"^#+ (.+)$", file.read_text(), re.MULTILINE)

    assert not anchor or anchor in map(anchor_of, headings)


def test_each_tab_of_an_evaluation_has_its_part_of_the_help() -> None:
    assert {tab.slug for tab in all_tabs()} <= OF_TAB.keys()


def test_operators_find_their_own_guide_where_no_page_has_one() -> None:
    assert help_address("", "index", operator=True) == "/admin/help/operator/"
    assert help_address("", "index", operator=False) == "/admin/help/stakeholder/"
    assert help_address("costs", "x", operator=True) == "/admin/help/costs/"


def test_a_page_links_to_its_help(purchase: Evaluation) -> None:
    lead = signed_in(purchase.owner)
    page = lead.get(reverse("admin:evaluation_requirements", args=[purchase.slug]))

    assert "/admin/help/lead/#1-requirements" in page.text


def test_pictures_are_those_of_the_documents_and_nothing_else(db: None) -> None:
    client = signed_in(common.lina())
    picture = client.get("/admin/help/pictures/workspace.png")
    stranger = Client().get("/admin/help/pictures/workspace.png")

    assert picture["Content-Type"] == "image/png"
    assert picture.content.startswith(b"\x89PNG")
    assert client.get("/admin/help/pictures/..%2Fwords.md").status_code == 404
    assert client.get("/admin/help/words/").status_code == 404
    assert stranger.status_code == 302
