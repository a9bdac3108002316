"""T64: pages of somebody who is signed in, while 24 posters guess one password.

Posters are as in tests/accounts/posters.py, from ten addresses and from one. Each block
has a new name, so that in each some guesses are compared with the password. The product
is served as deployed: by two processes, behind the proxy. In each block somebody signs
in by the right password in a browser that is known. The page is read every 0.1 s, quiet
and beside posters in turn.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from functools import partial
from urllib.parse import urlsplit

from bench.harness import place, product
from bench.harness.race import Race
from tests.accounts.posters import Browser, posting
from tests.served import Site
from tests.setup.proxied import proxied

QUIET, AGAIN = "quiet", "quiet again"
ADDRESSES = {"ten addresses": 10, "one address": 1}
GOALS = {"ten addresses": 1.5, "one address": 2.0}
EVERY, MOST_SECONDS, VALID = 0.1, 2, (0.9, 1.1)
PASSWORD = "six bright lanterns"


def main(arguments: Sequence[str]) -> int:
    """0 when the goals are reached."""
    blocks, seconds = (2, 4.0) if "--quick" in arguments else (7, 8.0)
    with place() as here, product(here) as ours:
        ours.manage("collectstatic", "--noinput", "-v0")
        env = {
            **ours.env,
            "DATABASE_URL": ours.app_url,
            "REQUIRE_SECOND_FACTOR": "0",
            "NUM_PROXIES": "1",
        }
        site = Site(here.folder, "evaltracker.settings", 2, env, probe="healthz")
        upstream = str(urlsplit(site.url).netloc)
        with proxied(web=upstream, vendor_api=upstream) as proxy:
            site.env = {**env, "SITE_URL": proxy.https, "ALLOWED_HOSTS": "localhost"}
            site.start()
            try:
                return measure(proxy.https, blocks, seconds)
            finally:
                site.stop()


def measure(url: str, blocks: int, seconds: float) -> int:
    """Read the page by turns; print what comes of it."""
    from bench.seeds.purchases import owner_of

    reader = Browser(url, "127.0.0.2")
    reader.cookies["__Host-sessionid"] = owner_of(5).partition("=")[2]
    read = partial(reader.ask, "GET", "/admin/")
    kinds = (QUIET, *ADDRESSES, AGAIN)
    times: dict[str, list[list[float]]] = {kind: [] for kind in kinds}
    answers: dict[str, Counter[str]] = {kind: Counter() for kind in ADDRESSES}
    entered: list[float] = []
    pages_read(read, 2)
    for number in range(blocks):
        for kind in kinds:
            name = f"lead{number}{kind.replace(' ', '')}"
            owner = known_browser(url, name)
            beside = (
                posting(url, name, ADDRESSES[kind], answers[kind])
                if kind in ADDRESSES
                else nullcontext()
            )
            with beside:
                times[kind].append(pages_read(read, seconds))
                if kind in ADDRESSES:
                    entered.append(enter(owner, name))
    return report(Race(times), answers, entered)


def report(
    race: Race, answers: dict[str, Counter[str]], entered: Sequence[float]
) -> int:
    """Print the figures; the exit code of the benchmark."""
    print(f"\nsign_in: {len(race.times[QUIET])} blocks")
    for kind in race.times:
        print(f"  {kind:16} page p50 {race.median(kind) * 1e3:6.1f} ms")
    twin = race.median(AGAIN) / race.median(QUIET)
    good = VALID[0] <= twin <= VALID[1]
    print(f"  A/A  {twin:.2f}  {'valid' if good else 'INVALID'}")
    for kind, most in GOALS.items():
        ratio = race.median(kind) / race.median(QUIET)
        good = good and ratio <= most
        verdict = "ok" if ratio <= most else "not reached"
        print(f"  T64  {kind}: p50 {ratio:.2f} × quiet  goal ≤ {most}  {verdict}")
        print(f"       posts by answer: {dict(sorted(answers[kind].items()))}")
    print(f"  known browser, right password: {max(entered):.2f} s at most")
    return 0 if good and max(entered) < MOST_SECONDS else 1


def pages_read(
    read: Callable[[], tuple[int, object, bytes]], seconds: float
) -> list[float]:
    """How long each reading took; the next begins when its turn comes."""
    took, end = [], time.perf_counter() + seconds
    while (began := time.perf_counter()) < end:
        status, _, page = read()
        if status != 200:
            raise SystemExit(f"HTTP {status} instead of 200: {page[:500]!r}")
        took.append(time.perf_counter() - began)
        time.sleep(max(0, EVERY - took[-1]))
    return took


def known_browser(url: str, name: str) -> Browser:
    """A browser in which a new person has signed in before."""
    from django.contrib.auth.hashers import Argon2PasswordHasher

    from bench.seeds.purchases import starter

    person = starter(name)
    person.password = Argon2PasswordHasher().encode(PASSWORD, "salt of some length")
    person.save()
    browser = Browser(url, "127.0.0.3")
    enter(browser, name)
    return browser


def enter(browser: Browser, name: str) -> float:
    """How long signing in takes, which has to succeed."""
    began = time.perf_counter()
    if (status := browser.sign_in(name, PASSWORD)) != 302:
        raise SystemExit(f"{name} was not let in: {status}")
    return time.perf_counter() - began


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
