"""T65: two hosts as docs/two-hosts.md builds them, and one is lost under traffic.

In full `python -m tests.faults.notices.run T65`; with `--quick` each night.

Each host is a network, a set of mounts and a set of processes of its own: it has one
cable to the base, over which it reaches nobody else; what it may write is one folder;
the folder of the other is not there, and everything else is read-only. So what is
shared are PostgreSQL behind PgBouncer, Redis, the S3 server, mail and the proxy, which
all stand on the base. The scene is a network of its own too, so that nothing leaves it.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlsplit

import requests

from tests.faults.least_rights import PASSWORD
from tests.faults.living.installation import Installation, installation
from tests.faults.living.restarts import Judged, all_ended, has_grown, judged
from tests.faults.living.traffic import Market, Seen, market, traffic
from tests.faults.notices.verdicts import broken_promises
from tests.faults.notices.world import ROOT, Process
from tests.programs import SYSTEM
from tests.setup.proxied import START, certify, proxy_env
from tests.waiting import comes, until

BASE = "10.77.0.1"
NAMES = ("a", "b")
POOLER = 6432
PATIENCE = 120.0
# Pages go on within so many seconds of a host's loss, or as many times the longest that
# a page took to follow the one before while both were there.
MOST_SECONDS = 2.0
TIMES_AS_LONG = 5
PAGES = 10
PROOF = b"What a vendor attached.\n"
# Where not even its kernel says so, the proxy asks it each second, and gives up after
# three; then the page is made anew by the other host, which a busy machine lets wait.
MOST_SECONDS_OF_SILENCE = 10.0
# Its parts beside PostgreSQL, and the package of each.
PARTS = {
    "ip": "iproute2",
    "nginx": "nginx-light",
    "openssl": "openssl",
    "pgbouncer": "pgbouncer",
    "redis-server": "redis-server",
}
PATH = f"{os.environ['PATH']}:{SYSTEM}"
INSIDE = "EVALTRACKER_INSIDE_A_NETWORK_OF_ITS_OWN"
# Run as root of the new mounts: what the other host and the base have written is gone,
# what is left cannot be written, and its own folder is where all others were.
FURNISH = """
set -eu
mount --make-rprivate /
mount --bind "$HOME_FOLDER/host-$NAME" /mnt
mount -t tmpfs none "$HOME_FOLDER"
mkdir "$HOME_FOLDER/own"
mount --move /mnt "$HOME_FOLDER/own"
mount -t tmpfs none /dev/shm
mount -o remount,bind,ro /
export TMPDIR="$HOME_FOLDER/own/tmp" DATA_DIR="$HOME_FOLDER/own/data"
exec "$PYTHON" -m tests.faults.living.host "$HOME_FOLDER/own"
"""


def ip(*words: str, inside: str = "") -> None:
    """Set up the network, of a host if one is named."""
    where = ["ip", "netns", "exec", inside] if inside else []
    subprocess.run([*where, "ip", *words], check=True, env={"PATH": PATH})


@dataclass
class Host:
    """One of the machines; when it is killed all that runs there ends at once."""

    name: str
    number: int
    folder: Path
    env: dict[str, str]
    process: Process = field(init=False)

    @property
    def address(self) -> str:
        return f"10.77.{self.number}.2"

    def plug_in(self) -> None:
        """Give it a cable to the base; no other way leads out."""
        cable, here = f"to-{self.name}", f"10.77.{self.number}.1"
        ip("netns", "add", self.name)
        ip("link", "add", cable, "type", "veth", "peer", "eth0", "netns", self.name)
        ip("addr", "add", f"{here}/30", "dev", cable)
        ip("link", "set", cable, "up")
        for name in ("lo", "eth0"):
            ip("link", "set", name, "up", inside=self.name)
        self.take_its_address()

    def fall_silent(self) -> None:
        """Let nothing of it be heard any more, not even that connections end."""
        ip("addr", "flush", "dev", "eth0", inside=self.name)

    def take_its_address(self) -> None:
        here = f"10.77.{self.number}.1"
        ip("addr", "replace", f"{self.address}/30", "dev", "eth0", inside=self.name)
        ip("route", "replace", "default", "via", here, inside=self.name)

    def start(self) -> None:
        """Turn it on; it begins in an empty folder."""
        own = self.folder / f"host-{self.name}"
        (own / "tmp").mkdir(parents=True)
        command = ["ip", "netns", "exec", self.name, "unshare", "--mount", "--pid"]
        command += ["--fork", "--kill-child", "--mount-proc", "sh", "-c", FURNISH]
        env = {**self.env, "NAME": self.name, "PYTHON": sys.executable}
        env |= {"HOME_FOLDER": str(self.folder), "PATH": PATH}
        env |= {"ADDRESS": self.address}
        self.process = Process(command, env, own / "host.log")

    def pids(self) -> list[int]:
        """All that run there, by the network that they are in."""
        told = subprocess.run(
            ["ip", "netns", "pids", self.name],
            env={"PATH": PATH},
            capture_output=True,
            text=True,
            check=True,
        )
        return [int(number) for number in told.stdout.split()]


@dataclass
class TwoHosts(Installation):
    """What stands on the base, and the two hosts."""

    hosts: dict[str, Host] = field(default_factory=dict)
    site: str = ""

    @property
    def web(self) -> str:
        return self.site

    @property
    def vendor_api(self) -> str:
        return self.site

    def readiness(self) -> list[int]:
        """What each process of each host that is on says."""
        told = []
        for host in self.hosts.values():
            for port in (8000, 8001):
                try:
                    url = f"http://{host.address}:{port}/readyz"
                    told.append(requests.get(url, timeout=10).status_code)
                except requests.RequestException:
                    told.append(0)
        return told

    def is_ready(self) -> bool:
        return set(self.readiness()) == {200}

    def start_all(self) -> None:
        self.start_mail("--pause", "0.02", "--host", BASE)
        self.processes["redis"] = self.start_redis(BASE)
        self.processes["pgbouncer"] = self._start_pooler()
        # It reads the environment as it is imported, which is set by now.
        from tests.object_store import running_store

        store = self.stack.enter_context(running_store(self.folder, host=BASE))
        files = store.bucket()
        for host in self.hosts.values():
            host.plug_in()
            host.env["FILES_URL"] = files
            host.start()
            self.stack.callback(host.process.kill)
        self._start_proxy()
        until(self.is_ready, PATIENCE, what=self.last_words)

    def last_words(self) -> str:
        """The ends of all logs, for who asks why."""
        logs = [*self.folder.glob("*.log"), *self.logs()]
        ends = [f"{log.name}: {log.read_text()[-1500:]}" for log in logs]
        return "\n".join([f"readiness: {self.readiness()}", *ends])

    def logs(self) -> Iterable[Path]:
        return self.folder.glob("host-*/*.log")

    def _start_pooler(self) -> Process:
        assert self.database is not None
        run = self.folder / "pgbouncer"
        run.mkdir()
        shutil.chown(run, "postgres")
        url = urlsplit(os.environ["DATABASE_URL"])
        env = {
            # A folder of PATH that this user may not enter would be told as its own.
            "PATH": SYSTEM,
            "RUN_FOLDER": str(run),
            "PGHOST": "127.0.0.1",
            "PGPORT": str(self.ports[0]),
            "PGDATABASE": url.path[1:],
            "LISTEN": BASE,
            "LISTEN_PORT": str(POOLER),
            "APP_POSTGRES_PASSWORD": PASSWORD,
            "VENDOR_POSTGRES_PASSWORD": PASSWORD,
        }
        as_postgres = ["setpriv", "--reuid=postgres", "--clear-groups"]
        command = [*as_postgres, str(ROOT / "deploy/two-hosts/pgbouncer.sh")]
        process = Process(command, env, self.folder / "pgbouncer.log")
        self.stack.callback(process.kill)
        return process

    def _start_proxy(self) -> None:
        # As the documents say: the kernel asks a silent machine each second.
        for name, seconds in (("time", 1), ("intvl", 1), ("probes", 2)):
            place = Path(f"/proc/sys/net/ipv4/tcp_keepalive_{name}")
            place.write_text(str(seconds))
        addresses = " ".join(host.address for host in self.hosts.values())
        env = proxy_env(
            self.folder,
            SITE_URL=self.site,
            WEB_UPSTREAM=addresses,
            WEB_PORT="8000",
            VENDOR_API_UPSTREAM=addresses,
            VENDOR_API_PORT="8001",
        )
        certificate = certify(self.folder / "certificates")
        os.environ["REQUESTS_CA_BUNDLE"] = str(certificate)
        process = Process([str(START)], env, self.folder / "proxy.log")
        self.stack.callback(partial(process.signal, signal.SIGTERM))
        self.processes["proxy"] = process


@contextmanager
def two_hosts(*, tick: int, lease: int) -> Iterator[TwoHosts]:
    """All as the documents say; nothing runs yet but PostgreSQL."""
    ip("link", "set", "lo", "up")
    ip("addr", "add", f"{BASE}/32", "dev", "lo")
    site = "https://localhost"
    own = {"SITE_URL": site, "ALLOWED_HOSTS": "localhost,testserver"}
    own |= {"NUM_PROXIES": "1", "SERVE_VENDOR_API": "0"}
    with installation(tick=tick, lease=lease, base=BASE, own=own) as one:
        folder = one.folder
        folder.chmod(0o711)
        here = TwoHosts(**vars(one), site=site)
        env = {
            **one.env,
            "DATABASE_URL": _by_pooler("evaltracker_app"),
            "VENDOR_DATABASE_URL": _by_pooler("evaltracker_vendor"),
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        for number, name in enumerate(NAMES, start=1):
            here.hosts[name] = Host(name, number, folder, env)
        yield here


def _by_pooler(role: str) -> str:
    database = urlsplit(os.environ["DATABASE_URL"]).path
    return f"postgresql://{role}:{PASSWORD}@{BASE}:{POOLER}{database}"


def lose_a_host(owed: int, *, quick: bool = False) -> Judged:
    """In a network of its own: lose one of two hosts, then PostgreSQL and Redis."""
    if INSIDE not in os.environ:
        # Names of networks are files; these end with their mount.
        names = 'mkdir -p /run/netns; mount -t tmpfs none /run/netns; exec "$@"'
        command = ["unshare", "--net", "--mount", "sh", "-c", names, "sh"]
        command += [sys.executable, "-m", "tests.faults.notices.run", "T65"]
        command += ["--quick"] if quick else []
        return "in a network of its own", broken_promises(
            "T65", command, {**os.environ, INSIDE: "1"}
        )
    tick, lease = (2, 6) if quick else (30, 60)
    with two_hosts(tick=tick, lease=lease) as here:
        from tests.faults.notices.owing import outcome, owe_overdue

        given = market()
        here.start_all()
        wrong = strangers_to_each_other(here)
        with traffic(here, given) as seen:
            usual = _usual_pause(seen)
            owe_overdue(owed, people=50, places=5)
            until(partial(has_grown, here, 0), PATIENCE, what="mail leaves")
            file = _attach(here.hosts["a"], given)
            away, text = _lose(here, seen, "a", _still_there(here.hosts["b"], file))
            told = [text]
            for way in ("kill -9",) if quick else ("fast", "immediate"):
                told.append(_restart(here, way))
            wrong += [] if comes(all_ended, PATIENCE + 4 * lease) else ["open"]
            read = _still_there(here.hosts["a"], file)
            silence, text = _lose(here, seen, "b", read, silently=True)
            told.append(text)
        wrong += judged(here, seen, given)
        result = outcome(here.arrived)
        if result.kept != result.owed:
            wrong.append(f"{result.kept} of {result.owed} notices arrived once")
        if signed_out := seen.statuses["people"][302]:
            wrong.append(f"{signed_out} pages asked to sign in again")
        # A machine that is busy with other things is so without a loss, too.
        busy = TIMES_AS_LONG * usual
        if away > max(MOST_SECONDS, busy):
            wrong.append("pages were away for too long")
        if silence > max(MOST_SECONDS_OF_SILENCE, busy):
            wrong.append("pages were away for too long after a silent loss")
        told.append(f"a page followed within {usual:.2f} s before")
        return f"{result}; {seen}; {'; '.join(told)}", wrong


# As the proxy says it, for a call to one host alone.
BY_PROXY = {"Host": "localhost", "X-Forwarded-Proto": "https"}


def _attach(host: Host, given: Market) -> tuple[str, dict[str, str]]:
    """Hand a vendor's file to this host; where it can be read, and by whom."""
    home, token = given.vendors[0]
    asked = f"http://{host.address}:8001{home}"
    headers = {**BY_PROXY, "Authorization": f"Bearer {token}"}
    claim = {"requirement": "R1", "availability": "now", "statement": "With a file"}
    requests.post(asked, json=claim, headers=headers, timeout=30).raise_for_status()
    files = {"file": ("proof.txt", PROOF, "text/plain")}
    kept = requests.post(f"{asked}R1/files/", files=files, headers=headers, timeout=30)
    kept.raise_for_status()
    place = home.replace("claims/", f"files/{kept.json()['id']}/")
    return place, headers


