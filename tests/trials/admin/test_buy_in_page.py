"""The buy-in map: distances, what divides, picks once there is evidence, warnings."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from evaltracker.evaluations.models import Evaluation, User
from stakeholders.services.people import weigh_for_role
from tests.clients import signed_in
from tests.factories import common, stakeholders, trials, vendors

pytestmark = pytest.mark.django_db


@pytest.fixture
def purchase(db: None) -> Evaluation:
    """IT decides by security, PM by training; nothing is shown yet."""
    where = common.evaluation()
    for name in ("Training", "Security"):
        group = common.category(where, name, 5)
        common.requirement(where, f"{name[0]}1", category=group, weight=5)
    stakeholders.stakeholders(where)
    say(where, "it", 2, 8)
    say(where, "pm", 9, 1)
    return where


def say(where: Evaluation, role: str, *weights: int) -> None:
    for category, weight in zip(where.categories.all(), weights, strict=True):
        weigh_for_role(
            evaluation=where,
            category=category,
            role=role,
            weight=weight,
            by=stakeholders.holder(role),
        )


def page(where: Evaluation, user: User) -> str:
    answer = signed_in(user).get(f"/admin/e/{where.slug}/buy-in/")
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_it_tells_who_is_how_far_apart_on_what(purchase: Evaluation) -> None:
    body = page(purchase, stakeholders.holder("devops"))
    said = " ".join(re.sub(r"<[^>]+>", " ", body).split())
    assert "Training : IT 2, PM 9; Security : IT 8, PM 1" in said
    assert "Engineering, DevOps and Leadership gave none." in said
    assert "70.0" in body
    assert "Nothing is shown or tried yet" in body
    strangers = signed_in(common.noor()).get(f"/admin/e/{purchase.slug}/buy-in/")
    assert strangers.status_code == 404


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/trials/selectors/test_exactness.py"
    "::test_it_takes_four_queries_whatever_its_size[1]",
)
def test_each_role_picks_once_something_was_shown(purchase: Evaluation) -> None:
    vendors.in_research(purchase)
    for name, strong in (("Acme ML", "T1"), ("Globex ML", "S1")):
        option = trials.claimed(purchase, name=name)
        trials.verdict(trials.claim_of(option, strong), "research")
    purchase.refresh_from_db()
    assert "Nothing is shown or tried yet" in page(purchase, purchase.owner)
    vendors.enter(purchase, "demos")
    for name, strong in (("Acme ML", "T1"), ("Globex ML", "S1")):
        option = purchase.candidates.get(name=name)
        trials.verdict(trials.claim_of(option, strong), "demo")
    body = page(purchase, purchase.owner)
    assert "not the same" in body
    assert body.index("Globex ML") < body.index("Acme ML")  # IT stands first


def test_too_few_roles_are_told_what_to_do(purchase: Evaluation) -> None:
    common.category(purchase, "Support", 3)
    body = page(purchase, purchase.owner)
    assert "There is nothing to compare yet" in body
    vendors.enter(purchase, "research")
    assert "Weights are now sealed" in page(purchase, purchase.owner)


def test_objectives_in_conflict_are_warned_of_until_demos(purchase: Evaluation) -> None:
    here, warning = f"/admin/e/{purchase.slug}/", "Objectives conflict."
    lina = signed_in(purchase.owner)
    advance = f"/admin/act/advance/{purchase.pk}/"
    assert warning in lina.get(here).content.decode()
    vendors.enter(purchase, "research")
    assert warning in lina.get(here).content.decode()
    assert warning in lina.get(advance).content.decode()
    vendors.enter(purchase, "demos")
    assert warning not in lina.get(here).content.decode()
    assert warning not in lina.get(advance).content.decode()


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/trials/services/test_words_of_proof.py"
    "::test_menu_and_steps_say_the_nouns",
)
def test_nobody_is_warned_while_roles_agree(db: None) -> None:
    where = common.evaluation()
    for name in ("Training", "Security"):
        common.category(where, name, 5)
    stakeholders.stakeholders(where)
    say(where, "it", 5, 6)
    say(where, "pm", 6, 5)
    body = signed_in(where.owner).get(f"/admin/e/{where.slug}/").content.decode()
    assert "Objectives conflict." not in body
    assert "No two roles conflict" in page(where, where.owner)


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_too_few_roles_are_told_what_to_do",
)
def test_its_queries_do_not_grow_with_roles_and_requirements(
    purchase: Evaluation,
) -> None:
    def queries() -> int:
        client = signed_in(purchase.owner)
        client.get(f"/admin/e/{purchase.slug}/buy-in/")
        with CaptureQueriesContext(connection) as seen:
            client.get(f"/admin/e/{purchase.slug}/buy-in/")
        return len(seen)

    few = queries()
    say(purchase, "devops", 5, 5)
    say(purchase, "leadership", 7, 1)
    for number in range(8):
        common.requirement(purchase, f"X{number}", "should", weight=3)
    assert queries() == few
