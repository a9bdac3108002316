"""What is registered is found in order; what is doubled or unknown is explained."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from evaltracker.toolbox.registry import Registry


@pytest.fixture
def tabs() -> Registry[str, int]:
    registry: Registry[str, int] = Registry("tab")
    registry.register("matrix", 5)
    registry.register("costs", 3)
    return registry


def test_it_is_read_like_a_mapping_in_the_order_of_registration(
    tabs: Registry[str, int],
) -> None:
    assert list(tabs.items()) == [("matrix", 5), ("costs", 3)]
    assert "matrix" in tabs
    assert tabs.get("memo") is None


def test_the_same_twice_is_one_and_another_of_that_name_is_refused(
    tabs: Registry[str, int],
) -> None:
    tabs.register("matrix", 5)
    assert len(tabs) == 2
    with pytest.raises(ImproperlyConfigured, match="two tabs called “matrix”"):
        tabs.register("matrix", 6)


def test_who_asks_for_what_is_not_there_reads_what_may_be_meant(
    tabs: Registry[str, int],
) -> None:
    with pytest.raises(LookupError, match="Did you mean matrix"):
        tabs["matrx"]


def test_work_is_done_for_what_is_there_and_for_what_comes(
    tabs: Registry[str, int],
) -> None:
    seen: list[int] = []
    tabs.for_each(seen.append)
    tabs.register("memo", 9)
    tabs.register("memo", 9)
    assert seen == [5, 3, 9]


def test_functions_are_registered_by_themselves_or_at_a_place() -> None:
    works: Registry[object, object] = Registry("work")

    @works.add
    def first() -> None:
        pass

    @works.at("second")
    def second() -> None:
        pass

    assert list(works) == [first, "second"]
