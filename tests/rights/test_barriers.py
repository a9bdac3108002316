"""No page, act or list has a barrier that axe calls serious or critical: in light, in
dark, and on a phone.

Each page is made and loaded once, for somebody who may see it, and looked at three
times; what depends on neither colour nor width is asked the first time. With every push
8 are looked at, in light, that have most kinds of elements among them.
The account's pages stand in `tests/accounts/test_pages_in_the_browser.py`.
"""

import re
from collections.abc import Callable, Iterator
from itertools import islice

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from django.db import transaction
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page

from evaltracker.evaluations.models import User
from evaltracker.pages.acts import ACTS
from evaltracker.pages.site import site
from tests.clients import signed_in
from tests.lock_order import around_tests
from tests.rights.addresses import address, list_addresses, page_addresses
from tests.rights.answers import Answers
from tests.rights.table import AUDITORS, EVERYBODY, LISTS_FOR, OWNERS_PAGES, expected
from tests.security.offline_browser import Answer, OfflineBrowser, offline_browser

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db,
    pytest.mark.usefixtures("counted_lately"),
]

DESK, PHONE = 1280, 390
# What else may be wrong where colours or places differ; all rules are asked first.
IN_DARK = ["color-contrast", "link-in-text-block"]
ON_A_PHONE = ["target-size", "scrollable-region-focusable", "meta-viewport"]
ELEMENT = re.compile(rb"<([a-z][\w-]*)([^>]*)>")
SHAPE = re.compile(rb'\b(?:class|type|role)="([^"]*)"')
# The same beside every page, so the second and third time it is left out.
SIDEBAR = "#nav-sidebar"
ASK = """async ({dark, rules, within, without}) => {
    document.documentElement.classList.toggle("dark", dark);
    document.getAnimations().forEach((one) => one.finish());
    const found = await axe.run(
        {...(within && {include: within}), exclude: without},
        {
            ...(rules && {runOnly: rules}),
            rules: {"target-size": {enabled: true}},
            resultTypes: ["violations"],
            preload: false,
        },
    );
    return found.violations
        .filter((one) => ["serious", "critical"].includes(one.impact))
        .flatMap(({id, nodes}) => nodes.map((one) => `${id}: ${one.html}`));
}"""
# Of elements side by side that are built alike, only the first is left.
ONE_OF_EACH = """() => {
    const shape = (node) => {
        const own = [node.localName, node.className, node.type, node.role];
        return `${own.join(" ")}(${[...node.children].map(shape).join()})`;
    };
    for (const list of document.querySelectorAll("tbody, tr, ul, ol, dl, select")) {
        if (list.closest("svg")) continue;
        const seen = new Set();
        for (const node of [...list.children]) {
            if (list.localName === "tr" && node.localName !== "td") continue;
            const its = shape(node);
            if (seen.has(its)) node.remove();
            seen.add(its);
        }
    }
}"""
# So many pages each push looks at.
MOST = 5
FILE = re.compile(r"\.\w+$|/pdf/|/calendar/")
DIALOG = ".et-dialog"
# A link of the page to this address, clicked.
FOLLOW = """path => {
    const link = document.createElement("a");
    link.href = path;
    document.getElementById("page-content").append(link);
    link.click();
    link.remove();
}"""


def look(
    page: Page,
    width: int,
    rules: list[str] | None,
    *,
    dark: bool,
    within: str = "",
    apart: bool = False,
) -> list[str]:
    """What axe finds serious or critical at that width and in that scheme; `apart`
    from what stands beside every page, which is left out with chosen rules, too."""
    page.emulate_media(color_scheme="dark" if dark else "light")
    page.set_viewport_size({"width": width, "height": 844})
    asked = {
        "dark": dark,
        "rules": rules,
        "within": [within] if within else None,
        "without": [SIDEBAR] if apart or (rules and not within) else [],
    }
    return [f"{width} {'dark' * dark} {value}" for value in page.evaluate(ASK, asked)]


def barriers(browser: OfflineBrowser, path: str, *, once: bool = False) -> list[str]:
    """All looks at what was kept for that address, or only the first."""
    browser.page.set_viewport_size({"width": DESK, "height": 844})
    page = browser.show(path)
    page.evaluate(AXE_SCRIPT)
    seen = look(page, DESK, None, dark=False) if once else looks(page)
    return [f"{path}: {text}" for text in seen]


def looks(page: Page, within: str = "") -> list[str]:
    """In light, in dark and on a phone."""
    return [
        *look(page, DESK, None, dark=False, within=within),
        *look(page, DESK, IN_DARK, dark=True, within=within),
        *look(page, PHONE, ON_A_PHONE, dark=False, within=within),
    ]


