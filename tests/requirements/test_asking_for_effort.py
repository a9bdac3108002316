"""A brief says whether answers are asked what they cost in days, and for whom."""

import re

import pytest
from django.utils import timezone

from evaltracker.decision.services.promise_checks import start_next
from evaltracker.errors import Refused
from evaltracker.evaluations.models import Evaluation
from evaltracker.requirements.services.evaluations import OF_EFFORT, change_brief
from evaltracker.requirements.services.templates import (
    fill_from,
    save_as_template,
    shipped,
)
from tests.clients import signed_in
from tests.factories import common

pytestmark = pytest.mark.django_db

QUESTIONS = [question["label"] for question in OF_EFFORT]


@pytest.fixture
def where() -> Evaluation:
    return common.evaluation()


def switch(where: Evaluation, *, asks: bool) -> Evaluation:
    return change_brief(evaluation=where, asks_effort=asks, by=where.owner)


def asked_in(where: Evaluation) -> list[str]:
    return [field.label for field in where.brief_fields.all()]


def test_templates_of_software_ask_for_it_and_others_do_not() -> None:
    asking = {point.key for point in shipped() if point.content.get("effort")}
    assert asking == {"ml_platform", "e_signature", "security_baseline"}


@pytest.mark.parametrize(
    ("key", "asks"), [("security_baseline", True), ("general", False)]
)
def test_the_two_questions_come_with_the_switch_of_a_template(
    where: Evaluation, key: str, asks: bool
) -> None:
    fill_from(evaluation=where, key=key, by=where.owner)
    where.refresh_from_db()
    assert where.asks_effort == asks
    assert [label for label in asked_in(where) if label in QUESTIONS] == (
        QUESTIONS if asks else []
    )


def test_the_questions_go_with_it_but_those_that_are_answered(
    where: Evaluation,
) -> None:
    switch(where, asks=True)
    assert asked_in(where) == QUESTIONS
    assert not any(field.needed for field in where.brief_fields.all())
    apart, _expert = (question["key"] for question in OF_EFFORT)
    change_brief(evaluation=where, by=where.owner, **{apart: "no"})
    switch(where, asks=False)
    assert asked_in(where) == QUESTIONS[:1]
    switch(where, asks=True)
    assert asked_in(where) == QUESTIONS
    assert where.brief_fields.get(key=apart).answer == "no"


def test_it_stays_as_it_is_once_answers_are_open(where: Evaluation) -> None:
    Evaluation.objects.filter(pk=where.pk).update(claims_opened_at=timezone.now())
    with pytest.raises(Refused, match="Answers are open"):
        switch(where, asks=True)
    # Whoever saves the rest of the brief is not in the way.
    client = signed_in(where.owner)
    page = client.get(f"/admin/act/edit-brief/{where.pk}/").content.decode()
    assert re.search(r'<input[^>]*name="asks_effort"[^>]* disabled', page)
    assert change_brief(evaluation=where, asks_effort=False, by=where.owner)


def test_the_page_of_the_brief_says_it_only_where_it_is_asked(
    where: Evaluation,
) -> None:
    client, address = signed_in(where.owner), f"/admin/e/{where.slug}/brief/"
    assert "Days that answers cost" not in client.get(address).content.decode()
    switch(where, asks=True)
    page = client.get(address).content.decode()
    assert "Days that answers cost" in page
    assert "asked with each answer" in page


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_the_two_questions_come_with_the_switch_of_a_template[general-False]",
)
def test_a_saved_template_and_the_next_purchase_ask_for_it_again(
    where: Evaluation,
) -> None:
    fill_from(evaluation=where, key="security_baseline", by=where.owner)
    saved = save_as_template(evaluation=where, title="Ours", by=where.owner)
    other = common.evaluation(title="Next")
    fill_from(evaluation=other, key=str(saved.pk), by=other.owner)
    other.refresh_from_db()
    following = start_next(origin=other, title="After", by=other.owner)
    for made in (other, following):
        assert made.asks_effort
        assert asked_in(made) == QUESTIONS
