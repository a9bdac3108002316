"""T23: guesses that arrive together at several processes pass no more than singly."""

import re
import secrets
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

import pytest
import requests
from axes.models import AccessAttempt
from django.db import connection

from evaltracker.accounts.adapters import CEILING, WAITS
from evaltracker.evaluations.choices import AccountAction
from evaltracker.evaluations.models import AccountEntry, Notice
from tests.factories import common
from tests.notices.test_kills import database_url
from tests.served import served

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.redis,
    pytest.mark.django_db(transaction=True),
]
LIMIT, TOGETHER = 8, 16
PATIENCE = 90  # seconds
AT_NIGHT = pytest.mark.nightly(
    reason="more guesses at twice as many processes", short="[12-2]"
)
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="(\w+)"')


def guess(url: str, username: str, password: str, address: str = "") -> int:
    """The status that answers somebody who says to be elsewhere each time, and tries
    again while others are looked at."""
    browser = requests.Session()
    address = address or f"10.0.{secrets.randbelow(250)}.1"
    browser.headers["X-Forwarded-For"] = address
    browser.headers["User-Agent"] = secrets.token_hex(4)
    page = browser.get(f"{url}/admin/login/", timeout=60)
    token = TOKEN.search(page.text)
    assert token is not None
    words = {"username": username, "password": password}
    given_up = time.monotonic() + PATIENCE
    pause = 0.2  # seconds: sooner than is asked for
    while True:
        answer = browser.post(
            f"{url}/admin/login/",
            data={**words, "csrfmiddlewaretoken": token[1]},
            allow_redirects=False,
            timeout=60,
        )
        if answer.status_code != 429 or time.monotonic() > given_up:
            return answer.status_code
        assert answer.headers["Retry-After"] == "2"
        time.sleep(pause)
        # On a slow machine a minute's posts of one address would be used up otherwise.
        pause = min(2 * pause, 2)


@pytest.mark.nightly(
    reason="Each push has the ceiling in one process, and guesses at once at two.",
    short="tests/accounts/test_slowing.py"
    "::test_beyond_the_ceiling_a_stranger_waits_even_with_the_right_password",
)
@pytest.mark.parametrize("number", [60, 200])
def test_guesses_at_once_from_as_many_addresses(
    tmp_path: Path, figure: Callable[[str], None], number: int
) -> None:
    common.lina()
    with (
        served(
            tmp_path,
            settings="evaltracker.settings",
            workers=4,
            DEBUG="1",
            NUM_PROXIES="1",
            DATABASE_URL=database_url(connection.settings_dict),
        ) as site,
        ThreadPoolExecutor(TOGETHER) as many,
    ):
        statuses = many.map(
            lambda n: guess(site.url, "lina", f"{n}", f"10.0.{n}.1"), range(number)
        )
        assert set(statuses) == {200}
    failed = AccountEntry.objects.filter(action=AccountAction.LOGIN_FAILED)
    times = list(failed.filter(detail="").order_by("at").values_list("at", flat=True))
    beyond = [
        (later - earlier).total_seconds()
        for earlier, later in pairwise(times[CEILING - 1 :])
    ]
    # On a slow machine the waits pass, one by one; nothing came in between.
    for wait, seconds in zip(WAITS, beyond, strict=False):
        assert seconds > wait - 1
    assert failed.count() == number
    assert Notice.objects.filter(kind="account_guessed").count() == 1
    figure(
        f"T23, login: of {number} guesses at once from {number} addresses at 4 "
        f"processes {CEILING} were compared with the password, and {len(beyond)} after "
        "the wait; 1 mail to the owner"
    )


@pytest.mark.parametrize(
    ("number", "processes"),
    [
        (12, 2),
        pytest.param(60, 4, marks=AT_NIGHT),
        pytest.param(200, 4, marks=AT_NIGHT),
    ],
)
def test_guesses_at_once(
    tmp_path: Path, figure: Callable[[str], None], number: int, processes: int
) -> None:
    common.lina()
    spellings = ("lina", "LINA", "Lina@example.com", "lina@EXAMPLE.com")
    with (
        served(
            tmp_path,
            settings="evaltracker.settings",
            workers=processes,
            DEBUG="1",
            DATABASE_URL=database_url(connection.settings_dict),
        ) as site,
        ThreadPoolExecutor(TOGETHER) as many,
    ):
        statuses = list(
            many.map(
                lambda n: guess(site.url, spellings[n % 4], f"guess {n}"),
                range(number),
            )
        )
    # 429: of one address, a hundred posts a minute and process at most.
    assert set(statuses) <= {200, 429}
    # Only these were compared with the password; the others met the lock.
    compared = sum(item.failures_since_start for item in AccessAttempt.objects.all())
    assert compared == LIMIT
    locked = AccountEntry.objects.filter(
        action=AccountAction.LOGIN_FAILED, person__username="lina", detail="locked"
    )
    assert locked.count() == statuses.count(200) - LIMIT
    figure(
        f"T23, login: of {number} guesses at once at {processes} processes "
        f"{compared} were compared with the password: the limit + 0"
    )
