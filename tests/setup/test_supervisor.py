"""The three processes of the demo live and die together."""

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.programs import need_program
from tests.waiting import until

ROOT = Path(__file__).parents[2]
# Writes the ids of itself and of a child of its own, then stays.
STAYS = 'sleep 600 & echo $$ $! > "$0.ids"; wait'
# Notes that it was asked to end, and stays, as its child does.
STUBBORN = """
trap "" TERM INT
sleep 600 &
trap ': > "$0.asked"' TERM INT
echo $$ $! > "$0.ids"
while kill -0 $!; do wait; done
"""
# Ends when it is told that its disk is full.
ENDS = """
until [ -e "$0.full" ]; do sleep 0.05; done
echo the disk is full
exit 3
"""
DRIVER = """
import os, sys
from pathlib import Path
from evaltracker.serving.supervise import Child, Supervisor
folder = Path(sys.argv[1])
children = [
    Child(name=name, command=["sh", "-c", script, f"{folder}/{name}"],
          log=folder / f"{name}.log")
    for name, script in zip(("web", "worker", "beat"), sys.argv[3:])
]
# Its first tick comes once all children are known to the guardian.
started = (folder / "started").touch
sys.exit(
    Supervisor(
        children=children, env=os.environ, grace=float(sys.argv[2]), on_tick=started
    ).run()
)
"""


Start = Callable[..., subprocess.Popen[str]]
# Only guards against waiting for ever.
PATIENCE = 60.0


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts a supervisor over children that run the given scripts."""
    with ExitStack() as stack:

        def run(*scripts: str, grace: float = 2) -> subprocess.Popen[str]:
            supervisor = subprocess.Popen(
                [sys.executable, "-c", DRIVER, str(tmp_path), str(grace), *scripts],
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

    def all_have_started() -> list[int] | None:
        texts = [path.read_text() for path in folder.glob("*.ids")]
        ids = [int(word) for text in texts for word in text.split()]
        if len(ids) == 2 * count and (folder / "started").exists():
            return ids
        return None

    return until(all_have_started, what="all children have started")


def is_alive(pid: int) -> bool:
    """A zombie is dead: it only waits for somebody to read its exit code."""
    ps = need_program("ps")
    said = subprocess.run(
        [ps, "-o", "stat=", "-p", str(pid)], capture_output=True, text=True
    )
    return said.stdout.strip()[:1] not in ("", "Z")


def await_end(pids: list[int]) -> None:
    """Come back when none of them lives, long before they would end by themselves."""
    until(
        lambda: not any(map(is_alive, pids)),
        what="the children and their children end",
    )


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_every_child_and_their_children(
    start: Start, tmp_path: Path, number: signal.Signals
) -> None:
    supervisor = start(STAYS, STAYS, STAYS)
    pids = family(tmp_path, 3)
    supervisor.send_signal(number)
    assert supervisor.wait(timeout=PATIENCE) == 0
    await_end(pids)


def test_when_one_child_ends_the_others_end_and_it_is_named(
    start: Start, tmp_path: Path
) -> None:
    supervisor = start(STAYS, ENDS, STAYS)
    pids = family(tmp_path, 2)
    (tmp_path / "worker.full").touch()
    said, _ = supervisor.communicate(timeout=PATIENCE)
    assert supervisor.returncode == 1
    assert "The worker process ended with code 3" in said
    assert "the disk is full" in said
    await_end(pids)


def test_children_end_when_their_supervisor_is_killed(
    start: Start, tmp_path: Path
) -> None:
    supervisor = start(STAYS, STAYS, STAYS)
    pids = family(tmp_path, 3)
    supervisor.kill()
    supervisor.wait(timeout=PATIENCE)
    await_end(pids)


def test_a_child_that_will_not_end_is_made_to(start: Start, tmp_path: Path) -> None:
    supervisor = start(STUBBORN, STAYS)
    pids = family(tmp_path, 2)
    supervisor.terminate()
    assert supervisor.wait(timeout=PATIENCE) == 0
    await_end(pids)


def test_a_second_signal_does_not_wait_for_the_grace(
    start: Start, tmp_path: Path
) -> None:
    supervisor = start(STUBBORN, grace=10 * PATIENCE)
    pids = family(tmp_path, 1)
    supervisor.send_signal(signal.SIGINT)
    until((tmp_path / "web.asked").exists, what="the child is asked to end")
    supervisor.send_signal(signal.SIGINT)
    assert supervisor.wait(timeout=PATIENCE) == 0, "it waits for the grace"
    await_end(pids)
