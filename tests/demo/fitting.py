"""How long a page is, what it cuts off, and how many next steps it shows."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from django.contrib.staticfiles import finders
from django.test import Client
from playwright.sync_api import Browser, Page, Route

from evaltracker.evaluations.models import User
from tests.clients import signed_in

HOME = "http://fits.test"
WIDE, NARROW, LAPTOP = (1440, 900), (390, 844), (1280, 900)
ROWS = 15  # of a grid count, however many it has

# Folds closed, every box that scrolls in the page grown to what it holds, and a grid
# cut to its first rows; then the height of the document.
HEIGHT = """most => {
    const main = document.querySelector("#main-content");
    const settle = box => {
        box.style.maxHeight = "none";
        const edges = box.offsetHeight - box.clientHeight;
        box.style.height = `${box.scrollHeight + edges}px`;
    };
    for (const fold of main.querySelectorAll("details[open]")) {
        fold.removeAttribute("open");
    }
    const seen = row => row.offsetHeight;
    for (const matrix of main.querySelectorAll(".mx")) {
        const rows = [...matrix.querySelectorAll(":is(tbody, tfoot) tr")];
        rows.filter(seen).slice(most).forEach(row => row.remove());
    }
    for (const grid of main.querySelectorAll(".tabulator-tableholder")) {
        const rows = grid.querySelector(".tabulator-table");
        const shown = [...rows.children].filter(seen);
        // Only the rows in sight are drawn; the others have their room.
        const number = Math.max(grid.closest("[aria-rowcount]").ariaRowCount - 1, 1);
        const high = shown[most]
            ? shown[most].offsetTop - shown[0].offsetTop
            : rows.scrollHeight * Math.min(most / number, 1);
        const table = grid.closest(".tabulator");
        Object.assign(table.style, { height: "auto", maxHeight: "none" });
        Object.assign(grid.style, {
            height: `${high}px`, minHeight: 0, maxHeight: "none", overflow: "clip",
        });
    }
    for (let pass = 0; pass < 3; pass += 1) {
        for (const box of main.querySelectorAll("*")) {
            const over = getComputedStyle(box).overflowY;
            if (!["auto", "scroll"].includes(over)) continue;
            if (box.scrollHeight > box.clientHeight + 1) settle(box);
        }
    }
    return document.documentElement.scrollHeight;
}"""

# What reaches out of the box that it scrolls or is clipped in, or out of the page.
CUT_OFF = """isWide => {
    const cut = [];
    const page = document.documentElement;
    if (page.scrollWidth > page.clientWidth) cut.push("the page scrolls sideways");
    for (const thing of document.querySelectorAll("#main-content *")) {
        const edge = thing.getBoundingClientRect();
        if (!thing.checkVisibility({ visibilityProperty: true })) continue;
        if (edge.width < 2 || edge.height < 2 || thing.closest("svg *")) continue;
        if (thing.closest(".et-hidden, [aria-hidden='true']")) continue;
        if (isWide && thing.closest(".tabulator")) continue;
        let box = thing.parentElement;
        while (box && getComputedStyle(box).overflowX === "visible") {
            box = box.parentElement;
        }
        if (!box || box.closest(".et-hidden")) continue;
        const right = box === page || box === document.body
            ? page.clientWidth : box.getBoundingClientRect().right;
        if (edge.right > right + 1) {
            cut.push(`${thing.tagName.toLowerCase()}.${thing.className} `
                + `“${thing.textContent.trim().slice(0, 30)}” by `
                + `${Math.round(edge.right - right)}px`);
        }
    }
    return cut.slice(0, 5);
}"""

NEXT_STEPS = """() => [...document.querySelectorAll(".et-button--primary")]
    .filter(button => button.closest("#main-content"))
    .filter(button => button.checkVisibility({ visibilityProperty: true }))
    .map(button => button.textContent.trim().replace(/\\s+/g, " "))"""


@contextmanager
def one_connection() -> Iterator[None]:
    """Inside the loop that Playwright runs, Django would give each handler a database
    connection of its own, which sees nothing of the test's."""
    loop = asyncio._get_running_loop()
    asyncio._set_running_loop(None)
    try:
        yield
    finally:
        asyncio._set_running_loop(loop)


@dataclass
class Fitting:
    """A browser that is answered by the product itself, inside the test's own
    transaction; it opens pages as one login after the other."""

    browser: Browser
    clients: dict[str, Client] = field(default_factory=dict)

    def open(self, username: str, path: str, size: tuple[int, int]) -> Page:
        width, height = size
        page = self.browser.new_page(viewport={"width": width, "height": height})
        if username not in self.clients:
            with one_connection():
                self.clients[username] = signed_in(User.objects.get(username=username))
        client = self.clients[username]
        page.route("**/*", lambda route: answer(client, route))
        page.goto(f"{HOME}{path}")
        page.wait_for_load_state("networkidle")
        return page


def answer(client: Client, route: Route) -> None:
    """What the product, or its folder of files, has at the address."""
    request = route.request
    address = urlsplit(request.url)
    path = address.path + (f"?{address.query}" if address.query else "")
    if request.method != "GET" or not request.url.startswith(HOME):
        route.abort()
    elif path.startswith("/static/") and (
        file := finders.find(address.path.removeprefix("/static/"))
    ):
        route.fulfill(path=str(file))
    else:
        names = ("accept", "x-dialog", "x-part")
        sent = {name: request.headers.get(name, "") for name in names}
        with one_connection():
            got: Any = client.get(path, headers={k: v for k, v in sent.items() if v})
            body = b"".join(got.streaming_content) if got.streaming else got.content
        headers = dict(got.headers.items())
        route.fulfill(status=got.status_code, headers=headers, body=body)
