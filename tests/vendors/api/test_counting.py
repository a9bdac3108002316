"""T47, a part: vendors' limits hold in each process while Redis is away.

With every push; the whole installation without Redis is `./dev bench faults`.
"""

import socket
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from pytest_django import Settings
from redis import Redis

from tests.services import free_port
from tests.vendors.api.conftest import Party
from vendors import rate_limits as counting
from vendors.rate_limits import COUNT_UP, count_up, forget_counts, local

BACKEND = "django.core.cache.backends.redis.RedisCache"
MINUTE = 7


def use_redis(settings: Settings, address: str) -> None:
    """Let calls be counted there."""
    settings.CACHES = {
        **settings.CACHES,
        "throttle": {"BACKEND": BACKEND, "LOCATION": address},
    }


@pytest.fixture(autouse=True)
def _own_breaker() -> Iterator[None]:
    yield
    counting.breaker.is_open = True  # what it points to may be gone by now
    forget_counts()


@contextmanager
def mute_redis() -> Iterator[tuple[str, socket.socket]]:
    """One that takes connections and says nothing, as one that is stopped."""
    with socket.create_server(("127.0.0.1", 0)) as mute:
        mute.setblocking(False)
        yield f"redis://127.0.0.1:{mute.getsockname()[1]}", mute


def connections(mute: socket.socket) -> int:
    """How many came."""
    count = 0
    while True:
        try:
            mute.accept()[0].close()
        except BlockingIOError:
            return count
        count += 1


@pytest.mark.usefixtures("mid_minute")
@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/vendors/api/test_holds_for.py"
    "::test_what_was_said_is_kept_with_what_it_means[said0-means0]",
)
def test_without_redis_a_vendor_goes_on_within_its_limit(
    acme: Party, settings: Settings
) -> None:
    use_redis(settings, f"redis://127.0.0.1:{free_port()}")
    settings.VENDOR_CALLS_PER_MINUTE = 2
    assert acme.call("GET", acme.home).status_code == 200
    assert acme.claim().status_code == 201
    assert {acme.call("GET", acme.home).status_code for _ in range(4)} >= {429}


def test_a_redis_that_says_nothing_is_waited_for_once(settings: Settings) -> None:
    with mute_redis() as (address, mute):
        use_redis(settings, address)
        counts = [count_up("vendor-calls:x", MINUTE) for _ in range(300)]
        assert counts == list(range(1, 301))
        assert connections(mute) == 1


@pytest.mark.redis
def test_when_redis_is_back_it_counts_again(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared = settings.CACHES["throttle"]["LOCATION"]
    use_redis(settings, f"redis://127.0.0.1:{free_port()}")
    monkeypatch.setattr(counting, "PAUSE", 0.0)
    assert [count_up("vendor-calls:y", MINUTE) for _ in range(3)] == [1, 2, 3]
    use_redis(settings, shared)
    assert [count_up("vendor-calls:y", MINUTE) for _ in range(2)] == [1, 2]
    with Redis.from_url(shared) as other:
        key = f":1:vendor-calls:y:{MINUTE}"
        assert other.register_script(COUNT_UP)(keys=[key], args=[9]) == 3


@pytest.mark.redis
def test_an_emptied_redis_begins_to_count_anew(settings: Settings) -> None:
    count_up("vendor-calls:z", MINUTE)
    with Redis.from_url(settings.CACHES["throttle"]["LOCATION"]) as other:
        other.flushdb()
        other.script_flush()
    assert [count_up("vendor-calls:z", MINUTE) for _ in range(2)] == [1, 2]
    assert not counting.breaker.is_open


def test_many_names_take_no_more_memory_than_some(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(counting, "MOST_NAMES", 3)
    counts = [local.count_up(f"address {number}", MINUTE) for number in range(6)]
    assert counts == [1, 1, 1, 1, 2, 3]
    assert local.count_up("address 6", MINUTE + 1) == 1
