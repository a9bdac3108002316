"""The login of the vendor process, as the tests of the wall make it."""

from tests.vendors.isolation.conftest import login

__all__ = ["login"]
