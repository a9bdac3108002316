"""Pages are read as in tests.pages."""

from tests.pages.conftest import as_user as as_user
from tests.pages.conftest import known_acts as known_acts
from tests.pages.conftest import purchase as purchase
from tests.pages.conftest import watched as watched
