"""People who read and vendors who answer, whatever happens to the installation."""

from __future__ import annotations

import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import requests

from tests.clients import signed_in

if TYPE_CHECKING:
    from evaltracker.evaluations.models import Evaluation, User
    from tests.faults.living.installation import Installation

REQUIREMENTS = 20
# Below the limit of 600 calls a minute, for a call may have to be repeated.
BETWEEN_CALLS = 0.15
NO_ANSWER = 0


@dataclass
class Seen:
    """What came back."""

    # By who called: people, vendors.
    statuses: dict[str, Counter[int]] = field(
        default_factory=lambda: {"people": Counter(), "vendors": Counter()}
    )
    without_retry_after: int = 0
    # Statements that a vendor was told are taken.
    acknowledged: list[str] = field(default_factory=list)
    # Seconds of each page and claim that was answered well, with the moment.
    seconds: list[tuple[str, float, float]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def note(self, who: str, answer: requests.Response | None, began: float) -> None:
        """Count an answer, or none."""
        status = NO_ANSWER if answer is None else answer.status_code
        self.statuses[who][status] += 1
        if answer is None:
            return
        if answer.ok:
            now = time.monotonic()
            self.seconds.append((who, now, now - began))
        elif status == 503 and "Retry-After" not in answer.headers:
            self.without_retry_after += 1
        elif status >= 500 and status != 503:
            self.faults.append(answer.text[:500])

    def slowest(self, who: str, since: float = 0.0) -> float:
        """Of the good answers after that moment."""
        late = (
            length for name, at, length in self.seconds if name == who and at > since
        )
        return max(late, default=0.0)

    def wrong(self) -> dict[str, object]:
        """What must not be."""
        return {
            "500": [
                status
                for counter in self.statuses.values()
                for status in counter
                if status >= 500 and status != 503
            ],
            "503 without Retry-After": self.without_retry_after,
            "acknowledged claims that are missing": missing(self.acknowledged),
            "claims that were taken twice": repeated(self.acknowledged),
        }

    def __str__(self) -> str:
        told = [f"{who} {dict(sorted(c.items()))}" for who, c in self.statuses.items()]
        return f"answers: {', '.join(told)}; {len(self.acknowledged)} claims taken"


@dataclass(frozen=True, slots=True)
class Market:
    """A purchase whose vendors answer, and somebody who reads."""

    where: Evaluation
    reader: User
    # Address of the claims and token, for each vendor.
    vendors: list[tuple[str, str]]


def market() -> Market:
    """Two rivals in research."""
    from tests.factories import common, vendors

    where = common.evaluation(title="Under way")
    for number in range(REQUIREMENTS):
        common.requirement(where, f"R{number}", "should")
    vendors.in_research(where)
    rivals = []
    for name in ("Acme ML", "Globex ML"):
        candidate = vendors.invited(where, name)
        assert candidate.vendor is not None
        home = f"/api/v1/invitations/{candidate.pk}/claims/"
        rivals.append((home, vendors.token(candidate.vendor)))
    return Market(where, where.owner, rivals)


@contextmanager
def traffic(here: Installation, given: Market) -> Iterator[Seen]:
    """Let them come until the block ends."""
    seen, stop = Seen(), threading.Event()
    cookies = {name: m.value for name, m in signed_in(given.reader).cookies.items()}
    threads = [threading.Thread(target=_read, args=(here, cookies, seen, stop))]
    threads += [
        threading.Thread(target=_answer, args=(here, home, token, seen, stop))
        for home, token in given.vendors
    ]
    for thread in threads:
        thread.start()
    try:
        yield seen
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def _read(
    here: Installation, cookies: dict[str, str], seen: Seen, stop: threading.Event
) -> None:
    while not stop.wait(BETWEEN_CALLS):
        began = time.monotonic()
        answer = _call("GET", f"{here.web}/admin/", cookies=cookies)
        seen.note("people", answer, began)


def _answer(
    here: Installation, home: str, token: str, seen: Seen, stop: threading.Event
) -> None:
    """Claim after claim; each is repeated with its key until it is taken."""
    number = 0
    while not stop.is_set():
        number += 1
        key = str(uuid.uuid4())
        body = {
            "requirement": f"R{number % REQUIREMENTS}",
            "availability": "now",
            "statement": f"Statement {key}",
        }
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": key}
        while not stop.wait(BETWEEN_CALLS):
            began = time.monotonic()
            url = f"{here.vendor_api}{home}"
            answer = _call("POST", url, json=body, headers=headers)
            seen.note("vendors", answer, began)
            if answer is not None and answer.ok:
                seen.acknowledged.append(body["statement"])
                break


def _call(method: str, url: str, **given: Any) -> requests.Response | None:
    try:
        return requests.request(method, url, timeout=60, allow_redirects=False, **given)
    except requests.RequestException:
        return None


def missing(acknowledged: list[str]) -> int:
    """How many of them no claim says."""
    return sum(not count for count in _counts(acknowledged))


def repeated(acknowledged: list[str]) -> int:
    """How many of them more than one claim says."""
    return sum(count > 1 for count in _counts(acknowledged))


def _counts(acknowledged: list[str]) -> list[int]:
    from vendors.models import Claim

    said = Counter(Claim.objects.values_list("statement", flat=True))
    return [said[statement] for statement in acknowledged]
