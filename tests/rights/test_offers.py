"""What a page offers, the service does: every act × every role × every stage.

With every push each act is asked at one of six stages by the owner and by another, of
two rows; at night at all, by everybody, of four.
"""

from itertools import islice
from typing import Any

import pytest

from evaltracker.errors import NotFound
from evaltracker.pages.acts import ACTS
from tests.fixture_cache import count_rows
from tests.rights.offers import STAGES, enter, inputs, purchase, service_says, targets
from tests.rights.sealed import EVERYBODY

pytestmark = pytest.mark.django_db

# Refused for more than person and moment, which their forms show before: the gates'
# blockers, words that stand in some stages only, one's own word taken back, a file.
MORE_THAN_A_RULE = {
    "advance",
    "change-requirement",
    "decide",
    "declare-interest",
    "take-pack",
}
OTHERS = [who for who in EVERYBODY if who != "lead"]


@pytest.mark.parametrize(
    ("everybody", "least"),
    [
        (False, 15),
        pytest.param(
            True,
            1300,
            marks=pytest.mark.nightly(
                reason="8,000 calls of services; each push asks each act at one "
                "stage as the owner and as one other, in turn",
                short="[*-False-15]",
            ),
        ),
    ],
)
@pytest.mark.parametrize("stage", STAGES)
def test_an_act_is_offered_if_and_only_if_its_service_would_do_it(
    stage: str, everybody: bool, least: int
) -> None:
    sealed = purchase()
    people = sealed.people
    enter(sealed.where, stage)
    count_rows()
    wrong, asked = [], 0
    place = STAGES.index(stage)
    for row, name in enumerate(sorted(ACTS.keys() - MORE_THAN_A_RULE)):
        if not everybody and (row + place) % len(STAGES):
            continue
        act, other = ACTS[name], OTHERS[(row + place) % len(OTHERS)]
        askers = set(people) if everybody else {"lead", other}
        for key in islice(targets(name, act, sealed.where), None if everybody else 1):
            seen: dict[str, Any] = {}
            no: dict[str, object] = {}
            for who in sorted(people, key=lambda who: who not in askers):
                if who not in askers and None in no.values():
                    break  # what is sent is known by whoever may
                try:
                    seen[who] = act.load(people[who], key)
                except NotFound:
                    continue
                no[who] = act.why_not(people[who], seen[who])
            seen = {who: seen[who] for who in people if who in seen}
            data = inputs(act, seen, people, no) if seen else None
            for who, target in seen.items():
                if who not in askers:
                    continue
                # A form that nobody can fill is refused before the service is asked.
                said = data is None or service_says(act, target, people[who], data)
                asked += 1
                if (no[who] is None) is bool(said):
                    wrong.append(f"{name} of {target} for {who}: {no[who]} / {said}")
    assert wrong == []
    assert asked > least