def readers_of_pages() -> Iterator[tuple[str, str]]:
    """Every page, the start page of everybody, and what is not there."""
    for name, path in page_addresses().items():
        if not path.endswith(".png"):
            yield path, first(OWNERS_PAGES.get(name, set(EVERYBODY)))
    yield from (("/admin/", name) for name in EVERYBODY)
    yield "/admin/e/no-such-purchase/", "lead"


def readers_of_acts() -> Iterator[tuple[str, str]]:
    """The form of every act, for somebody who may do it."""
    for name in ACTS:
        if may := {text for text in EVERYBODY if expected(name, text) == 200}:
            yield address(name), first(may)


def readers_of_lists() -> Iterator[tuple[str, str]]:
    """Every list, and a row of each."""
    for name, path in list_addresses().items():
        yield path, first(LISTS_FOR.get(name, AUDITORS))
    for model in site._registry:
        if row := model._default_manager.first():
            stem = f"admin:{model._meta.app_label}_{model._meta.model_name}"
            yield reverse(f"{stem}_change", args=[row.pk]), "lead"


def first(names: set[str]) -> str:
    """The one of them who comes first, so mostly the owner."""
    return next(name for name in EVERYBODY if name in names)


NIGHTLY = pytest.mark.nightly(
    reason="300 pages, forms, lists and rows of few kinds; each push looks once at "
    "8 that have most kinds of elements among them",
    short="::test_most_kinds_of_elements_have_no_barrier[chromium]",
)


@pytest.mark.parametrize(
    ("kind", "readers", "share", "least"),
    [
        pytest.param("pages", readers_of_pages, slice(0, None, 2), 22, marks=NIGHTLY),
        pytest.param("pages", readers_of_pages, slice(1, None, 2), 22, marks=NIGHTLY),
        pytest.param("acts", readers_of_acts, slice(0, None, 2), 45, marks=NIGHTLY),
        pytest.param("acts", readers_of_acts, slice(1, None, 2), 45, marks=NIGHTLY),
        pytest.param("lists", readers_of_lists, slice(None), 45, marks=NIGHTLY),
    ],
)
def test_nothing_of_the_admin_has_a_barrier(
    people: dict[str, User],
    page: Page,
    figure: Callable[[str], None],
    kind: str,
    readers: Callable[[], Iterator[tuple[str, str]]],
    share: slice,
    least: int,
) -> None:
    clients = {name: signed_in(user) for name, user in people.items()}
    found, seen = [], 0
    with offline_browser(page, Client()) as browser:
        for path, who in [*readers()][share]:
            browser.client = clients[who]
            if browser.fetch(path):
                found += barriers(browser, path)
                seen += 1
    figure(f"axe: {seen} {kind} in light, in dark, on a phone; found: {len(found)}")
    assert found == []
    assert (browser.reports, browser.foreign) == ([], [])
    assert seen > least


@NIGHTLY
def test_no_act_has_a_barrier_over_its_page(
    people: dict[str, User], page: Page, figure: Callable[[str], None]
) -> None:
    clients = {name: signed_in(user) for name, user in people.items()}
    found, seen = [], 0
    with offline_browser(page, clients["lead"]) as browser:
        below = page_addresses()["evaluation_candidates"]
        browser.open(below)
        page.evaluate(AXE_SCRIPT)
        for path, who in readers_of_acts():
            answer = clients[who].get(path, headers={"X-Dialog": "yes"})
            if answer.status_code != 200:
                continue
            browser.keep(path, answer)
            page.set_viewport_size({"width": DESK, "height": 844})
            page.evaluate(FOLLOW, path)
            page.locator(f"{DIALOG}[open]").wait_for()
            found += [f"{path}: {text}" for text in looks(page, DIALOG)]
            page.keyboard.press("Escape")
            page.locator(f"{DIALOG}:not(:has(*))").wait_for(state="attached")
            seen += 1
    figure(f"axe: {seen} acts over a page in light, in dark, on a phone: {len(found)}")
    assert found == []
    assert (browser.reports, browser.foreign) == ([], [])
    assert seen > 90


def elements(html: bytes) -> set[tuple[bytes, bytes]]:
    """The kinds of elements in it: tag, and each word that says how it looks."""
    return {
        (tag, word)
        for tag, attributes in ELEMENT.findall(html)
        for value in SHAPE.findall(attributes)
        for word in value.split()
    }


def covering(
    kinds: dict[str, set[tuple[bytes, bytes]]],
) -> Iterator[str]:
    """A few addresses that have every kind among them: always that with most."""
    left = set[tuple[bytes, bytes]]().union(*kinds.values())
    while left:
        best = max(kinds, key=lambda path: len(kinds[path] & left))
        left -= kinds[best]
        yield best