def _still_there(host: Host, file: tuple[str, dict[str, str]]) -> Callable[[], bool]:
    place, headers = file
    url = f"http://{host.address}:8001{place}"
    return lambda: requests.get(url, headers=headers, timeout=30).content == PROOF


def _lose(
    here: TwoHosts,
    seen: Seen,
    name: str,
    whole: Callable[[], bool],
    *,
    silently: bool = False,
) -> tuple[float, str]:
    """Kill a host under traffic, and turn it on again; for how long pages were away.

    What was handed to it must be `whole` while it is away.

    Where it is `silently` cut off nobody is told by its kernel that it is gone.
    """
    lost = here.hosts[name]
    began = time.monotonic()
    if silently:
        lost.fall_silent()
    lost.process.kill()
    until(
        lambda: len(_pages(seen, began)) > PAGES,
        PATIENCE,
        what=lambda: f"more than {PAGES} pages are answered; {seen}",
    )
    assert whole(), "a file is gone with its host"
    away = _longest_pause([began, *_pages(seen, began)])
    lost.take_its_address()
    lost.process.start()
    until(here.is_ready, PATIENCE, what=here.last_words)
    return (
        away,
        f"host {name} {'gone silently' if silently else 'killed'}: {away:.2f} s",
    )


def _usual_pause(seen: Seen) -> float:
    """The longest between two pages while both hosts are there; the first pages of all
    are not counted, for they load what is needed for pages."""
    first = len(NAMES) * PAGES
    until(
        lambda: len(_pages(seen, 0)) > first + PAGES,
        PATIENCE,
        what=lambda: f"more than {first + PAGES} pages are answered; {seen}",
    )
    return _longest_pause(_pages(seen, 0)[first:])


