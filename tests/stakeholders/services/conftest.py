"""The purchase that is signed here."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cast.workflow import to_be_signed

if TYPE_CHECKING:
    from evaltracker.evaluations.models import Evaluation


@pytest.fixture
def where(db: None) -> Evaluation:
    """Everybody of the cast has a part, and the four who sign are asked."""
    return to_be_signed()
