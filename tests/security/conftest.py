"""The login of the vendor process, and kept numbers, as other tests have them."""

from tests.rights.conftest import counted_lately
from tests.vendors.isolation.conftest import login

__all__ = ["counted_lately", "login"]
