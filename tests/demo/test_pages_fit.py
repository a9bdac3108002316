"""The pages of work fit: their heights, nothing cut off, one next step on each.

`.venv/bin/python -m pytest tests/demo/test_pages_fit.py` prints the figures. What a
page is for has to be seen with its folds closed.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import NamedTuple

import pytest
from playwright.sync_api import Browser, Page
from pytest_django.plugin import DjangoDbBlocker

from tests.demo.fitting import (
    CUT_OFF,
    HEIGHT,
    LAPTOP,
    NARROW,
    NEXT_STEPS,
    ROWS,
    WIDE,
    Fitting,
    one_connection,
)
from tests.factories.demo import purchases
from tests.journeys.test_demo import load_demo
from tests.lock_order import made_once

pytestmark = pytest.mark.browser
GPU = "/admin/e/gpu-training/"
SCORES = "/admin/e/office-cleaning/scores/"
# A page of one row, and no file or further page of it; so many of each are measured.
PAGE = re.compile(r"/admin/(?:act/)?[a-z-]+/[\w.-]+/(?:\?.*)?")
MOST = 2


class Target(NamedTuple):
    """A page, at most how high it is on a desk and on a phone, and by their selectors
    what must be seen there; `links` lead to the pages meant: the highest counts."""

    username: str
    path: str
    wide: int
    narrow: int
    seen: tuple[str, ...] = ()
    links: str = ""
    # A column for each of many candidates: its grid scrolls sideways.
    is_wide: bool = False


TARGETS = {
    "overview": Target(
        *("lead", GPU, 1000, 2200), ("#how-candidates-stand", "#gates-of-stage li")
    ),
    "requirements": Target(
        *("lead", f"{GPU}requirements/", 1150, 1500), (".tabulator-row",)
    ),
    "candidates": Target(
        *("lead", f"{GPU}candidates/", 1000, 1600), (".tabulator-row",)
    ),
    "matrix": Target(*("lead", f"{GPU}matrix/", 1100, 1300), (".mx tbody th",)),
    "comparison": Target(
        *("lead", f"{GPU}comparison/", 2400, 3500),
        (".cp-brief tbody th", ".cp-silent summary"),
    ),
    "costs": Target(
        *("lead", "/admin/e/ml-platform/costs/", 1800, 3000, (".tabulator-row",)),
        is_wide=True,
    ),
    "demo": Target(
        *("lead", f"{GPU}demos/", 1100, 1900), links="a[href^='/admin/demos/']"
    ),
    "trials": Target("lead", f"{GPU}trials/", 1300, 2200, (".nt svg",)),
    "trial": Target(
        *("lead", f"{GPU}trials/", 1400, 2200), links="a[href^='/admin/trials/']"
    ),
    "sign-offs": Target("lead", f"{GPU}sign-offs/", 900, 1200),
    "scores": Target(
        *("engineering", SCORES, 1800, 2200), (".ss-mark:nth-child(7)", ".ss-file")
    ),
    "decision": Target(
        *("lead", f"{GPU}decision/", 1500, 2600), (".cp-next", ".cp-silent summary")
    ),
    "memo": Target(
        *("lead", "/admin/e/automated-renewals/memo/", 4500, 7000),
        (".et-memo__pictures",),
    ),
    "my work": Target("lead", "/admin/", 1500, 2400),
    # In a dialog, as it is; as a page it is for browsers without scripts.
    "signing": Target("it", "/admin/", 1550, 2250, links="a[href^='/admin/act/sign/']"),
}


@pytest.fixture(scope="module", autouse=True)
def demo(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The demo, loaded once for all pages."""
    with ExitStack() as stack:
        with one_connection():
            stack.enter_context(made_once(django_db_blocker, purchases, load_demo))
        yield
        with one_connection():
            stack.close()


@pytest.fixture(scope="module")
def fitting(browser: Browser) -> Fitting:
    return Fitting(browser)


def addresses(fitting: Fitting, target: Target) -> list[str]:
    """The page itself, or those that its links lead to."""
    if not target.links:
        return [target.path]
    page = fitting.open(target.username, target.path, WIDE)
    links = page.locator(target.links).all()
    paths = [str(link.get_attribute("href")).partition("#")[0] for link in links]
    page.close()
    return [path for path in dict.fromkeys(paths) if PAGE.fullmatch(path)][:MOST]


def hidden(page: Page, selectors: tuple[str, ...]) -> list[str]:
    return [name for name in selectors if not page.locator(name).first.is_visible()]


NIGHTLY = pytest.mark.nightly(
    reason="the same of each other page; each push has that which everybody lands on",
    short="[chromium-my work]",
)


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=[] if name == "my work" else NIGHTLY)
        for name in TARGETS
    ],
)
def test_a_page_fits(
    name: str, fitting: Fitting, figure: Callable[[str], None]
) -> None:
    target = TARGETS[name]
    faults: list[str] = []
    heights = {WIDE: 0, NARROW: 0}
    for path in addresses(fitting, target):
        for size in heights:
            page = fitting.open(target.username, path, size)
            heights[size] = max(heights[size], int(page.evaluate(HEIGHT, ROWS)))
            faults += [f"not seen: {part}" for part in hidden(page, target.seen)]
            page.close()
        page = fitting.open(target.username, path, LAPTOP)
        faults += [
            f"cut off: {thing}" for thing in page.evaluate(CUT_OFF, target.is_wide)
        ]
        steps = page.evaluate(NEXT_STEPS)
        if len(steps) > 1:
            faults.append(f"{len(steps)} next steps: {', '.join(steps)}")
        page.close()
    wide, narrow = heights.values()
    figure(
        f"{name}: {wide} of {target.wide} px at 1440, "
        f"{narrow} of {target.narrow} px at 390"
    )
    assert wide, "No such page was found."
    if wide > target.wide or narrow > target.narrow:
        faults.append("it is too long")
    assert not faults
