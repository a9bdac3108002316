"""T37, and T36's memory: slow, large and broken requests at the product and its proxy.

300 connections that keep the proxy waiting, 64 bodies of the largest size, 10 MB files
from 8 clients, and the corpus of bad bodies; meanwhile another vendor reads and
submits. Its 95th percentile must stay under a second, no process may end, and bad
bodies may not make the processes grow by 50 MB (what large files took stays with them
for the next).
"""

from __future__ import annotations

import statistics
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import requests
import urllib3
from requests.adapters import HTTPAdapter

from bench.harness import place, product
from tests.faults.slow import slow_clients
from tests.served import VENDORS, Site
from tests.setup.proxied import proxied

if TYPE_CHECKING:
    from bench.seeds import Invitation

MOST_SECONDS, MOST_GROWN = 1.0, 50 * 1024 * 1024
SLOW, BODIES, CLIENTS, FILES, ROUNDS = 300, 64, 8, 4, 10
BATCH = 2 * 1024 * 1024
FILE = 10 * 1024 * 1024 - 1


def main(arguments: Sequence[str]) -> int:
    """0 when the other vendor hardly noticed."""
    rounds = 2 if "--quick" in arguments else ROUNDS
    with place() as here, product(here) as ours:
        from bench.seeds import many_invitations

        other, hostile = many_invitations(2, asked=50)
        env = {
            **ours.env,
            "VENDOR_CALLS_PER_MINUTE": str(10**9),
            "DATABASE_URL": ours.app_url,
        }
        site = Site(folder=here.folder, settings=VENDORS, workers=2, env=env)
        site.start()
        upstream = str(urlsplit(site.url).netloc)
        with proxied(web=upstream, vendor_api=upstream) as proxy:
            told, before, largest, grown, alive = hurt(
                site, proxy.https, other, hostile, rounds
            )
        site.stop()
    good = [print_times(name, times) for name, times in told.items()]
    print(
        f"  memory of 3 processes: {in_mb(before)} MB, {in_mb(largest)} MB after large "
        f"bodies, {in_mb(grown):+d} MB by bad bodies"
    )
    print(f"  processes that ended: {0 if alive else 'some'}")
    return 0 if all(good) and alive and grown < MOST_GROWN else 1


def hurt(
    site: Site, url: str, other: Invitation, hostile: Invitation, rounds: int
) -> tuple[dict[str, list[float]], int, int, int, bool]:
    """What the other vendor waited; memory before, at its most, grown by bad bodies;
    whether all processes live."""
    processes = site.processes()
    with others_call(url, other) as calm:
        time.sleep(5)
    corpus(url, hostile, 1)  # what is loaded once is no growth
    before = site.memory()
    told = {"nothing else": calm}
    slow = f"{SLOW} slow connections"
    with others_call(url, other) as told[slow], slow_clients(url, SLOW):
        time.sleep(8)
    with others_call(url, other) as told[f"{BODIES} bodies of 2 MB"]:
        large_bodies(url, hostile)
    with others_call(url, other) as told[f"{CLIENTS} clients with 10 MB files"]:
        large_files(url, hostile)
    largest = site.memory()
    with others_call(url, other) as told["bad bodies"]:
        corpus(url, hostile, rounds)
    grown = site.memory() - largest
    return told, before, largest, grown, site.processes() == processes


class From(HTTPAdapter):
    """Calls from an address of this machine; the proxy counts each address's calls."""

    def __init__(self, whose: int) -> None:
        self.whose = whose
        super().__init__()

    def init_poolmanager(self, *given: Any, **more: Any) -> None:
        address = (f"127.0.{self.whose}.1", 0)
        super().init_poolmanager(*given, source_address=address, **more)


def caller(token: str, whose: int) -> requests.Session:
    """A vendor at an address; the proxy's certificate is its own."""
    urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)
    session = requests.Session()
    session.trust_env = session.verify = False
    session.mount("https://", From(whose))
    session.headers["Authorization"] = f"Bearer {token}"
    return session


