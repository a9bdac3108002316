"""Every test here may ask for an evaluation that owes notices."""

import pytest

from evaltracker.evaluations.models import Evaluation
from tests.factories import common
from tests.notices import kinds as kinds  # registers them


@pytest.fixture
def platform(db: None) -> Evaluation:
    """Lina's evaluation."""
    return common.evaluation()
