"""People, vendors and a long reader, who go on while an installation is upgraded."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field

import psycopg
import requests

PAGES = ("admin/", "admin/evaluations/evaluation/", "admin/evaluations/notice/")
READ = (
    *("evaluations_entry", "evaluations_evaluation", "vendors_claim"),
    *("stakeholders_signoff", "vendors_candidate", "workflow_decision"),
)


@dataclass
class Watch:
    """What they saw."""

    pages: list[float] = field(default_factory=list)
    calls: list[float] = field(default_factory=list)
    looks: int = 0
    # The slowest page before anything happened.
    alone: float = 0
    faults: list[str] = field(default_factory=list)


def person(url: str) -> requests.Session:
    """Somebody who signed in to the demo's data."""
    session = requests.Session()
    login = f"{url}/accounts/login/"
    session.get(login, timeout=60)
    answer = session.post(
        login,
        data={
            "username": "lead",
            "password": "evaltracker-demo",
            "csrfmiddlewaretoken": session.cookies["csrftoken"],
        },
        timeout=60,
    )
    assert "login" not in answer.url, answer.text[:500]
    return session


def look_at_pages(watch: Watch, session: requests.Session, url: str) -> None:
    """One look at each page."""
    for page in PAGES:
        began = time.monotonic()
        answer = session.get(f"{url}/{page}", timeout=60)
        watch.pages.append(time.monotonic() - began)
        if not answer.ok or "login" in answer.url:
            watch.faults.append(f"{page}: {answer.status_code} {answer.url}")


def claim(watch: Watch, vendor: dict[str, str], url: str) -> None:
    """One new revision of a claim, and one look at all of them."""
    home = f"{url}/api/v1/invitations/{vendor['invitation']}/"
    headers = {"Authorization": f"Bearer {vendor['token']}"}
    # Of what it has answered itself: a process of before does not see a buyer's note
    # through the wall of now, and refuses what would be the note's own revision.
    mine = requests.get(f"{home}claims/", headers=headers, timeout=60).json()
    ref = min(row["requirement"] for row in mine["results"])
    began = time.monotonic()
    answer = requests.post(
        f"{home}claims/",
        headers=headers,
        json={
            "requirement": ref,
            "availability": "now",
            "statement": f"Said at {time.time_ns()}.",
        },
        timeout=60,
    )
    watch.calls.append(time.monotonic() - began)
    if answer.status_code != 201:
        watch.faults.append(f"claim: {answer.status_code} {answer.text[:300]}")


def look_through_the_wall(watch: Watch, database: psycopg.Connection[object]) -> None:
    """As the vendor role and no vendor: it may ask, and sees nothing of anybody."""
    watch.looks += 1
    for table in ("vendors_claim", "evaluations_requirement", "vendors_candidate"):
        seen = database.execute(f"SELECT count(*) FROM {table}").fetchone()
        if seen != (0,):
            watch.faults.append(f"the wall is lifted: {table} {seen}")


@contextmanager
def going_on(*acts: Callable[[], None]) -> Iterator[None]:
    """Each act again and again, in a thread of its own, until the block ends."""
    over = threading.Event()
    broken: list[BaseException] = []

    def repeat(act: Callable[[], None]) -> None:
        try:
            while not over.wait(0.25):
                act()
        # Raised again where the block ends.
        except BaseException as error:  # noqa: BLE001
            broken.append(error)

    threads = [threading.Thread(target=repeat, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join()
    if broken:
        raise broken[0]


@contextmanager
def long_reader(owner: str, seconds: float) -> Iterator[None]:
    """Somebody who holds what they read for so long, as a report or a backup does."""
    with closing(psycopg.connect(owner)) as database:
        for table in READ:
            database.execute(f"SELECT count(*) FROM {table}")
        leaving = threading.Timer(seconds, database.rollback)
        leaving.start()
        try:
            yield
        finally:
            leaving.join()
