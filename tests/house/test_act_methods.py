"""What an act overrides is what the base has."""

import inspect
from collections.abc import Iterator

import pytest

from evaltracker.pages.acts import ACTS, Act


def classes() -> set[type[object]]:
    """All acts and what they share."""
    found = {base for _, act in ACTS.items() for base in type(act).__mro__}
    return found - set(Act.__mro__)


def added() -> Iterator[tuple[type[object], str]]:
    """Public methods of acts and their bases that `Act` does not know."""
    for cls in classes():
        for name, value in vars(cls).items():
            public = inspect.isfunction(value) and not name.startswith("_")
            if public and not hasattr(Act, name):
                yield cls, name


@pytest.mark.parametrize(("cls", "name"), sorted(added(), key=str))
def test_a_method_that_an_act_adds_is_called(cls: type[object], name: str) -> None:
    modules = {inspect.getmodule(each) for each in classes()}
    sources = "".join(inspect.getsource(module) for module in modules if module)
    assert f".{name}(" in sources, (
        f"nobody calls {cls.__name__}.{name}: rename it as the method of Act that it "
        "overrides, or delete it"
    )
