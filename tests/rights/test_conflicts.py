"""Nobody with a conflict of interest, or undeclared, reads an answer anywhere.

Every page, list, form, grid, file and call × undeclared, none, declared and cleared, of
a stakeholder and of the owner. The mark is on a rival of the candidate with which they
have the conflict; whoever declared none, or was cleared, finds it. With each push every
second address is read by one of the four who are kept out, in turn; at night each is
read by all of them.
"""

from collections.abc import Callable

import pytest

from evaltracker.evaluations.models import User
from tests.clients import everywhere
from tests.factories import stakeholders, vendors
from tests.rights import walk
from tests.rights.sealed import MARKS, Sealed, build, move
from tests.tiers import by_tier
from vendors.models import Conflict
from vendors.services.candidates import (
    clear_conflict,
    declare_conflict,
    declare_interests,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("counted_lately")]
KEPT_OUT, WHO = ("undeclared", "declared"), ("it", "lead")
ANSWERS = ("claim", "price", "score of pm", "evidence")
TURNS = by_tier(
    8 * len(KEPT_OUT) * len(WHO),
    1,
    reason="420 addresses for each of four who are kept out; each push reads "
    "every eighth address as one of them, in turn",
    before="*-*-",
)


@pytest.fixture
def sealed(db: None) -> Sealed:
    made = build()
    move(made, "decision")
    return made


def come_to(state: str, sealed: Sealed, person: User) -> None:
    """A rival joins, and the person says what the state says of it."""
    where = sealed.where
    rival = vendors.candidate_late(where, f"Rival of {person}")
    Conflict.objects.filter(candidate=rival, person=person).delete()
    if state == "none":
        declare_interests(evaluation=where, interests={rival.pk: ""}, by=person)
    if state in {"declared", "cleared"}:
        conflict = declare_conflict(
            candidate=rival, has_interest=True, statement="Shares", by=person
        )
        if state == "cleared":
            other = where.owner
            if person == other:
                other = stakeholders.holder("leadership")
            clear_conflict(conflict=conflict, reason="Sold", by=other)


@pytest.mark.parametrize("turns", TURNS)
@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("state", KEPT_OUT)
def test_t21_answers_are_read_by_nobody_who_is_kept_out(
    sealed: Sealed, figure: Callable[[str], None], state: str, who: str, turns: int
) -> None:
    person = sealed.people[who]
    come_to(state, sealed, person)
    client, shown = everywhere(person), []
    first = 2 * (KEPT_OUT.index(state) * len(WHO) + WHO.index(who))
    addresses = [
        *walk.pages(sealed),
        *walk.lists(sealed.where),
        *walk.acts(sealed),
    ][first % turns :: turns]
    for url in addresses:
        said = walk.read(client, url)
        shown += [f"{it} at {url}" for it in ANSWERS if walk.found_in(said, MARKS[it])]
    assert shown == []
    figure(f"T21: {who}, {state}: {len(addresses)} addresses, no answer at any")


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("state", ["none", "cleared"])
@pytest.mark.nightly(
    reason="four who may read; each push lets one find them",
    short="[cleared-it]",
)
def test_t21_answers_are_found_by_whoever_is_not_kept_out(
    sealed: Sealed, state: str, who: str
) -> None:
    """Pages are read until each of them was found."""
    person = sealed.people[who]
    come_to(state, sealed, person)
    client, missed = everywhere(person), set(ANSWERS)
    for url in walk.pages(sealed):
        said = walk.read(client, url)
        missed -= {it for it in missed if walk.found_in(said, MARKS[it])}
        if not missed:
            break
    assert not missed
