"""What the stock admin gives away, ours refuses (R36, R37, T19, T20)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.contrib.admin import SimpleListFilter
from django.core.exceptions import ImproperlyConfigured

from evaltracker.evaluations.models import Evaluation, Requirement
from evaltracker.pages.base import HardenedAdmin
from evaltracker.pages.site import site
from tests.clients import auditing
from tests.factories import common

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    from evaltracker.evaluations.models import User

    LogIn = Callable[[User], Client]

EVALUATIONS = "/admin/evaluations/evaluation/"
REQUIREMENTS = "/admin/evaluations/requirement/"


@pytest.fixture
def client(as_user: LogIn, purchase: Evaluation) -> Client:
    return as_user(auditing(purchase.owner))


def test_a_list_shows_only_what_the_reader_has_a_part_in(
    as_user: LogIn, purchase: Evaluation
) -> None:
    assert purchase.title in as_user(purchase.owner).get(EVALUATIONS).text
    empty = as_user(common.noor()).get(EVALUATIONS)
    assert purchase.title not in empty.text
    assert "You have no part in an evaluation yet" in empty.text


def test_a_hidden_row_and_an_absent_one_read_alike(
    as_user: LogIn, purchase: Evaluation
) -> None:
    stranger = as_user(common.noor())
    hidden = stranger.get(f"{EVALUATIONS}{purchase.pk}/change/")
    absent = stranger.get(f"{EVALUATIONS}{'0' * 32}/change/")
    odd = stranger.get(f"{EVALUATIONS}not-an-id/change/")
    assert hidden.status_code == absent.status_code == odd.status_code == 404
    assert purchase.title not in hidden.text


@pytest.mark.parametrize(
    "query",
    [
        "owner__password__startswith=a",
        "title__gte=B",
        "title=Choose",
        "owner=1",
        "evaluation__budget__gte=1",
        "_popup=1",
        "_to_field=slug",
        "_facets=True",
        "all=",
        "e=1",
        "unknown=1",
        "q=%00",
        "q=%ff",
        "q=" + "w+" * 21,
        "q=a&q=b",
        "p=0",
        "p=7",
        "p=x",
        "o=99",
        "o=title",
        "stage=nonsense",
    ],
)
@pytest.mark.nightly(
    reason="the same with other values; each push runs one of them",
    short="[stage=nonsense]",
)
def test_an_address_that_no_link_of_the_list_made_is_refused(
    client: Client, query: str
) -> None:
    assert client.get(f"{EVALUATIONS}?{query}").status_code == 400


def test_own_filters_sorting_and_search_work(client: Client) -> None:
    found = client.get(f"{REQUIREMENTS}?priority=must&o=-1&q=GPUs&p=1")
    assert found.status_code == 200
    assert "Trains a model" in found.text
    assert "Shows cost by team" not in found.text


def test_a_filter_offers_only_visible_rows(
    as_user: LogIn, purchase: Evaluation
) -> None:
    noor = auditing(common.noor())
    page = as_user(noor).get(REQUIREMENTS)
    assert page.status_code == 200
    assert purchase.title not in page.text
    refused = as_user(noor).get(f"{REQUIREMENTS}?evaluation={purchase.pk}")
    assert refused.status_code == 400


@pytest.mark.parametrize("page", ["add/", "{pk}/delete/"])
@pytest.mark.nightly(
    reason="the same with other values; each push runs one of them",
    short="[chromium-add/]",
)
def test_nothing_is_added_or_deleted_here(
    client: Client, purchase: Evaluation, page: str
) -> None:
    path = EVALUATIONS + page.format(pk=purchase.pk)
    assert client.get(path).status_code == 403
    assert client.post(path, {"post": "yes"}).status_code in {403, 405}
    assert Evaluation.objects.count() == 1


def test_no_list_and_no_detail_takes_a_post(
    client: Client, purchase: Evaluation
) -> None:
    action = {"action": "delete_selected", "_selected_action": str(purchase.pk)}
    assert client.post(EVALUATIONS, action).status_code == 405
    detail = f"{EVALUATIONS}{purchase.pk}/change/"
    assert client.post(detail, {"title": "Stolen"}).status_code == 405
    assert Evaluation.objects.get().title == purchase.title


def test_whoever_is_no_auditor_reads_rows_but_not_the_list_of_all(
    as_user: LogIn, purchase: Evaluation
) -> None:
    owner = as_user(purchase.owner)
    refused = owner.get(REQUIREMENTS)
    assert refused.status_code == 403
    assert "Open an evaluation to see what belongs to it" in refused.text
    row = owner.get(f"{REQUIREMENTS}{purchase.requirements.all()[0].pk}/change/")
    assert row.status_code == 200
    assert f'href="{REQUIREMENTS}"' not in row.text


def test_history_and_view_on_site_are_not_there(
    client: Client, purchase: Evaluation
) -> None:
    assert client.get(f"{EVALUATIONS}{purchase.pk}/history/").status_code == 404
    assert client.get(f"/admin/r/1/{purchase.pk}/").status_code == 404


def test_the_list_of_users_is_for_operators(
    as_user: LogIn, purchase: Evaluation
) -> None:
    path = "/admin/evaluations/user/"
    owner, operator = as_user(purchase.owner), as_user(common.otto())
    assert owner.get(path).status_code == 403
    assert path not in owner.get("/admin/").text
    assert operator.get(path).status_code == 200
    assert path in operator.get("/admin/").text


def test_a_person_without_staff_rights_is_asked_to_log_in(
    as_user: LogIn, purchase: Evaluation
) -> None:
    outsider = common.person("uma")
    outsider.is_staff = False
    outsider.save()
    answer = as_user(outsider).get(EVALUATIONS)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/admin/login/")


def test_every_registered_admin_is_hardened() -> None:
    soft = [
        model.__name__
        for model, admin in site._registry.items()
        if not isinstance(admin, HardenedAdmin)
    ]
    assert soft == []


class OtherFilter(SimpleListFilter):
    title = "anything"
    parameter_name = "anything"


@pytest.mark.parametrize(
    "options",
    [
        {"actions": ["approve"]},
        {"raw_id_fields": ["category"]},
        {"date_hierarchy": "retired_at"},
        {"list_editable": ["weight"]},
        {"save_as": True},
        {"fields": None},
        {"list_filter": ["priority"]},
        {"list_filter": [OtherFilter]},
    ],
)
def test_an_admin_that_would_leak_does_not_start(options: dict[str, object]) -> None:
    base = {"fields": ("ref",), "list_display": ("ref",)}
    soft = type("SoftAdmin", (HardenedAdmin,), base | options)
    with pytest.raises(ImproperlyConfigured):
        soft(Requirement, site)
