"""What a page offers, the service does: every act × every role × every stage."""

import pytest
from django.db import connection

from evaltracker.errors import NotFound
from evaltracker.pages.acts import ACTS
from tests.rights.offers import STAGES, enter, inputs, purchase, service_says, targets

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


@pytest.mark.parametrize("stage", STAGES)
def test_an_act_is_offered_if_and_only_if_its_service_would_do_it(stage: str) -> None:
    sealed = purchase()
    people = sealed.people
    enter(sealed.where, stage)
    with connection.cursor() as cursor:
        # Nobody else counts rows inside a transaction; guesses cost minutes.
        cursor.execute("ANALYZE")
    wrong, asked = [], 0
    for name in sorted(ACTS.keys() - MORE_THAN_A_RULE):
        act = ACTS[name]
        for key in targets(name, act, sealed.where):
            seen = {}
            for who, user in people.items():
                try:
                    seen[who] = act.load(user, key)
                except NotFound:
                    continue
            no = {who: act.why_not(people[who], seen[who]) for who in seen}
            data = inputs(act, seen, people, no) if seen else None
            for who, target in seen.items():
                # A form that nobody can fill is refused before the service is asked.
                said = data is None or service_says(act, target, people[who], data)
                asked += 1
                if (no[who] is None) is bool(said):
                    wrong.append(f"{name} of {target} for {who}: {no[who]} / {said}")
    assert wrong == []
    assert asked > 1300
