"""Numbers beside every page are counted every half minute, and after one's own acts."""

import datetime
from collections.abc import Callable, Iterator

import pytest
import time_machine
from django.core.cache import caches
from django.test import Client
from pytest_django import Settings

from evaltracker.evaluations.models import Evaluation, User
from vendors.models import Question

pytestmark = pytest.mark.django_db
NOW = datetime.datetime(2027, 5, 25, 9, tzinfo=datetime.UTC)


@pytest.fixture(autouse=True)
def _half_a_minute(settings: Settings) -> Iterator[None]:
    settings.COUNT_AGAIN_SECONDS = 30
    yield
    caches["process"].clear()


def waiting(client: Client, where: Evaluation) -> bool:
    """Whether the side menu says that a question waits."""
    page = client.get(f"/admin/e/{where.slug}/brief/").content.decode()
    return '1<span class="et-hidden"> waiting for you' in page


def ask(where: Evaluation) -> Question:
    """A question, as if its vendor had asked it just now."""
    return Question.objects.create(evaluation=where, text="Which region?")


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/pages/test_evaluation_menu.py"
    "::test_a_page_says_where_the_reader_is_and_names_no_page_twice",
)
def test_what_others_do_shows_within_half_a_minute(
    purchase: Evaluation, as_user: Callable[[User], Client]
) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        client = as_user(purchase.owner)
        assert not waiting(client, purchase)
        ask(purchase)
        assert not waiting(client, purchase)
        clock.shift(31)
        assert waiting(client, purchase)


def test_what_one_does_oneself_shows_at_once(
    purchase: Evaluation, as_user: Callable[[User], Client]
) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        client = as_user(purchase.owner)
        assert not waiting(client, purchase)
        question = ask(purchase)
        clock.shift(31)
        assert waiting(client, purchase)
        done = client.post(
            f"/admin/act/answer-question/{question.pk}/",
            {"text": "Q?", "answer": "Here."},
        )
        assert done.status_code == 302
        assert not waiting(client, purchase)
