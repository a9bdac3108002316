"""The three processes of the demo live and die together."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.programs import need_program

ROOT = Path(__file__).parents[2]
# Writes the ids of itself and of a child of its own, then stays.
STAYS = 'sleep 60 & echo $$ $! > "$0.ids"; wait'
STUBBORN = 'trap "" TERM INT; sleep 60 & echo $$ $! > "$0.ids"; wait; wait'
ENDS = "sleep 0.5; echo the disk is full; exit 3"
DRIVER = """
import os, sys
from pathlib import Path
from evaltracker.serving.supervise import Child, Supervisor
folder = Path(sys.argv[1])
children = [
    Child(name=name, command=["sh", "-c", script, f"{folder}/{name}"],
          log=folder / f"{name}.log")
    for name, script in zip(("web", "worker", "beat"), sys.argv[2:])
]
# Its first tick comes once all children are known to the guardian.
started = (folder / "started").touch
sys.exit(
    Supervisor(children=children, env=os.environ, grace=2, on_tick=started).run()
)
"""


Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts a supervisor over children that run the given scripts."""
    with ExitStack() as stack:

        def run(*scripts: str) -> subprocess.Popen[str]:
            supervisor = subprocess.Popen(
                [sys.executable, "-c", DRIVER, str(tmp_path), *scripts],
                cwd=ROOT,
                stdout=subprocess.PIPE,
                text=True,
            )
            stack.enter_context(supervisor)
            stack.callback(supervisor.kill)
            return supervisor

        yield run


def family(folder: Path, count: int) -> list[int]:
    """The process ids of the children and grandchildren, once all have started."""
    until = time.monotonic() + 20
    while time.monotonic() < until:
        texts = [path.read_text() for path in folder.glob("*.ids")]
        ids = [int(word) for text in texts for word in text.split()]
        if len(ids) == 2 * count and (folder / "started").exists():
            return ids
        time.sleep(0.05)
    raise AssertionError("the children did not start")


def is_alive(pid: int) -> bool:
    """A zombie is dead: it only waits for somebody to read its exit code."""
    ps = need_program("ps", package="procps")
    said = subprocess.run(
        [ps, "-o", "stat=", "-p", str(pid)], capture_output=True, text=True
    )
    return said.stdout.strip()[:1] not in ("", "Z")


def all_end(pids: list[int], within: float) -> bool:
    until = time.monotonic() + within
    while time.monotonic() < until:
        if not any(map(is_alive, pids)):
            return True
        time.sleep(0.1)
    return False


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_every_child_and_their_children(
    start: Start, tmp_path: Path, number: signal.Signals
) -> None:
    supervisor = start(STAYS, STAYS, STAYS)
    pids = family(tmp_path, 3)
    supervisor.send_signal(number)
    assert supervisor.wait(timeout=10) == 0
    assert all_end(pids, within=1)


def test_when_one_child_ends_the_others_end_and_it_is_named(
    start: Start, tmp_path: Path
) -> None:
    supervisor = start(STAYS, ENDS, STAYS)
    pids = family(tmp_path, 2)
    said, _ = supervisor.communicate(timeout=15)
    assert supervisor.returncode == 1
    assert "The worker process ended with code 3" in said
    assert "the disk is full" in said
    assert all_end(pids, within=1)


def test_children_end_when_their_supervisor_is_killed(
    start: Start, tmp_path: Path
) -> None:
    supervisor = start(STAYS, STAYS, STAYS)
    pids = family(tmp_path, 3)
    supervisor.kill()
    supervisor.wait(timeout=5)
    assert all_end(pids, within=8)


def test_a_child_that_will_not_end_is_made_to(start: Start, tmp_path: Path) -> None:
    supervisor = start(STUBBORN, STAYS)
    pids = family(tmp_path, 2)
    supervisor.terminate()
    assert supervisor.wait(timeout=10) == 0
    assert all_end(pids, within=1)


def test_a_second_signal_does_not_wait_for_the_grace(
    start: Start, tmp_path: Path
) -> None:
    supervisor = start(STUBBORN)
    pids = family(tmp_path, 1)
    began = time.monotonic()
    supervisor.send_signal(signal.SIGINT)
    time.sleep(0.4)
    supervisor.send_signal(signal.SIGINT)
    assert supervisor.wait(timeout=10) == 0
    assert time.monotonic() - began < 1.8
    assert all_end(pids, within=1)
