"""Every test here may ask for an evaluation that owes notices."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cast import floor1
from tests.evaluations.notices import kinds as kinds  # registers them

if TYPE_CHECKING:
    from evaltracker.evaluations.models import Evaluation


@pytest.fixture
def platform(db: None) -> Evaluation:
    """Lina's evaluation."""
    return floor1.evaluation()
