"""A short purchase whose brief has lists: what holds on AWS, and what on premises.

People click and the vendor's program calls; nothing here knows the code.
"""

import pytest

from tests.journeys import steps_lists
from tests.journeys.people import Walk
from tests.journeys.steps_requirements import advance, sign
from tests.journeys.steps_research import close_claims, issue_token
from tests.journeys.vendor import VendorClient

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.nightly(
    reason="the cases of scope and the forms of values are asked in each push",
    short="tests/trials/selectors/test_exactness.py"
    "::test_every_cell_is_what_a_slow_reading_says[1-True]",
)
def test_answers_demos_and_trials_hold_value_by_value(from_nothing: Walk) -> None:
    walk = from_nothing
    steps_lists.write_the_brief(walk)
    steps_lists.ask_for_one_thing(walk)
    steps_lists.name_people_and_a_candidate(walk)
    sign(walk.person("leadership"), "requirements")
    advance(walk, "research")

    steps_lists.open_claims(walk)
    desk = VendorClient(walk.home, issue_token(walk))
    steps_lists.answer_for_some(desk)
    steps_lists.read_what_is_not_answered(walk)
    steps_lists.retire_what_is_spoken_of(walk, desk)
    assert steps_lists.answer(desk, steps_lists.EACH).status == 201
    close_claims(walk)
    steps_lists.note_costs(walk)
    advance(walk, "demos")

    steps_lists.show_it_on_aws(walk)
    advance(walk, "trials")
    steps_lists.try_it_on_aws(walk)
    steps_lists.read_what_is_proven(walk)