def _longest_pause(moments: list[float]) -> float:
    return max(later - sooner for sooner, later in pairwise(moments))


def _pages(seen: Seen, since: float) -> list[float]:
    return [at for who, at, _ in seen.seconds if who == "people" and at > since]


def _restart(here: TwoHosts, way: str) -> str:
    """PostgreSQL and Redis at once, under both hosts."""
    here.stop_database(way)
    here.processes["redis"].kill()
    time.sleep(1)
    here.restart_database(way)
    here.processes["redis"].start()
    began = time.monotonic()
    until(here.is_ready, PATIENCE, what=here.last_words)
    return f"PostgreSQL ({way}) and Redis: ready after {time.monotonic() - began:.1f} s"


def strangers_to_each_other(here: TwoHosts) -> list[str]:
    """What a host can see, reach or hold open of the other; nothing it must be."""
    wrong: list[str] = []
    for name, other in (NAMES, NAMES[::-1]):
        host, rival = here.hosts[name], here.hosts[other]
        pids = host.pids()
        assert len(pids) > 8, "not all of it runs"
        leader = pids[-1]
        theirs = here.folder / f"host-{other}"
        if (Path(f"/proc/{leader}/root") / str(theirs)[1:]).exists():
            wrong.append(f"host {name} sees the folder of {other}")
        reach = (
            "import socket,sys;s=socket.socket();s.settimeout(1);"
            f"sys.exit(s.connect_ex(('{rival.address}',8000))==0)"
        )
        done = subprocess.run(
            ["ip", "netns", "exec", name, sys.executable, "-c", reach],
            env={"PATH": PATH},
            check=False,
        )
        if done.returncode:
            wrong.append(f"host {name} reaches {other}")
        if {*pids} & {*rival.pids()}:
            wrong.append("they share a process")
        wrong += [
            f"host {name} holds {file}"
            for pid in pids
            for file in map(str, _open_files(pid))
            if file.startswith(str(theirs))
        ]
    return wrong


def _open_files(pid: int) -> list[Path]:
    try:
        return [link.readlink() for link in Path(f"/proc/{pid}/fd").iterdir()]
    except OSError:
        return []
