"""Tables in the shapes of foreign ones come in whole, and nothing else is asked."""

import pytest

from tests.rows.foreign import EXPECTED, Person, differences


@pytest.mark.parametrize("name", EXPECTED["files"])
def test_a_foreign_table_comes_in_as_it_is_meant(name: str) -> None:
    person = Person(name, EXPECTED["files"][name])
    plan = person.ends()
    if person.expected["comes"] is None:
        assert plan.open, "nothing may come in before somebody has chosen"
        return
    assert [line.key for line in plan.open if line.key != "refused"] == []
    assert differences(name, plan) == []


@pytest.mark.parametrize("name", EXPECTED["varied"])
def test_what_people_do_to_a_table_changes_nothing_unasked(name: str) -> None:
    person = Person(name, EXPECTED["files"][EXPECTED["varied"][name]])
    plan = person.ends()
    assert plan.open or differences(name, plan) == []


def test_the_first_screen_of_nearly_all_tables_has_no_red() -> None:
    plans = [Person(name, EXPECTED["files"][name]).plan() for name in EXPECTED["files"]]
    red = [plan.filename for plan in plans if plan.refused]
    assert len(plans) - len(red) >= 46, red
