"""T47, signing in: Redis emptied, paused and killed while people log in.

Runs with every push, whole.
"""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from django.conf import settings
from redis import Redis

from evaltracker.evaluations.choices import AccountAction
from evaltracker.evaluations.models import AccountEntry
from tests.accounts.factors import code_of
from tests.accounts.over_http import Visitor, person
from tests.cast.common import PASSWORD
from tests.served import database, served
from tests.services import redis, service_folder

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.redis,
    pytest.mark.django_db(transaction=True),
]
LIMIT, PEOPLE = 8, 3
# More than with Redis, a page may take so long.
MOST_SECONDS = 0.3


@pytest.fixture
def broken(tmp_path: Path) -> Iterator[tuple[str, dict[str, Callable[[], object]]]]:
    """The product with a Redis of its own, and what may happen to that Redis."""
    with ExitStack() as stack:
        url = stack.enter_context(redis(stack.enter_context(service_folder())))
        client = Redis.from_url(url)
        process = client.info()["process_id"]
        site = stack.enter_context(
            served(
                tmp_path,
                settings="evaltracker.settings",
                DEBUG="1",
                REQUIRE_SECOND_FACTOR="1",
                # Opens what this process has sealed.
                SECRET_KEY=settings.SECRET_KEY,
                DATABASE_URL=database(),
                REDIS_URL=url,
            )
        )
        yield (
            site.url,
            {
                "there": lambda: None,
                "emptied": lambda: client.flushall(),
                "paused": lambda: os.kill(process, signal.SIGSTOP),
                "killed": lambda: os.kill(process, signal.SIGKILL),
            },
        )


def sign_in(url: str, name: str, code: str) -> tuple[int, list[float]]:
    """With which status the first page after password and code answers."""
    visitor = Visitor(url)
    assert visitor.give_password(name, PASSWORD).status_code == 302
    visitor.give_code(code)
    return visitor.open("/admin/").status_code, visitor.took


def guess(url: str, name: str, times: int) -> None:
    """Wrong passwords."""
    for number in range(times):
        assert Visitor(url).give_password(name, f"{number}").status_code == 200


def test_people_sign_in_whatever_happens_to_redis(
    broken: tuple[str, dict[str, Callable[[], object]]], figure: Callable[[str], None]
) -> None:
    url, happenings = broken
    took: dict[str, list[list[float]]] = {}
    used: dict[str, str] = {}
    person("lina")
    refused = 0
    for state, happen in happenings.items():
        happen()
        guess(url, "lina", LIMIT // len(happenings))
        for number in range(PEOPLE):
            name = f"{state}{number}"
            _, secret = person(name)
            used[name] = code_of(secret)
            status, pages = sign_in(url, name, used[name])
            assert status == 200, state
            took.setdefault(state, []).append(pages)
        for name, code in used.items():
            if name.endswith("0"):
                assert sign_in(url, name, code)[0] == 302, (state, name)
                refused += 1
    # The right password comes too late, by one.
    guess(url, "lina", 1)
    assert Visitor(url).give_password("lina", PASSWORD).status_code == 200
    failed = AccountEntry.objects.filter(action=AccountAction.LOGIN_FAILED)
    assert failed.exclude(detail="locked").count() == LIMIT - 1
    # What Redis costs a page is there for everybody, what a busy machine costs is not.
    slowest = {
        state: max(min(times) for times in zip(*visits, strict=True))
        for state, visits in took.items()
    }
    assert max(slowest.values()) < slowest["there"] + MOST_SECONDS, slowest
    figure(
        f"T47, signing in: {PEOPLE} people in each state of Redis, all came in; of "
        f"{LIMIT} guesses {LIMIT} counted; {refused} used codes refused; slowest page "
        + ", ".join(f"{state} {seconds:.2f} s" for state, seconds in slowest.items())
    )
