"""The stakeholders page: parts, substitutes, debts, and who must sign."""

import datetime

import pytest
from pytest_django import DjangoAssertNumQueries

from evaltracker.evaluations.models import Evaluation
from stakeholders.models import Delegation, SignOffRule, Stakeholder
from tests.clients import signed_in
from tests.factories import common, stakeholders

pytestmark = pytest.mark.django_db
TODAY = datetime.date.today


@pytest.fixture
def purchase(db: None) -> Evaluation:
    return common.evaluation()


@pytest.fixture
def here(purchase: Evaluation) -> str:
    return f"/admin/e/{purchase.slug}/stakeholders/"


def test_an_empty_page_says_whom_to_add(here: str) -> None:
    body = signed_in(common.lina()).get(here).content.decode()
    assert "No stakeholders yet" in body
    assert signed_in(common.noor()).get(here).status_code == 404


def test_the_owner_adds_and_ends_a_part(purchase: Evaluation, here: str) -> None:
    client = signed_in(purchase.owner)
    noor = common.noor()
    url = f"/admin/act/add-stakeholder/{purchase.pk}/"
    form = {"user": noor.pk, "role": "security", "scores": "on"}
    assert client.post(url, form).headers["Location"] == here
    part = Stakeholder.objects.get(user=noor)
    assert part.scores
    assert client.post(url, form).status_code == 409
    assert signed_in(noor).get(here).status_code == 200
    end = f"/admin/act/remove-stakeholder/{part.pk}/"
    assert client.post(end, {"reason": ""}).status_code == 400
    assert client.post(end, {"reason": "Left the team"}).status_code == 302
    assert signed_in(noor).get(here).status_code == 404


def test_the_owner_and_strangers_are_no_choice(purchase: Evaluation) -> None:
    gone = common.person("gone")
    gone.is_active = False
    gone.save()
    url = f"/admin/act/add-stakeholder/{purchase.pk}/"
    client = signed_in(purchase.owner)
    for person in (purchase.owner, gone):
        answer = client.post(url, {"user": person.pk, "role": "it"})
        assert answer.status_code == 400, person


def test_a_stakeholder_adds_nobody(purchase: Evaluation, here: str) -> None:
    stakeholders.stakeholders(purchase, "it")
    client = signed_in(stakeholders.holder("it"))
    part = Stakeholder.objects.get()
    assert "add-stakeholder" not in client.get(here).content.decode()
    for url in (
        f"/admin/act/add-stakeholder/{purchase.pk}/",
        f"/admin/act/remove-stakeholder/{part.pk}/",
        f"/admin/act/sign-off-rules/{purchase.pk}/",
    ):
        assert client.post(url, {}).status_code == 403, url


@pytest.mark.nightly(
    reason="dear; each push runs its neighbour, which needs the same set-up",
    short="::test_the_owner_adds_and_ends_a_part",
)
def test_each_lends_their_own_part_and_takes_it_back(
    purchase: Evaluation, here: str
) -> None:
    part = stakeholders.stakeholders(purchase, "it", "pm")["it"]
    ivan, noor = stakeholders.holder("it"), common.noor()
    url = f"/admin/act/lend-part/{part.pk}/"
    form = {"substitute": noor.pk, "starts_on": TODAY(), "ends_on": TODAY()}
    assert signed_in(purchase.owner).post(url, form).status_code == 403
    assert signed_in(stakeholders.holder("pm")).post(url, form).status_code == 403
    assert signed_in(ivan).post(url, form).status_code == 302
    lending = Delegation.objects.get()
    assert "Noor" in signed_in(ivan).get(here).content.decode()
    end = f"/admin/act/revoke-lending/{lending.pk}/"
    assert signed_in(stakeholders.holder("pm")).post(end).status_code == 403
    assert signed_in(ivan).post(end).status_code == 302
    assert signed_in(noor).get(here).status_code == 404


def test_a_substitution_that_ends_before_it_begins_is_refused(
    purchase: Evaluation,
) -> None:
    part = stakeholders.stakeholders(purchase, "it")["it"]
    form = {
        "substitute": common.noor().pk,
        "starts_on": "2026-12-02",
        "ends_on": "2026-12-01",
    }
    answer = signed_in(stakeholders.holder("it")).post(
        f"/admin/act/lend-part/{part.pk}/", form
    )
    assert answer.status_code == 400
    assert not Delegation.objects.exists()


def test_rules_are_set_in_one_grid(purchase: Evaluation, here: str) -> None:
    client = signed_in(purchase.owner)
    url = f"/admin/act/sign-off-rules/{purchase.pk}/"
    assert "Nobody" not in client.get(url).content.decode()
    form = {"requirements_it": "1", "decision_leadership": "2"}
    assert client.post(url, form).headers["Location"] == here
    assert SignOffRule.objects.count() == 2
    signs = f"/admin/e/{purchase.slug}/sign-offs/"
    assert "2 must approve" in client.get(signs).content.decode()
    fewer = {"requirements_it": "", "decision_leadership": "2"}
    assert client.post(url, fewer).status_code == 302
    assert SignOffRule.objects.count() == 1
    assert client.post(url, {"requirements_it": "1"}).status_code == 409
    assert client.post(url, {"requirements_it": "-1"}).status_code == 400


def test_it_tells_what_each_still_owes(purchase: Evaluation, here: str) -> None:
    stakeholders.stakeholders(purchase, "it", "pm")
    stakeholders.sign_off_rules(purchase, roles=("it",))
    body = signed_in(purchase.owner).get(here).content.decode()
    assert "a sign-off on this stage" in body
    assert "their role&#x27;s weights" in body


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_it_tells_what_each_still_owes",
)
def test_its_queries_do_not_grow_with_the_people(
    purchase: Evaluation,
    here: str,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    stakeholders.stakeholders(purchase)
    client = signed_in(purchase.owner)
    client.get(here)
    with django_assert_max_num_queries(19):
        client.get(here)
