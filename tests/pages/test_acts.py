"""One view serves every act: GET shows, POST performs, each refusal has its page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django import forms
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ImproperlyConfigured
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, RequestFactory

from evaltracker.evaluations.models import Requirement
from evaltracker.pages.act_view import _form
from evaltracker.pages.acts import ACTS, Act
from tests.factories import common

if TYPE_CHECKING:
    from collections.abc import Callable

    from evaltracker.evaluations.models import Evaluation, User

    LogIn = Callable[[User], Client]

pytestmark = pytest.mark.usefixtures("known_acts")


@pytest.fixture
def path(requirement: Requirement) -> str:
    return f"/admin/act/test-reword/{requirement.pk}/"


@pytest.fixture
def owner(as_user: LogIn, purchase: Evaluation) -> Client:
    return as_user(purchase.owner)


def words() -> str:
    return Requirement.objects.get(ref="R1").text


@pytest.mark.parametrize("method", ["get", "head"])
@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/pages/test_dialog.py::test_its_form_is_that_of_the_page",
)
def test_looking_at_an_act_changes_nothing(
    owner: Client, path: str, method: str
) -> None:
    before = words()
    answer = getattr(owner, method)(f"{path}?text=New&ending=refused")
    assert answer.status_code == 200
    assert words() == before


def test_the_form_says_what_it_does_and_what_each_field_wants(
    owner: Client, path: str
) -> None:
    page = owner.get(path).text
    assert "The vendors that answered are asked again." in page
    assert 'aria-describedby="id_text_helptext"' in page
    assert 'id="id_text_helptext"' in page
    assert 'enctype="multipart/form-data"' in page
    assert "et-button--danger" in page


def test_a_link_fills_only_the_fields_that_the_act_names(
    owner: Client, path: str
) -> None:
    assert "Filled in" in owner.get(f"{path}?text=Filled+in").text
    assert owner.get(f"{path}?version=7").status_code == 400


def test_posting_performs_tells_and_redirects(owner: Client, path: str) -> None:
    proof = SimpleUploadedFile("proof.txt", b"seen")
    answer = owner.post(path, {"text": "New", "version": 1, "proof": proof})
    assert answer.status_code == 302
    assert words() == "New"
    assert "It has new words." in owner.get(answer["Location"]).text


@pytest.mark.parametrize(
    ("wanted", "led_to"),
    [
        ("/admin/evaluations/notice/", "/admin/evaluations/notice/"),
        ("https://evil.example/", None),
        ("//evil.example/", None),
        ("/\\evil.example", None),
        ("javascript:alert(1)", None),
    ],
)
def test_the_way_back_never_leaves_the_house(
    owner: Client, path: str, wanted: str, led_to: str | None
) -> None:
    data = {"text": "New", "version": 1, "next": wanted}
    location = owner.post(path, data)["Location"]
    # Else to the page of the row that the act returned.
    expected = led_to or "/admin/e/choose-an-ml-platform/requirements/?q="
    assert location.startswith(expected)


@pytest.mark.parametrize(
    ("ending", "status", "sentence"),
    [
        ("refused", 409, "Claims are closed since noon."),
        ("stale", 409, "+ new words"),
        ("forbidden", 403, "Only Priya may do this."),
        ("missing", 404, "There is nothing at this address"),
        ("invalid", 400, "Too vague."),
        ("general", 400, "Nothing fits."),
        ("race", 409, "Somebody else did this a moment ago."),
    ],
)
@pytest.mark.nightly(
    reason="the same with other values; each push runs one of them",
    short="[race-409-Somebody else did this a moment ago.]",
)
def test_every_refusal_has_its_status_and_leaves_nothing(
    owner: Client, path: str, ending: str, status: int, sentence: str
) -> None:
    before = words()
    answer = owner.post(path, {"text": "Typed", "version": 1, "ending": ending})
    assert answer.status_code == status
    assert sentence in answer.text
    assert words() == before
    if status in {400, 409}:
        assert "Typed" in answer.text


def test_after_stale_the_form_carries_the_version_of_now(
    owner: Client, path: str, requirement: Requirement
) -> None:
    Requirement.objects.filter(pk=requirement.pk).update(revision=5)
    page = owner.post(path, {"text": "Typed", "version": 1, "ending": "stale"}).text
    assert 'name="version" value="5"' in page


def test_an_empty_field_is_marked_and_explained(owner: Client, path: str) -> None:
    answer = owner.post(path, {"text": " ", "version": 1})
    assert answer.status_code == 400
    assert 'aria-invalid="true"' in answer.text
    assert 'href="#id_text"' in answer.text
    assert 'id="id_text_error"' in answer.text


def test_who_may_not_see_the_target_gets_the_same_as_for_an_absent_one(
    as_user: LogIn, path: str
) -> None:
    stranger = as_user(common.noor())
    absent = f"/admin/act/test-reword/{'0' * 32}/"
    assert stranger.get(path).status_code == stranger.get(absent).status_code == 404
    assert stranger.post(path, {"text": "x", "version": 1}).status_code == 404
    assert stranger.get("/admin/act/test-reword/odd/").status_code == 404
    assert stranger.get("/admin/act/no-such-act/").status_code == 404


def test_who_sees_it_but_is_not_the_person_gets_403(as_user: LogIn, path: str) -> None:
    operator = as_user(common.otto())
    assert operator.get(path).status_code == 403
    assert operator.post(path, {"text": "x", "version": 1}).status_code == 403
    assert words() != "x"


def test_an_act_without_a_target_takes_none(owner: Client) -> None:
    assert owner.get("/admin/act/test-start/").status_code == 200
    assert owner.get("/admin/act/test-start/1/").status_code == 404
    assert owner.post("/admin/act/test-start/")["Location"] == "/admin/"
    assert owner.put("/admin/act/test-start/").status_code == 405


def test_a_post_needs_the_token_of_the_form(purchase: Evaluation, path: str) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(
        purchase.owner, backend="django.contrib.auth.backends.ModelBackend"
    )
    assert strict.post(path, {"text": "x", "version": 1}).status_code == 403


@pytest.mark.parametrize("forgotten", ["verb", "allowed", "perform"])
def test_an_act_that_forgets_a_duty_does_not_start(forgotten: str) -> None:
    whole = {
        "name": "test-forgetful",
        "title": "T",
        "verb": "V",
        "allowed": lambda *_: True,
        "perform": lambda *_: None,
    }
    del whole[forgotten]
    with pytest.raises(ImproperlyConfigured):
        type("Forgetful", (Act,), whole)
    assert "test-forgetful" not in ACTS


@pytest.mark.parametrize(
    ("act", "place"),
    [
        ("change-requirement/{requirement}", "Change requirement"),
        ("add-webhook/{evaluation}", "Add a webhook"),
        ("change-my-notices", "Change notification settings"),
    ],
)
@pytest.mark.nightly(
    reason="the same with other values; each push runs one of them",
    short="[change-requirement/{requirement}-Change requirement]",
)
def test_the_way_here_ends_at_what_the_act_is_and_not_at_its_button(
    owner: Client, requirement: Requirement, act: str, place: str
) -> None:
    path = act.format(requirement=requirement.pk, evaluation=requirement.evaluation_id)
    page = owner.get(f"/admin/act/{path}/")
    assert page.status_code == 200
    assert page.context["crumbs"][-1] == (place, "")


class OneRule(forms.Form):
    rule = forms.ChoiceField(choices=[("", "Choose"), ("only", "The only one")])
    several = forms.ChoiceField(choices=[("a", "A"), ("b", "B")])
    optional = forms.ChoiceField(choices=[("c", "C")], required=False)


def test_an_only_choice_is_chosen(rf: RequestFactory) -> None:
    class Choosing(Act[None], registered=False):
        form_class = OneRule

    request = rf.get("/")
    request.user = AnonymousUser()
    form = _form(Choosing(), None, request)
    assert form["rule"].value() == "only"
    assert not form["several"].value()
    assert not form["optional"].value()
