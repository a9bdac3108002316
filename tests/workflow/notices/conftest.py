"""The purchase that is signed here."""

import pytest

from evaltracker.evaluations.models import Evaluation
from tests.factories.workflow import to_be_signed


@pytest.fixture
def where(db: None) -> Evaluation:
    """Everybody of the cast has a part, and the four who sign are asked."""
    return to_be_signed()
