"""Pages are read as in tests.pages."""

import pytest

from evaltracker.evaluations.models import Evaluation
from tests.import_pages import Importer
from tests.pages.conftest import purchase as purchase
from tests.pages.conftest import watched as watched


@pytest.fixture
def desk(purchase: Evaluation) -> Importer:
    """The owner at the import of requirements; R1 and 1.10 are there."""
    return Importer(purchase, "requirements", purchase.owner)
