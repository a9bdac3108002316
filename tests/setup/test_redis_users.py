"""Redis as compose runs it: a user for each service, each with its own and no more."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from kombu import Connection
from redis import Redis
from redis.exceptions import AuthenticationError, NoPermissionError, RedisError

from tests.services import free_port, service_folder
from tests.waiting import until

pytestmark = pytest.mark.redis
ROOT = Path(__file__).parents[2]
USERS = ("web", "worker", "beat", "vendor")
CELERY = [sys.executable, "-m", "celery", "--app=evaltracker"]
WORKER = ["worker", "--loglevel=INFO", "--concurrency=1", "--hostname=w@here"]
# As compose runs it: what it says to other workers needs more channels.
WORKER += ["--without-gossip", "--without-mingle"]


@pytest.fixture(scope="module")
def address() -> Iterator[Callable[[str], str]]:
    """The REDIS_URL of each user."""
    port = free_port()
    env = {f"{name.upper()}_REDIS_PASSWORD": f"of-{name}" for name in USERS}
    with service_folder() as folder:
        config = {"REDIS_CONFIG": f"{folder}/redis.conf", "PATH": os.environ["PATH"]}
        start = [str(ROOT / "deploy/redis/start.sh"), "--port", str(port)]
        process = subprocess.Popen(
            [*start, "--bind", "127.0.0.1", "--dir", str(folder)],
            env={**env, **config},
            stdout=subprocess.DEVNULL,
        )
        health = Redis(port=port, username="health", password="any")
        try:
            until(
                lambda: process.poll() is None and answers(health),
                within=60,
                what="Redis answers",
            )
            yield lambda user: f"redis://{user}:of-{user}@127.0.0.1:{port}/0"
        finally:
            process.terminate()
            process.wait()


def answers(client: Redis) -> bool:
    try:
        return bool(client.ping())
    except (OSError, RedisError):
        return False


def env_of(url: str, folder: Path) -> dict[str, str]:
    names = ("PATH", "HOME")
    env = {name: os.environ[name] for name in names if name in os.environ}
    key = {"SECRET_KEY": "x" * 50, "DATA_DIR": str(folder), "REDIS_URL": url}
    return {**env, **key, "DEBUG": "1"}


@contextmanager
def running(log: Path, env: dict[str, str], *command: str) -> Iterator[None]:
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*CELERY, *command], cwd=ROOT, env=env, stdout=output, stderr=output
        )
        try:
            yield
        finally:
            process.terminate()
            process.wait(timeout=30)


@pytest.mark.parametrize("sender", ["web", "beat"])
def test_what_is_sent_by_the_broker_reaches_the_worker(
    address: Callable[[str], str], sender: str
) -> None:
    with Connection(address(sender)) as connection:
        queue = connection.SimpleQueue("celery")
        queue.put({"sent by": sender})
        queue.close()
    with Connection(address("worker")) as connection:
        queue = connection.SimpleQueue("celery")
        message = queue.get(timeout=30)
        message.ack()
        queue.close()
    assert message.payload == {"sent by": sender}


@pytest.mark.nightly(
    reason="Five processes; each push sends a message as each of their users.",
    short="::test_what_is_sent_by_the_broker_reaches_the_worker[beat]",
)
def test_a_sweep_goes_from_beat_and_web_through_the_broker(
    address: Callable[[str], str], tmp_path: Path
) -> None:
    worker = env_of(address("worker"), tmp_path)
    logs = {name: tmp_path / f"{name}.log" for name in ("worker", "beat")}

    def heard() -> int:
        return logs["worker"].read_text().count("sweep[")

    with ExitStack() as stack:
        # Kombu's own answer to a ping, too: the health check asks it.
        stack.enter_context(running(logs["worker"], worker, *WORKER))
        until(
            lambda: "w@here ready" in logs["worker"].read_text(),
            within=60,
            what="the worker is ready",
        )
        ping = [*CELERY, "inspect", "ping", "--destination=w@here", "--timeout=60"]
        subprocess.run(ping, cwd=ROOT, env=worker, check=True, capture_output=True)
        knock = "from evaltracker.notices.tasks import sweep; sweep.apply_async()"
        ready = "from evaltracker.serving.health import check_broker; check_broker()"
        django = "import django; django.setup()"
        subprocess.run(
            [sys.executable, "-c", "; ".join((django, ready, knock))],
            cwd=ROOT,
            env=env_of(address("web"), tmp_path)
            | {"DJANGO_SETTINGS_MODULE": "evaltracker.settings"},
            check=True,
        )
        until(heard, within=60, what="a sweep from web")
        before = heard()
        beat = env_of(address("beat"), tmp_path)
        stack.enter_context(running(logs["beat"], beat, "beat", "--pidfile="))
        until(lambda: heard() > before, within=60, what="a sweep from beat")
    for log in logs.values():
        assert "NoPermission" not in log.read_text()


def test_the_process_that_the_world_calls_counts_and_reaches_nothing_else(
    address: Callable[[str], str], tmp_path: Path
) -> None:
    env = env_of(address("vendor"), tmp_path)
    count = "from vendors.api.access import count_up; print(count_up('x', 1))"
    said = subprocess.check_output(
        [
            sys.executable,
            "-c",
            f"import django; django.setup(); {count}; print(count_up('x', 1))",
        ],
        cwd=ROOT,
        env=env
        | {
            "DJANGO_SETTINGS_MODULE": "evaltracker.vendor_settings",
            "VENDOR_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
        },
        text=True,
    )
    assert said.split() == ["1", "2"]
    vendor: Any = Redis.from_url(address("vendor"))
    refused = [
        *("FLUSHALL", "FLUSHDB", "KEYS *", "CONFIG GET maxmemory", "INFO", "MONITOR"),
        *("ACL LIST", "CLIENT LIST", "SHUTDOWN", "SCAN 0", "SAVE"),
        *("LPUSH celery x", "BRPOP celery 1", "DEL unacked", "GET evaltracker:1:a"),
        *("PUBLISH /0.celery.pidbox x", "INCR celery", "EXPIRE evaltracker:1:a 0"),
        "SMEMBERS _kombu.binding.celery",
        "EVAL return_redis.call('FLUSHALL') 0",
    ]
    for command in refused:
        with pytest.raises(NoPermissionError):
            vendor.execute_command(*command.split())


@pytest.mark.parametrize("user", USERS)
def test_nobody_empties_lists_or_configures(
    user: str, address: Callable[[str], str]
) -> None:
    client: Any = Redis.from_url(address(user))
    for command in ("FLUSHALL", "KEYS *", "CONFIG SET maxmemory 0", "ACL WHOAMI"):
        with pytest.raises(NoPermissionError):
            client.execute_command(*command.split())


def test_without_a_password_nobody_does_anything(
    address: Callable[[str], str],
) -> None:
    host, port = "127.0.0.1", int(address("web").rpartition(":")[2].partition("/")[0])
    with pytest.raises(AuthenticationError):
        Redis(host, port).ping()
    with pytest.raises(NoPermissionError):
        Redis(host, port, username="health", password="any").get("celery")
