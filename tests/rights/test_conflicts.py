"""Nobody with a conflict of interest, or undeclared, reads an answer anywhere.

Every page, list, form, grid, file and call × undeclared, none, declared and cleared, of
a stakeholder and of the owner. The mark is on a rival of the candidate with which they
have the conflict; whoever declared none, or was cleared, finds it.
"""

from collections.abc import Callable

import pytest

from evaltracker.evaluations.models import User
from tests.cast import stakeholders, vendors
from tests.clients import signed_in
from tests.rights import walk
from tests.rights.sealed import MARKS, Sealed, build, move
from vendors.models import Conflict
from vendors.services.candidates import (
    clear_conflict,
    declare_conflict,
    declare_interests,
)

pytestmark = pytest.mark.django_db
STATES = ("undeclared", "none", "declared", "cleared")
ANSWERS = ("claim", "price", "score of pm", "evidence")
OPENED = {"none", "cleared"}


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


@pytest.mark.parametrize("who", ["it", "lead"])
@pytest.mark.parametrize("state", STATES)
def test_t21_answers_are_read_by_nobody_who_is_kept_out(
    sealed: Sealed, figure: Callable[[str], None], state: str, who: str
) -> None:
    person = sealed.people[who]
    come_to(state, sealed, person)
    client = signed_in(person)
    addresses = list(walk.pages(sealed))
    if state not in OPENED:
        addresses += [*walk.lists(sealed.where), *walk.acts(sealed)]
    shown: dict[str, list[str]] = {mark: [] for mark in ANSWERS}
    for url in addresses:
        said = walk.read(client, url)
        for mark in ANSWERS:
            if walk.found_in(said, MARKS[mark]):
                shown[mark].append(url)
    if state in OPENED:
        assert all(shown.values()), shown
    else:
        assert not any(shown.values()), shown
    figure(
        f"T21: {who}, {state}: {len(addresses)} addresses, answers at "
        f"{sum(map(len, shown.values()))}"
    )
