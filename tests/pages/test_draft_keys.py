"""The key of a person's drafts: theirs alone, and on no page that is stored."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client
from pytest_django import Settings

from evaltracker.evaluations.models import Evaluation, User
from evaltracker.pages.templatetags.drafts import draft_key, draft_name, draft_owner
from tests.factories import common
from tests.rights.logs import written

pytestmark = pytest.mark.django_db
ADDRESS = "/admin/act/test-reword/1/"
PACKAGES = ("evaltracker", "stakeholders", "trials", "vendors")
ROOT = Path(__file__).parents[2]


def everything_of(person: User) -> set[str]:
    """Its key and its names."""
    return {draft_key(person), draft_owner(person), draft_name(person, ADDRESS)}


@pytest.fixture
def lina(db: None) -> User:
    return common.lina()


def test_it_is_the_same_after_each_login(lina: User) -> None:
    before = everything_of(lina)
    Client().post("/admin/login/", {"username": "lina", "password": common.PASSWORD})
    assert everything_of(User.objects.get(pk=lina.pk)) == before


def test_it_is_another_one_after_a_new_password(lina: User) -> None:
    before = everything_of(lina)
    lina.set_password("another battery staple")
    assert not before & everything_of(lina)
    again = everything_of(lina)
    # The same words again are another password.
    lina.set_password("another battery staple")
    assert not again & everything_of(lina)


def test_it_is_another_one_for_everybody_and_in_each_deployment(
    lina: User, settings: Settings
) -> None:
    before = everything_of(lina)
    other = common.noor()
    other.password = lina.password
    assert not before & everything_of(other)
    settings.SECRET_KEY = "of another deployment"
    assert not before & everything_of(lina)


def test_names_tell_neither_the_person_nor_the_form(lina: User) -> None:
    assert re.fullmatch("[0-9a-f]{32}", draft_owner(lina))
    assert re.fullmatch("[0-9a-f]{32}", draft_name(lina, ADDRESS))
    assert draft_name(lina, ADDRESS) != draft_name(lina, "/admin/act/other/1/")


def test_a_stranger_has_none(client: Client) -> None:
    nobody = AnonymousUser()
    assert draft_key(nobody) == draft_owner(nobody) == draft_name(nobody, "/") == ""
    page = client.get("/admin/login/").content.decode()
    assert "data-draft-key" not in page
    assert "data-person" not in page


def test_a_page_with_it_is_stored_nowhere_and_no_log_tells_it(
    as_user: Callable[[User], Client], lina: User, address: str
) -> None:
    client = as_user(lina)
    with written() as log:
        shown = client.get(address)
        refused = client.post(address, {})
    for answer in (shown, refused):
        page = answer.content.decode()
        assert f'data-draft-key="{draft_key(lina)}"' in page
        assert f'data-draft="{draft_name(lina, address)}"' in page
        assert "no-store" in answer["Cache-Control"]
    assert draft_key(lina) not in log.getvalue()


def test_a_page_that_the_browser_stores_has_none(
    as_user: Callable[[User], Client], lina: User, address: str, purchase: Evaluation
) -> None:
    client = as_user(lina)
    matrix = f"/admin/e/{purchase.slug}/matrix/"
    stored = client.get(matrix)
    assert "no-store" not in stored["Cache-Control"]
    assert "data-draft" not in stored.content.decode()
    target = purchase.requirements.get(ref="R1")
    sent = {"text": "New words", "version": target.revision, "next": matrix}
    done = client.post(address, sent, follow=True)
    # What says which form was saved is no copy to keep, and needs no key either.
    assert done.request["PATH_INFO"] == matrix
    assert "no-store" in done["Cache-Control"]
    assert draft_name(lina, address) in done.content.decode()
    assert "data-draft-key" not in done.content.decode()


def test_only_the_tag_of_such_a_form_asks_for_it() -> None:
    found = {
        path.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for path in (ROOT / package).rglob("*.py")
        if "draft_key(" in path.read_text()
    }
    assert found == {
        "evaltracker/pages/templatetags/drafts.py",
    }
