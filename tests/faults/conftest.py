"""The login of the vendor process, as the tests of the wall make it, and the app's."""

from collections.abc import Iterator

import pytest

from tests.served import app_login
from tests.vendors.isolation.conftest import login

__all__ = ["app", "login"]


@pytest.fixture
def app(transactional_db: None) -> Iterator[str]:
    """The address of the database for the application's role."""
    with app_login() as url:
        yield url
