"""Requirements: grouped, filtered, paged, and changed by acts of the owner."""

import pytest
from pytest_django import DjangoAssertNumQueries

from evaltracker.evaluations.models import Evaluation, Requirement
from tests.clients import signed_in
from tests.factories import common, stakeholders, vendors

pytestmark = pytest.mark.django_db


@pytest.fixture
def here(purchase: Evaluation) -> str:
    return f"/admin/e/{purchase.slug}/requirements/"


def many(where: Evaluation, number: int) -> None:
    group = where.categories.first()
    Requirement.objects.bulk_create(
        Requirement(
            evaluation=where,
            category=group,
            ref=f"X{each:03}",
            text="Bulk",
            position=99,
        )
        for each in range(number)
    )


def test_an_outsider_finds_nothing_and_a_stakeholder_no_buttons(
    purchase: Evaluation, here: str
) -> None:
    assert signed_in(common.noor()).get(here).status_code == 404
    stakeholders.stakeholders(purchase, "it")
    body = signed_in(stakeholders.holder("it")).get(here).content.decode()
    assert "Trains a model on a cluster" in body
    assert "1.10" in body
    assert "change-requirement" not in body
    assert "add-requirement" not in body


def test_filters_narrow_the_list(here: str) -> None:
    client = signed_in(common.lina())
    musts = client.get(here, {"priority": "must"}).content.decode()
    assert "Trains a model" in musts
    assert "Shows cost by team" not in musts
    found = client.get(here, {"q": "cost TEAM"}).content.decode()
    assert "Shows cost by team" in found
    assert "Trains a model" not in found
    assert "Nothing matches" in client.get(here, {"q": "zebra"}).content.decode()


@pytest.mark.parametrize(
    "query",
    [
        {"priority": "urgent"},
        {"category": "x"},
        {"page": "0"},
        {"page": "²"},
        {"page": "99"},
        {"q": "y" * 201},
    ],
)
@pytest.mark.nightly(
    reason="the same with other values; each push runs one of them", short="[query3]"
)
def test_an_address_that_no_link_made_is_refused(
    here: str, query: dict[str, str]
) -> None:
    assert signed_in(common.lina()).get(here, query).status_code == 400


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_a_category_is_added_and_stands_there_empty",
)
def test_long_lists_are_paged_with_the_same_number_of_queries(
    purchase: Evaluation,
    here: str,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    client = signed_in(purchase.owner)
    many(purchase, 250)
    with django_assert_max_num_queries(21):
        first = client.get(here).content.decode()
    assert "Page 1 of 2" in first
    assert "X249" in client.get(here, {"page": "2"}).content.decode()


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_a_category_is_added_and_stands_there_empty",
)
def test_a_requirement_is_added_changed_and_retired(
    purchase: Evaluation, here: str
) -> None:
    client = signed_in(purchase.owner)
    group = purchase.categories.get()
    form = {
        "ref": "R9",
        "category": group.pk,
        "text": "Rolls back a model",
        "priority": "could",
        "weight": "3",
    }
    added = client.post(f"/admin/act/add-requirement/{purchase.pk}/", form)
    row = purchase.requirements.get(ref="R9")
    assert added.headers["Location"] == f"{here}#requirement-{row.pk}"
    form["text"] = "Rolls back in a minute"
    assert (
        client.post(f"/admin/act/change-requirement/{row.pk}/", form).status_code == 302
    )
    assert b"in a minute" in client.get(here).content
    url = f"/admin/act/retire-requirement/{row.pk}/"
    assert client.post(url, {"reason": ""}).status_code == 400
    assert client.post(url, {"reason": "Not needed"}).status_code == 302
    assert b"in a minute" not in client.get(here).content
    assert b"in a minute" in client.get(here, {"retired": "1"}).content


@pytest.mark.parametrize("ref", ["R1", "batch", "R1/files"])
def test_a_ref_that_cannot_be_is_refused_beside_the_form(
    purchase: Evaluation, ref: str
) -> None:
    group = purchase.categories.get()
    form = {"ref": ref, "category": group.pk, "text": "t", "priority": "must"}
    answer = signed_in(purchase.owner).post(
        f"/admin/act/add-requirement/{purchase.pk}/", {**form, "weight": "1"}
    )
    assert answer.status_code == 400
    assert purchase.requirements.count() == 2


def test_weights_close_with_the_stage(purchase: Evaluation, here: str) -> None:
    client = signed_in(purchase.owner)
    group = purchase.categories.get()
    url = f"/admin/act/weigh-category/{group.pk}/"
    assert client.post(url, {"weight": "8"}).status_code == 302
    assert client.post(url, {"weight": "11"}).status_code == 400
    vendors.enter(purchase, "research")
    assert client.post(url, {"weight": "2"}).status_code == 409
    group.refresh_from_db()
    assert group.weight == 8
    assert "weigh-category" not in client.get(here).content.decode()


def test_a_category_is_added_and_stands_there_empty(
    purchase: Evaluation, here: str
) -> None:
    client = signed_in(purchase.owner)
    form = {"name": "Security", "weight": ""}
    assert (
        client.post(f"/admin/act/add-category/{purchase.pk}/", form).status_code == 302
    )
    assert "Nothing in it yet" in client.get(here).content.decode()


def test_a_stakeholder_changes_nothing(purchase: Evaluation) -> None:
    stakeholders.stakeholders(purchase, "it")
    client = signed_in(stakeholders.holder("it"))
    row = purchase.requirements.get(ref="R1")
    for url in (
        f"/admin/act/add-requirement/{purchase.pk}/",
        f"/admin/act/change-requirement/{row.pk}/",
        f"/admin/act/retire-requirement/{row.pk}/",
        f"/admin/act/add-category/{purchase.pk}/",
        f"/admin/act/weigh-category/{row.category_id}/",
    ):
        assert client.post(url, {}).status_code == 403, url
