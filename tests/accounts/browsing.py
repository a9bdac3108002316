"""What a person does at the login page, and what no page may have."""

from tests.browser import Watched
from tests.factories import common

WIDTHS = (1440, 390)


def give_password(watched: Watched) -> None:
    """Fill the login form and send it; what follows is the test's affair."""
    watched.open("/admin/login/")
    watched.page.get_by_label("Username").fill("lina")
    watched.page.get_by_label("Password").fill(common.PASSWORD)
    press(watched, "Log in")


def press(watched: Watched, name: str) -> None:
    watched.page.get_by_role("button", name=name, exact=True).click()


def check(watched: Watched, path: str) -> None:
    """Nothing to complain of at desktop and phone width, and no sideways scrolling."""
    watched.open(path)
    for width in WIDTHS:
        watched.page.set_viewport_size({"width": width, "height": 844})
        assert watched.barriers() == [], path
        wide = watched.page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, path
