"""The collector of garbage rests while tests are collected.

Collecting imports everything and makes thousands of items that all stay, and looking
through them again and again is two fifths of its cost. What is there afterwards is
left out of later searches, so that those of the tests look at what tests make.
"""

import gc
from collections.abc import Generator

import pytest

# Before conftest imports the others.
gc.disable()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection() -> Generator[None, object, object]:
    """Begin again as soon as all tests are there, or could not be had."""
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()
