"""Runs a few processes as one: they start together and none outlives the others.

Each child leads a process group of its own, so that its own children end with it. A
guardian process holds the other end of a pipe: when this process dies in any way,
even by SIGKILL, the pipe closes and the guardian ends every group.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

GRACE = 10.0
TICK = 0.1
ALL_ENDED = b"ended\n"


@dataclass(frozen=True, kw_only=True, eq=False)
class Child:
    name: str
    command: Sequence[str]
    log: Path


@dataclass(kw_only=True)
class Supervisor:
    """Keeps children running until one ends or a signal asks to stop."""

    children: Sequence[Child]
    env: Mapping[str, str]
    on_tick: Callable[[], None] = lambda: None
    grace: float = GRACE
    _running: dict[Child, subprocess.Popen[bytes]] = field(default_factory=dict)
    _signals: list[int] = field(default_factory=list)

    def run(self) -> int:
        """Start all, wait, end all. 0 when asked to stop, 1 when a child ended."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._note)
        guardian, pipe = _start_guardian(self.grace)
        try:
            for child in self.children:
                self._start(child, pipe)
            ended = self._wait()
            say("Stopping …")
        finally:
            self._end_all()
            os.write(pipe, ALL_ENDED)
            os.close(pipe)
            guardian.wait()
        if ended is None:
            return 0
        self._say_end(ended)
        return 1

    def _note(self, number: int, frame: FrameType | None) -> None:
        self._signals.append(number)

    def _start(self, child: Child, pipe: int) -> None:
        child.log.parent.mkdir(parents=True, exist_ok=True)
        with child.log.open("wb") as log:
            process = subprocess.Popen(  # noqa: S603  # our own commands
                child.command,
                env=self.env,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        os.write(pipe, f"{process.pid}\n".encode())
        self._running[child] = process

    def _wait(self) -> Child | None:
        """The child that ended by itself, or None when a signal came first."""
        while not self._signals:
            for child, process in self._running.items():
                if process.poll() is not None:
                    return child
            self.on_tick()
            time.sleep(TICK)
        return None

    def _end_all(self) -> None:
        signalled = len(self._signals)

        def now() -> bool:
            # Reaped as they end, for a zombie still counts as a living group.
            for process in self._running.values():
                process.poll()
            # A second Ctrl-C means: at once.
            return len(self._signals) > signalled

        groups = [process.pid for process in self._running.values()]
        end_groups(groups, self.grace, now=now)
        for process in self._running.values():
            process.wait()

    def _say_end(self, child: Child) -> None:
        code = self._running[child].returncode
        if code < 0:
            how = f"was ended by signal {-code}"
        else:
            how = f"ended with code {code}"
        last = child.log.read_text(errors="replace").splitlines()[-15:]
        say("\n".join([*(f"    {line}" for line in last), ""]))
        say(f"The {child.name} process {how}, so everything was stopped.")
        say(f"Its whole output: {child.log}")


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def end_groups(
    groups: Sequence[int], grace: float, *, now: Callable[[], bool] = lambda: False
) -> None:
    """Ask the process groups to end; after `grace` seconds, or `now`, make them."""
    _signal_groups(groups, signal.SIGTERM)
    until = time.monotonic() + grace
    while time.monotonic() < until and not now():
        if not any(_alive(group) for group in groups):
            return
        time.sleep(TICK)
    _signal_groups(groups, signal.SIGKILL)


def _signal_groups(groups: Sequence[int], number: int) -> None:
    for group in groups:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(group, number)


def _alive(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def _start_guardian(grace: float) -> tuple[subprocess.Popen[bytes], int]:
    reader, writer = os.pipe()
    process = subprocess.Popen(  # noqa: S603  # ourselves
        [sys.executable, "-I", __file__, str(reader), str(grace)],
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        pass_fds=[reader],
    )
    os.close(reader)
    return process, writer


def guard(reader: int, grace: float) -> None:
    """Wait until the pipe closes, then end every group that was named on it."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    with os.fdopen(reader, "rb") as pipe:
        lines = list(pipe)
    if ALL_ENDED not in lines:
        end_groups([int(line) for line in lines], grace)


if __name__ == "__main__":
    guard(int(sys.argv[1]), float(sys.argv[2]))
