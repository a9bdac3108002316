"""What the product answered in the shared world, kept for all checks of a run.

A page of this world is the same whoever looks at it for what, so it is asked for once:
by whom it is read and where. Answers lie in the run's folder, for all workers.
"""

import hashlib
import pickle
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.test import Client

from evaltracker.evaluations.models import Entry, User
from tests.clients import signed_in


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """As much of a response as checks look at."""

    status_code: int
    headers: dict[str, str]
    body: bytes

    def items(self) -> list[tuple[str, str]]:
        """The headers, as of a response."""
        return [*self.headers.items()]

    def get(self, name: str, default: str = "") -> str:
        """A header."""
        return self.headers.get(name, default)

    def getvalue(self) -> bytes:
        """The whole body."""
        return self.body


class Answers:
    """Asks once for each person and address."""

    def __init__(self, people: Mapping[str, User], folder: Path) -> None:
        self.people = people
        self.folder = folder / "answers"
        self.folder.mkdir(exist_ok=True)
        self.clients: dict[str, Client] = {}

    def get(self, who: str, url: str) -> KeptAnswer:
        """What that person reads at that address."""
        name = hashlib.sha256(f"{who} {url}".encode()).hexdigest()
        place = self.folder / name
        if place.exists():
            kept: KeptAnswer = pickle.loads(place.read_bytes())
            return kept
        if who not in self.clients:
            self.clients[who] = signed_in(self.people[who])
        answer = self.clients[who].get(url)
        body = b"".join(answer) if answer.streaming else answer.content
        kept = KeptAnswer(answer.status_code, dict(answer.items()), body)
        # Another worker may ask for the same at the same time.
        fresh = place.with_name(f"{name}.{id(self)}")
        fresh.write_bytes(pickle.dumps(kept))
        fresh.replace(place)
        return kept


@contextmanager
def unchanged_world() -> Iterator[None]:
    """Nobody may keep answers of a world that they have changed."""
    before = Entry.objects.count()
    yield
    assert Entry.objects.count() == before, "changes the world; use your own"
