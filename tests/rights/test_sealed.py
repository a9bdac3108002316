"""What is sealed is read nowhere before it is opened, and everywhere after (T18, T21).

A covering walk: while all is sealed each page, list and row is read by each role, and
at each stage by some; forms and stock addresses by every other role; after the opening
what shows something is read by whoever gains by it and whoever does not. With every
push each is read by some of them, in turn, and all of it at night.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import pytest
from django.test import Client

from tests.clients import everywhere
from tests.rights import walk
from tests.rights.sealed import EVERYBODY, MARKS, STAGES, Sealed, allowed, build, move
from tests.tables import snapshot
from tests.tiers import by_tier

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("counted_lately")]
*BEFORE, AFTER = STAGES
# Who gains by the opening, who was not asked yet, and who has no part.
GAINS = "it"
AFTERWARDS = (GAINS, "security", "stranger")
# Who read every address that tells; of the others each reads every second one.
APART = ("lead", GAINS, "stranger")
# Where opened prices stand.
OPENED = ("/costs/", "/decision/", "/journal/")
# Where what is sealed stands once it is not: read most with every push.
TELLING = (
    *OPENED,
    *("/files/", "/search/", "/comparison/", "/matrix/", "/scores/", "/working/"),
    *("/costline/", "/candidates/"),
)
PARTS = by_tier(
    24,
    1,
    reason="3,000 requests; each push reads what tells as three of nine at one "
    "stage, other pages as one or nobody, forms in turn",
    before="*-",
)


@dataclass(slots=True)
class Response:
    """What was read, where and by whom."""

    sealed: Sealed
    clients: dict[str, Client]
    asked: int = 0
    leaks: list[str] = field(default_factory=list)
    shown: dict[tuple[str, str], set[str]] = field(default_factory=dict)

    def listen(self, who: str, stage: str, url: str) -> None:
        """Read one address, and look for each mark in all of the answer."""
        said = walk.read(self.clients[who], url)
        self.asked += 1
        for mark, words in MARKS.items():
            if not walk.found_in(said, words):
                continue
            self.shown.setdefault((mark, stage), set()).add(url)
            if who not in allowed(mark, stage):
                self.leaks.append(f"{mark} at {url} for {who} in {stage}")

    def shows(self) -> list[str]:
        """What is there to be read."""
        return [*walk.pages(self.sealed), *walk.lists(self.sealed.where)]

    def addresses(self) -> dict[str, bool]:
        """Everything that the admin and the staff API serve, and whether it shows."""
        shows = dict.fromkeys(self.shows(), True)
        others = [*walk.acts(self.sealed), *walk.stock(self.sealed.where)]
        return dict.fromkeys(others, False) | shows


@pytest.fixture
def heard(db: None) -> Response:
    sealed = build()
    return Response(sealed, {who: everywhere(sealed.people[who]) for who in EVERYBODY})


def turns_of(who: str, part: int, *, shows: bool, tells: bool) -> int:
    """One of how many such addresses that person reads."""
    if tells:
        if part == 1:
            return 1
        return 2 if who in APART else 4
    if shows:
        return part
    return 2 * part


def rounds(
    heard: Response, readers: Sequence[str], part: int
) -> Iterator[tuple[str, str, str]]:
    """Which of them reads which address at which stage, moving the purchase on the
    way; who reads what does not depend on who else is asked."""
    for place, stage in enumerate(BEFORE):
        move(heard.sealed, stage)
        for row, (url, shows) in enumerate(heard.addresses().items()):
            tells = shows and any(name in url for name in TELLING)
            for column, who in enumerate(EVERYBODY):
                turns = len(BEFORE) * turns_of(who, part, shows=shows, tells=tells)
                if who in readers and (row + column) % turns == place:
                    yield who, stage, url
    move(heard.sealed, AFTER)
    for row, url in enumerate(heard.shows()):
        for column, who in enumerate(AFTERWARDS):
            opened = who == GAINS and any(name in url for name in OPENED)
            in_turn = part == 1 or (row + column) % part == 0
            if who in readers and (opened or in_turn):
                yield who, AFTER, url


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize(
    "readers", [EVERYBODY[::3], EVERYBODY[1::3], EVERYBODY[2::3]], ids=", ".join
)
def test_t18_no_address_shows_what_is_sealed_at_any_stage_to_anybody(
    heard: Response, figure: Callable[[str], None], readers: tuple[str, ...], part: int
) -> None:
    for who, stage, url in rounds(heard, readers, part):
        heard.listen(who, stage, url)
    assert sorted(heard.leaks) == [], (
        "start each read at visible_to(user), and let who may not read it yet see the "
        "page without it; tests/rights/sealed.py: `allowed` says who may, from when on"
    )
    # The opening opens: the same addresses that told nothing tell it now.
    if GAINS in readers:
        now = heard.shown["price", AFTER]
        assert [name for name in OPENED if not any(name in url for url in now)] == []
    figure(
        f"T18, T21: {heard.asked} requests to {len(heard.addresses())} addresses by "
        f"{', '.join(readers)} at {len(STAGES)} stages, 0 marks where none may be"
    )


@pytest.mark.parametrize(
    "turns",
    by_tier(
        3,
        1,
        reason="as each of three; each push posts as one of them, in turn",
    ),
)
def test_t18_nothing_of_the_stock_admin_takes_a_post(
    heard: Response, turns: int
) -> None:
    where, wrong = heard.sealed.where, []
    before = snapshot()
    for row, url in enumerate([*walk.stock(where), *walk.lists(where)]):
        for who in ("lead", "operator", "it")[row % turns :: turns]:
            sent = {"action": "delete_selected", "post": "yes"}
            status = heard.clients[who].post(url, sent).status_code
            if status < 400:
                wrong.append(f"{url} as {who}: {status}")
    assert wrong == []
    assert snapshot() == before
