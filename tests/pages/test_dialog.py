"""An act that is shown over its page: the same form, the same right and answer."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from tests.factories import common

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    from evaltracker.evaluations.models import Requirement, User

    LogIn = Callable[[User], Client]

pytestmark = pytest.mark.usefixtures("known_acts")
FIELD = re.compile(r'<(?:input|textarea|select)[^>]* name="(\w+)"')
DIALOG = {"X-Dialog": "yes"}
PAGE = "/admin/e/x/requirements/?priority=must"


def path_of(requirement: Requirement) -> str:
    return f"/admin/act/test-reword/{requirement.pk}/"


def form_in(page: str) -> str:
    return page[page.index('<form method="post" class="et-card') :].split("</form>")[0]


def post(client: Client, requirement: Requirement, **form: str) -> Any:
    data = {"version": "1", "text": "New words", "here": PAGE, **form}
    return client.post(path_of(requirement), data, headers=DIALOG)


def test_its_form_is_that_of_the_page(as_user: LogIn, requirement: Requirement) -> None:
    client = as_user(requirement.evaluation.owner)
    there = client.get(path_of(requirement)).text
    shown = client.get(path_of(requirement), headers=DIALOG)
    assert shown.status_code == 200
    assert re.findall(FIELD, form_in(shown.text)) == re.findall(FIELD, form_in(there))
    assert "Reword it" in shown.text


def test_a_script_gets_the_parts_of_a_page_and_never_all_of_it(
    as_user: LogIn, requirement: Requirement
) -> None:
    client = as_user(requirement.evaluation.owner)
    where = f"/admin/e/{requirement.evaluation.slug}/"
    client.post("/admin/act/test-start/", {"next": where})
    # Over the page stands the act alone; what was said waits for the page.
    over = client.get(path_of(requirement), headers=DIALOG).text
    assert ("<html" in over, 'id="nav-sidebar-apps"' in over) == (False, False)
    parts = client.get(where, headers={"X-Parts": "yes"}).text
    assert "<html" not in parts
    for part in ("page-content", "nav-sidebar-apps", "page-messages"):
        assert f'id="{part}"' in parts
    assert "Done." in parts
    whole = client.get(where).text
    assert "<html" in whole
    assert "Done." not in whole


def test_one_to_read_at_leisure_opens_as_a_page(
    as_user: LogIn, requirement: Requirement, monkeypatch: pytest.MonkeyPatch
) -> None:
    from evaltracker.pages.acts import ACTS

    monkeypatch.setattr(type(ACTS["test-reword"]), "in_dialog", False)
    client = as_user(requirement.evaluation.owner)
    asked = client.get(path_of(requirement), headers=DIALOG)
    assert (asked.status_code, asked.content) == (204, b"")
    assert client.get(path_of(requirement)).status_code == 200


def test_all_acts_open_over_the_page_but_these() -> None:
    """Files, secrets, and a score sheet, which is as long as a page."""
    from evaltracker.pages.acts import ACTS

    pages = {name for name, act in ACTS.items() if not act.in_dialog}
    assert pages == {
        *("add-webhook", "export-evaluation", "give-scores", "make-token"),
        *("new-secret", "take-pack"),
    }


def test_done_it_names_the_page_below_and_where_else_to_go(
    as_user: LogIn, requirement: Requirement
) -> None:
    client = as_user(requirement.evaluation.owner)
    said: Any = post(client, requirement)
    # The service made a row that has a page; that is where it leads.
    assert said.json()["page"] != PAGE
    said = client.post("/admin/act/test-start/", {"here": PAGE}, headers=DIALOG)
    told = {"said": "Done.", "page": PAGE, "otherwise": "/admin/"}
    assert said.json() == told
    # Said by the page below, or by the next one where it leads away: once.
    page = client.get("/admin/").content
    assert (page.count(b"It has new words."), page.count(b"Done.")) == (1, 0)


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/"])
def test_it_never_leads_out_of_the_house(
    as_user: LogIn, requirement: Requirement, elsewhere: str
) -> None:
    client = as_user(requirement.evaluation.owner)
    said: Any = client.post(
        "/admin/act/test-start/", {"here": elsewhere}, headers=DIALOG
    )
    assert said.json()["page"] == "/admin/"


def test_refused_it_comes_back_as_its_page_with_what_was_typed(
    as_user: LogIn, requirement: Requirement
) -> None:
    client = as_user(requirement.evaluation.owner)
    answer = post(client, requirement, text="")
    assert answer.status_code == 400
    assert b"This field is required." in answer.content
    answer = post(client, requirement, ending="refused", text="My words")
    assert answer.status_code == 409
    assert b"Claims are closed since noon." in answer.content
    assert b"My words" in answer.content
    requirement.refresh_from_db()
    assert requirement.text != "My words"


def test_it_is_nobody_elses_to_do_and_hidden_from_strangers(
    as_user: LogIn, requirement: Requirement
) -> None:
    requirement.evaluation.readers.add(common.otto())
    assert post(as_user(common.otto()), requirement).status_code == 403
    stranger = as_user(common.noor())
    assert post(stranger, requirement).status_code == 404
    hidden = stranger.get(path_of(requirement), headers=DIALOG)
    assert hidden.status_code == 404
    assert requirement.text.encode() not in hidden.content


def test_one_more_is_begun_where_the_last_one_was_done(
    as_user: LogIn, requirement: Requirement
) -> None:
    where = requirement.evaluation
    client = as_user(where.owner)
    address = f"/admin/act/add-category/{where.pk}/"
    form = {"name": "Running it", "weight": "1", "again": "1", "here": PAGE}
    said: Any = client.post(address, form, headers=DIALOG)
    assert (said.json()["page"], said.json()["again"]) == (PAGE, address)
    plain: Any = client.post(address, {**form, "name": "Leaving it"})
    assert plain.headers["Location"] == address
    assert where.categories.filter(name__endswith="it").count() == 2
    # An act that offers no other one goes on as ever.
    done: Any = client.post("/admin/act/test-start/", {"again": "1"}, headers=DIALOG)
    assert "again" not in done.json()
