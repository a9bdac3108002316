"""The six people at work, each in a browser of their own."""

from collections.abc import Callable
from dataclasses import dataclass, field

from playwright.sync_api import BrowserContext

from evaltracker.demo.people import LEAD, PASSWORD
from tests.journeys.fixed.counted import Counted, Tally
from tests.journeys.people import DESK


@dataclass
class Team:
    """Everybody who was let in so far, by login name."""

    home: str
    new_context: Callable[..., BrowserContext]
    people: dict[str, Counted] = field(default_factory=dict)

    def visit(self, username: str) -> Counted:
        """That person comes by; the first time, they log in."""
        if username in self.people:
            self.people[username].arrive()
        else:
            page = self.new_context(viewport=DESK).new_page()
            person = Counted(page, self.home, username=username)
            person.log_in(username, PASSWORD)
            self.people[username] = person
        return self.people[username]

    @property
    def lead(self) -> Counted:
        """The owner, who stays where they are."""
        return self.people.get(LEAD) or self.visit(LEAD)

    def count(self) -> Tally:
        """What all of them did; nobody ended with nothing done."""
        tally = Tally()
        for person in self.people.values():
            assert person.has_ended, f"{person.username} ended at {person.page.url}"
            tally.add(person.log)
        return tally

    @property
    def complaints(self) -> dict[str, list[str]]:
        """What anybody's browser complained of."""
        return {name: person.complaints for name, person in self.people.items()}