def in_mb(size: int) -> int:
    """Bytes as whole megabytes."""
    return round(size / 1024 / 1024)


@contextmanager
def others_call(url: str, mine: Invitation) -> Iterator[list[float]]:
    """How long each call of another vendor takes meanwhile."""
    times: list[float] = []
    done = threading.Event()
    vendor = caller(mine.token, 100)
    home = f"{url}{mine.home}"

    def calling() -> None:
        number = 0
        while not done.wait(0.05):
            number += 1
            words = {"requirement": f"R{number % 50}", "availability": "now"}
            began = time.monotonic()
            if number % 2:
                answer = vendor.get(f"{home}claims/", timeout=60)
            else:
                words["statement"] = f"Answer {number} at {began}"
                answer = vendor.post(f"{home}claims/", json=words, timeout=60)
            times.append(time.monotonic() - began if answer.ok else 999)

    thread = threading.Thread(target=calling)
    thread.start()
    try:
        yield times
    finally:
        done.set()
        thread.join()


def print_times(name: str, times: list[float]) -> bool:
    """Print them; whether they are short enough."""
    p95 = statistics.quantiles(times, n=20)[-1]
    print(
        f"  beside {name:28} {len(times):4} calls, median "
        f"{statistics.median(times) * 1e3:4.0f} ms, p95 {p95 * 1e3:4.0f} ms"
    )
    return p95 < MOST_SECONDS


def at_once(work: Any, items: Sequence[Any]) -> list[requests.Response]:
    """Many calls together; every one has to be answered."""
    with ThreadPoolExecutor(len(items)) as pool:
        return list(pool.map(work, items))


def large_bodies(url: str, hostile: Invitation) -> None:
    """Batches as large as they may be, all at once."""
    filler = "x" * (BATCH - 4_000)
    body = '{"claims": [{"requirement": "R1", "statement": "' + filler + '"}]}'

    def send(number: int) -> requests.Response:
        return caller(hostile.token, 101 + number // 30).post(
            f"{url}{hostile.home}claims/batch/",
            data=body.encode(),
            headers={"Content-Type": "application/json"},
            timeout=60,
        )

    statuses = {answer.status_code for answer in at_once(send, range(BODIES))}
    assert statuses <= {400, 503}, statuses


def large_files(url: str, hostile: Invitation) -> None:
    """Files of the largest size from several clients at once."""
    vendor = caller(hostile.token, 101)
    words = {"requirement": "R1", "availability": "now", "statement": "See the file."}
    home = f"{url}{hostile.home}claims/"
    assert vendor.post(home, json=words, timeout=60).ok

    def send(number: int) -> list[int]:
        content = b"%PDF-1.7 " + bytes([number]) * (FILE - 9)
        return [
            caller(hostile.token, 101)
            .post(
                f"{home}R1/files/",
                files={"file": (f"{number}-{time}.pdf", content)},
                timeout=120,
            )
            .status_code
            for time in range(FILES)
        ]

    with ThreadPoolExecutor(CLIENTS) as pool:
        statuses = {
            number for some in pool.map(send, range(CLIENTS)) for number in some
        }
    # Over the quota of an invitation it is 409.
    assert statuses <= {200, 201, 409, 503}, statuses


def corpus(url: str, hostile: Invitation, rounds: int) -> None:
    """Every bad body of the tests, each refused."""
    from tests.vendors.api.test_bad_input import RAW_400

    vendor = caller(hostile.token, 101)
    vendor.headers["Content-Type"] = "application/json"
    for _ in range(rounds):
        for name, body in RAW_400.items():
            address = f"{url}{hostile.home}claims/"
            answer = vendor.post(address, data=body, timeout=60)
            assert answer.status_code == 400, f"{name}: {answer.status_code}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
