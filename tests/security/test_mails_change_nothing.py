"""T28: scanners open every link of every mail, and nothing happens.

With every push each link is read without a session and by one of three people, in turn.
"""

import datetime
import re
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
import time_machine
from django.conf import settings
from django.db import transaction
from django.test import Client
from django.utils import timezone
from pytest_django.plugin import DjangoDbBlocker

from evaltracker.evaluations.models import Evaluation, Notice, User
from evaltracker.notices.kinds import KINDS, Message
from evaltracker.requirements.services.requirements import change_requirement
from evaltracker.toolbox.processes import CHORES
from evaltracker.workflow.services.stages import advance, send_back
from tests.clients import signed_in
from tests.factories import stakeholders, vendors
from tests.factories.workflow import sign_as, to_be_signed
from tests.fixture_cache import run_folder
from tests.lock_order import around_tests
from tests.tables import snapshot
from tests.tiers import by_tier
from trials.services.milestones import add_milestone
from vendors.services.quotes import ask_to_open_prices

pytestmark = pytest.mark.django_db
LINK = re.compile(r"https?://[^\s\"<>]+")
DAYS = (0, 3.1, 6.2)
MUST_BE_SEEN = {
    "condition_due",
    "condition_given",
    "condition_overdue",
    "delegation_given",
    "milestone_due",
    "prices_asked",
    "prices_escalated",
    "prices_waiting",
    "sign_off_against",
    "sign_off_escalated",
    "sign_off_reopened",
    "sign_off_requested",
    "sign_off_waiting",
}


def somebody_reopens() -> None:
    """Mails that the rights' world does not cause: a no, a way back, a date."""
    where = to_be_signed("it", "pm")
    sign_as(where, "it", "decline", reason="No")
    change_requirement(
        requirement=where.requirements.get(), text="Other words", by=where.owner
    )
    for role in ("it", "pm"):
        sign_as(where, role)
    advance(evaluation=where, from_stage="requirements", by=where.owner)
    type(where.categories.get()).objects.update(weight=None)
    send_back(
        evaluation=where, to_stage="requirements", reason="Once more", by=where.owner
    )
    asked = to_be_signed("it")
    ask_to_open_prices(evaluation=vendors.enter(asked, "decision"), by=asked.owner)
    waiting = to_be_signed("it")
    add_milestone(
        evaluation=waiting,
        title="Contract",
        owner_user=stakeholders.holder("devops"),
        due_on=timezone.localdate() + datetime.timedelta(days=10),
        due_time=datetime.time(17),
        by=waiting.owner,
    )


@pytest.fixture(scope="module")
def world(
    request: pytest.FixtureRequest,
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
) -> Iterator[dict[str, User]]:
    """Everything of which somebody is owed a mail within a week."""
    from tests.rights.world import shared

    with django_db_blocker.unblock(), around_tests():
        people = shared(run_folder(request))
        somebody_reopens()
        for days in DAYS:
            later = timezone.now() + datetime.timedelta(days=days, minutes=11)
            with time_machine.travel(later, tick=False):
                for chore in CHORES.values():
                    if chore.every is not None:
                        chore.work()
        yield people
        transaction.set_rollback(True)


def mails() -> Iterator[tuple[Notice, Message]]:
    """Every mail that is owed, as it would be written now."""
    for notice in Notice.objects.filter(webhook=None).select_related("recipient"):
        kind = KINDS[notice.kind]
        try:
            yield notice, kind.compose(notice)
        except LookupError:
            continue  # of what is gone nothing is written


def links() -> tuple[set[str], set[str]]:
    """The paths of this site in all mails, and the kinds that were written."""
    found, kinds = set(), set()
    home = urlsplit(settings.SITE_URL).netloc
    for notice, mail in mails():
        kinds.add(notice.kind)
        for url in LINK.findall(f"{mail.text} {mail.html}"):
            place = urlsplit(url.rstrip(".,)"))
            if place.netloc == home:
                found.add(f"{place.path}?{place.query}" if place.query else place.path)
    return found, kinds


@pytest.mark.usefixtures("counted_lately")
@pytest.mark.parametrize(
    "thrice",
    by_tier(
        False,
        True,
        reason="all readers at the same links again and again; each push lets "
        "a stranger and one person in turn read each link once",
    ),
)
def test_t28_every_link_of_every_mail_changes_nothing(
    world: dict[str, User], figure: Callable[[str], None], thrice: bool
) -> None:
    paths, kinds = links()
    assert kinds >= MUST_BE_SEEN
    inside = [world[name] for name in ("lead", "it")]
    readers = [Client(), *map(signed_in, [*inside, stakeholders.holder("pm")])]
    before = snapshot()
    seen = 0
    for row, path in enumerate(sorted(paths)):
        stranger, *known = readers
        turns = [stranger.get, known[row % 3].get]
        if thrice:
            turns = [way for it in readers for way in (it.head, it.get)] * 3
        for method in turns:
            assert method(path, follow=True).status_code < 500, path
            seen += 1
    after = snapshot()
    assert [name for name in after if after[name] != before.get(name)] == []
    figure(
        f"T28: {len(paths)} links in mails of {len(kinds)} kinds, {seen} times read "
        "with and without a session: 0 tables changed"
    )


def test_the_picture_shows_a_change(world: dict[str, User]) -> None:
    before = snapshot()
    Evaluation.objects.filter(slug="ml-platform").update(title="Changed")
    after = snapshot()
    changed = [name for name in after if after[name] != before[name]]
    assert changed == ["evaluations_evaluation"]
