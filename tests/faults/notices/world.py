"""Real services and processes that can be killed, frozen, stopped and started again."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults.least_rights import prepare
from tests.faults.living.database import Database
from tests.kept_postgres import migrated_postgres
from tests.services import free_port, service_folder

ROOT = Path(__file__).resolve().parents[3]
DURABLE = {"max_connections": "100"}


class Process:
    """A command in a group of its own, so that its children are hit with it."""

    def __init__(self, command: list[str], env: dict[str, str], log: Path) -> None:
        self.command, self.env, self.log = command, env, log
        self.start()

    def start(self) -> None:
        """Begin, or begin anew."""
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                self.command,
                cwd=ROOT,
                env=self.env,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def family(self) -> list[int]:
        """Itself and its children."""
        pid = self.process.pid
        text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
        return [pid, *map(int, text.split())]

    def signal(self, number: int) -> None:
        """Send a signal to the whole group."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, number)

    def kill(self) -> None:
        """At once and for good."""
        self.signal(signal.SIGKILL)
        self.process.wait()

    def stop(self, patience: float = 60) -> None:
        """As a deployment does: ask the leader alone, and wait."""
        self.process.terminate()
        try:
            self.process.wait(patience)
        except subprocess.TimeoutExpired:
            self.kill()
            raise


@dataclass
class World:
    """An installation of many processes, and the mail server that it sends to."""

    folder: Path
    env: dict[str, str]
    redis_port: int
    mail_port: int
    stack: ExitStack
    redis: Process = field(init=False)
    workers: list[Process] = field(default_factory=list)
    beats: list[Process] = field(default_factory=list)

    @property
    def arrived(self) -> Path:
        """What the mail server has taken."""
        return self.folder / "arrived"

    def held(self) -> list[float]:
        """For how many seconds each tarpit of the mail server kept a sender waiting."""
        lines = (self.folder / "mail.log").read_text().splitlines()
        return [float(line.split()[1]) for line in lines if line.startswith("held ")]

    def run(self, command: list[str], name: str) -> Process:
        """Start a process that ends with this world at the latest."""
        process = Process(command, self.env, self.folder / f"{name}.log")
        self.stack.callback(process.kill)
        return process

    def start_mail(self, *options: str) -> Process:
        """Let the mail server listen."""
        module = ["-m", "tests.faults.notices.sink", str(self.arrived)]
        port = ["--port", str(self.mail_port)]
        return self.run([sys.executable, *module, *port, *options], "mail")

    def start_redis(self, host: str = "127.0.0.1") -> Process:
        """Let the broker listen, empty."""
        binary = shutil.which("redis-server") or "redis-server"
        port = ["--port", str(self.redis_port), "--bind", host]
        rest = [
            "--protected-mode",
            "no",
            "--save",
            "",
            "--appendonly",
            "no",
            "--dir",
            str(self.folder),
        ]
        return self.run([binary, *port, *rest], "redis")

    def start_worker(self) -> Process:
        """Two processes that sweep, and the one that leads them."""
        name = f"worker{len(self.workers)}"
        worker = self.run(
            [
                *[sys.executable, "-m", "celery", "-A", "evaltracker", "worker"],
                *["-n", name, "--concurrency", "2", "--loglevel", "INFO"],
                *["--without-gossip", "--without-mingle", "--without-heartbeat"],
            ],
            name,
        )
        self.workers.append(worker)
        return worker

    def start_beat(self) -> Process:
        """One that says “sweep now” each second."""
        command = [sys.executable, "-m", "celery", "-A", "evaltracker", "beat"]
        beat = self.run([*command, "--pidfile="], f"beat{len(self.beats)}")
        self.beats.append(beat)
        return beat

    def sweep(self, *under: str) -> int:
        """The second waker: `manage.py send_notices`, to its end; its exit code.

        `under` is a command that runs it.
        """
        command = [*under, sys.executable, "manage.py", "send_notices"]
        process = self.run(command, "timer")
        return process.process.wait(300)

    def crash_postgres(self, way: str) -> None:
        """Stop it in one of the ways, and start it again on what is on the disk."""
        database = Database(self.folder, self.stack)
        database.stop(way)
        database.start()


@contextmanager
def world(*, lease: float = 6) -> Iterator[World]:
    """A migrated installation; this process uses its models, nothing runs yet."""
    with ExitStack() as stack:
        folder = stack.enter_context(service_folder())
        url = stack.enter_context(migrated_postgres(folder, DURABLE))
        redis_port, mail_port = free_port(), free_port()
        env = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "tests.faults.notices.settings",
            "DATABASE_URL": url,
            "REDIS_URL": f"redis://127.0.0.1:{redis_port}/0",
            "EMAIL_URL": f"smtp://127.0.0.1:{mail_port}",
            "DATA_DIR": str(folder / "data"),
            "LEASE": str(lease),
            "C_FORCE_ROOT": "1",
        }
        prepare(env)
        (folder / "arrived").touch()
        inner = stack.enter_context(ExitStack())
        yield World(folder, env, redis_port, mail_port, inner)
