"""T61: a machine is lost in the middle of traffic, and restored on an empty one."""

import hashlib
import os
import secrets
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field

import psycopg
import requests

from tests.faults.inhabited import (
    OLD,
    OWNERS,
    Installation,
    everybody_comes_in,
    link_in,
)
from tests.faults.living.database import processes_of
from tests.faults.restoring import SERVER, Backups, hba, restored_cluster
from tests.kept_postgres import migrated_postgres
from tests.served import VENDORS
from tests.services import service_folder
from tests.smtp_sink import listening
from tests.waiting import until

MEGABYTE = 1_000_000
MOST_FILES = 15
FILLER = """
CREATE TABLE filler AS SELECT (
    SELECT string_agg(md5(random()::text || m || n), '')
    FROM generate_series(1, 32) AS n
) AS words FROM generate_series(1, %s) AS m"""


@dataclass
class Acknowledged:
    """What vendors were told is taken, and when."""

    claims: dict[str, float] = field(default_factory=dict)
    files: dict[str, float] = field(default_factory=dict)

    def lost(self, url: str) -> list[float]:
        """When that was said which a database does not have."""
        with psycopg.connect(url) as database:
            claims = database.execute("SELECT statement FROM vendors_claim").fetchall()
            files = database.execute("SELECT sha256 FROM vendors_claimfile").fetchall()
        there = {text for (text,) in (*claims, *files)}
        told = {**self.claims, **self.files}
        return [moment for text, moment in told.items() if text not in there]


@dataclass
class Loss:
    """What one loss cost."""

    acknowledged: int
    lost: int
    # From the first acknowledged write that is gone to the end of the machine.
    seconds: float
    restoring: float
    offsite: bool = False
    faults: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return (
            f"{self.lost} of {self.acknowledged} acknowledged writes lost, of the last "
            f"{self.seconds:.0f} s; restored in {self.restoring:.0f} s"
            f"{' from off-site' if self.offsite else ''}"
            f"{'; FAILED: ' + '; '.join(self.faults) if self.faults else ''}"
        )


def lose_and_restore(
    after: float, *, offsite: bool = False, pause: int = 20, every: int = 30
) -> Loss:
    """Cut everything so many seconds after there is a base (and a copy off-site), and
    restore it; passes are `pause` apart, copies `every` seconds."""
    with ExitStack() as stack:
        folder = stack.enter_context(service_folder())
        sink = stack.enter_context(listening())
        settings = {**SERVER, **hba(folder)}
        url = stack.enter_context(migrated_postgres(folder, settings))
        lost = Installation(folder, url, sink.port, OLD)
        made = lost.fill()
        backups = Backups(folder, url=url, pause=pause)
        backups.start()
        stack.callback(backups.kill)
        away = stack.enter_context(copying(backups, every)) if offsite else None
        web = stack.enter_context(lost.serve())
        vendor_api = stack.enter_context(lost.serve(VENDORS))
        with answering(vendor_api.url, made) as told:
            backups.await_base(seconds=300)
            if away:
                copied = backups.status / "offsite"
                until(copied.exists, within=300, what="a copy is off-site")
            time.sleep(after)
            ended = time.time()
            for site in (web, vendor_api):
                site.kill()
            for pid in processes_of(folder / "postgres" / "data"):
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            backups.kill()
        (there := folder / "there").mkdir()
        began = time.monotonic()
        home = backups.home
        if away:
            away.set()
            home = folder / "fetched"
            done = backups.offsite("fetch", "latest", home=home)
            assert done.returncode == 0, done.stderr
        done = backups.restore("latest", into=there, password=OWNERS, home=home)
        took = time.monotonic() - began
        assert done.returncode == 0, done.stderr
        faults = []
        with restored_cluster(there, OWNERS, settings) as restored:
            gone = told.lost(restored)
            found = lost.elsewhere(there, restored)
            try:
                found.migrate()
                found.verify()
                everybody_comes_in(found, made, link_in(sink), sink)
            except AssertionError as fault:
                faults.append(str(fault)[:500])
    seconds = ended - min(gone, default=ended)
    number = len(told.claims) + len(told.files)
    return Loss(number, len(gone), seconds, took, offsite, faults)


@contextmanager
def copying(backups: Backups, every: int) -> Iterator[threading.Event]:
    """The service offsite, at work until it is told that its machine is lost."""
    stop = threading.Event()

    def copy() -> None:
        while not stop.is_set():
            with suppress(FileNotFoundError):
                backups.offsite("copy")
            stop.wait(every)

    thread = threading.Thread(target=copy)
    thread.start()
    try:
        yield stop
    finally:
        stop.set()
        thread.join()


@contextmanager
def answering(site: str, made: dict[str, str]) -> Iterator[Acknowledged]:
    """A vendor that states and attaches without end; what it was told is taken."""
    told, stop = Acknowledged(), threading.Event()
    home = f"{site}/api/v1/invitations/{made['candidate']}/claims/"
    headers = {"Authorization": f"Bearer {made['token']}"}

    def state() -> None:
        while not stop.wait(0.05):
            statement = f"Statement {secrets.token_hex(8)}"
            body = {"requirement": "R1", "availability": "now", "statement": statement}
            with suppress(requests.RequestException):
                if requests.post(home, json=body, headers=headers, timeout=30).ok:
                    told.claims[statement] = time.time()

    def attach() -> None:
        while not stop.wait(1.5) and len(told.files) < MOST_FILES:
            content = b"%PDF-1.7 " + secrets.token_bytes(100_000)
            files = {"file": ("proof.pdf", content, "application/pdf")}
            with suppress(requests.RequestException):
                address = f"{home}R1/files/"
                if requests.post(address, files=files, headers=headers, timeout=30).ok:
                    told.files[hashlib.sha256(content).hexdigest()] = time.time()

    threads = [threading.Thread(target=work) for work in (state, state, attach)]
    for thread in threads:
        thread.start()
    try:
        yield told
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def timed_restore(megabytes: int) -> str:
    """How long base and restore take with the demo's data and so much more, half of it
    rows and half of it files."""
    with ExitStack() as stack:
        folder = stack.enter_context(service_folder())
        sink = stack.enter_context(listening())
        settings = {**SERVER, **hba(folder)}
        with migrated_postgres(folder, settings) as url:
            demo = Installation(folder, url, sink.port, OLD)
            demo.run("manage.py", "harden_database", owner=True)
            demo.run("manage.py", "load_demo")
            # A row has 1,024 characters.
            with psycopg.connect(url, autocommit=True) as database:
                database.execute(FILLER % (megabytes * MEGABYTE // 2 // 1_024))
            media = demo.data / "media" / "evidence"
            media.mkdir(parents=True, exist_ok=True)
            for number in range(megabytes // 2):
                (media / f"{number}.bin").write_bytes(secrets.token_bytes(MEGABYTE))
            backups = Backups(folder, url=url)
            backups.start()
            stack.callback(backups.kill)
            began = time.monotonic()
            backups.await_base(seconds=1_800)
            base = time.monotonic() - began
            backups.kill()
        (there := folder / "there").mkdir()
        began = time.monotonic()
        done = backups.restore("latest", into=there, password=OWNERS)
        assert done.returncode == 0, done.stderr
        took = time.monotonic() - began
    return (
        f"the demo and {megabytes} MB: first base with files {base:.0f} s, "
        f"restored in {took:.0f} s: {done.stderr.strip()}"
    )