def pages_of_each_template() -> Iterator[tuple[str, str]]:
    """Every page, the first act of each template, and a list."""
    for path, who in readers_of_pages():
        if not FILE.search(path):
            yield path, who
    templates = set[str]()
    for name, act in ACTS.items():
        may = {text for text in EVERYBODY if expected(name, text) == 200}
        if may and act.template not in templates:
            templates.add(act.template)
            yield address(name), first(may)
    name, path = next(iter(list_addresses().items()))
    yield path, first(LISTS_FOR.get(name, AUDITORS))


def test_most_kinds_of_elements_have_no_barrier(
    answers: Answers, page: Page, figure: Callable[[str], None]
) -> None:
    """Of a page of each template those 5 that have most kinds of elements, with
    one of each row that is repeated."""
    found, kinds = [], {}
    with offline_browser(page, Client()) as browser:
        for path, who in pages_of_each_template():
            if path not in kinds and browser.keep(path, answers.get(who, path)):
                kinds[path] = elements(browser.answers[path].body)
        chosen = [*islice(covering(kinds), MOST)]
        page.set_viewport_size({"width": DESK, "height": 844})
        for path in chosen:
            browser.show(path)
            page.evaluate(ONE_OF_EACH)
            page.evaluate(AXE_SCRIPT)
            # What stands beside every page is asked once.
            seen = look(page, DESK, None, dark=False, apart=path != chosen[0])
            found += [f"{path}: {text}" for text in seen]
    every = set[tuple[bytes, bytes]]().union(*kinds.values())
    looked = set[tuple[bytes, bytes]]().union(*(kinds[path] for path in chosen))
    figure(
        f"axe: {len(chosen)} of {len(kinds)} pages and forms with {len(looked)} of "
        f"{len(every)} kinds of elements: {len(found)} found"
    )
    assert found == []
    assert (browser.reports, browser.foreign) == ([], [])
    assert len(looked) > 0.6 * len(every)


@NIGHTLY
def test_no_kind_of_element_has_a_barrier(
    people: dict[str, User], page: Page, figure: Callable[[str], None]
) -> None:
    """Of all pages, forms, lists and rows as few as have every kind of element."""
    clients = {name: signed_in(user) for name, user in people.items()}
    found, kinds = [], {}
    with offline_browser(page, Client()) as browser:
        for path, who in (
            *readers_of_pages(),
            *readers_of_acts(),
            *readers_of_lists(),
        ):
            browser.client = clients[who]
            # The start page of each reader is another one, and is looked at at night.
            if path not in kinds and browser.fetch(path):
                kinds[path] = elements(browser.answers[path].body)
        chosen = [*covering(kinds)]
        for path in chosen:
            found += barriers(browser, path, once=True)
    figure(
        f"axe: {len(chosen)} of {len(kinds)} pages, forms and rows with all kinds "
        f"of elements: {len(found)} found"
    )
    assert found == []
    assert (browser.reports, browser.foreign) == ([], [])
    assert len(chosen) > 20


@pytest.mark.parametrize(
    ("most", "once"),
    [
        (3, True),
        pytest.param(
            99,
            False,
            marks=pytest.mark.nightly(
                reason="all, in dark and on a phone, too; each push looks at three",
                short="[chromium-3-True]",
            ),
        ),
    ],
)
def test_a_form_that_comes_back_has_no_barrier(
    people: dict[str, User], page: Page, most: int, once: bool
) -> None:
    """Of each template of acts the first form that is refused when it is sent empty."""
    lead, done, found = signed_in(people["lead"]), set[str](), []
    with offline_browser(page, lead) as browser:
        for name, act in ACTS.items():
            if act.template in done or expected(name, "lead") != 200:
                continue
            if len(done) == most:
                break
            with around_tests():
                answer = lead.post(path := address(name))
                transaction.set_rollback(True)
            if answer.status_code == 400:
                done.add(act.template)
                browser.keep(path, answer)
                found += barriers(browser, path, once=once)
    assert found == []
    assert len(done) >= min(most, 9)


def test_axe_sees_what_it_is_there_for(page: Page, db: None) -> None:
    body = "<title>x</title><img src=x><p style='color:#999;background:#aaa'>Pale</p>"
    with offline_browser(page, Client()) as browser:
        browser.answers["/"] = Answer(200, {"Content-Type": "text/html"}, body.encode())
        kinds = {
            barrier.split(": ")[1].split()[-1] for barrier in barriers(browser, "/")
        }
    assert {"color-contrast", "image-alt"} <= kinds
