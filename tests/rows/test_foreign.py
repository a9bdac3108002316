"""Tables in the shapes of foreign ones come in whole, and nothing else is asked."""

import pytest

from tests.rows.foreign import Person, differences, expected_of_files, varied_files


def check_table(name: str) -> None:
    """It comes in as it is meant."""
    person = Person(name, expected_of_files()[name])
    plan = person.ends()
    if person.expected["comes"] is None:
        assert plan.open, "nothing may come in before somebody has chosen"
        return
    assert [line.key for line in plan.open if line.key != "refused"] == []
    assert differences(name, plan) == []


def test_a_foreign_table_comes_in_as_it_is_meant(subtests: pytest.Subtests) -> None:
    assert len(expected_of_files()) > 40
    for name in expected_of_files():
        with subtests.test(name):
            check_table(name)


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_the_first_screen_of_nearly_all_tables_has_no_red",
)
def test_what_people_do_to_a_table_changes_nothing_unasked(
    subtests: pytest.Subtests,
) -> None:
    assert len(varied_files()) > 150
    for name, origin in varied_files().items():
        with subtests.test(name):
            plan = Person(name, expected_of_files()[origin]).ends()
            assert plan.open or differences(name, plan) == []


def test_the_first_screen_of_nearly_all_tables_has_no_red() -> None:
    plans = [Person(*said).plan() for said in expected_of_files().items()]
    red = [plan.filename for plan in plans if plan.refused]
    assert len(plans) - len(red) >= 46, red
