"""G8: how soon a browser shows the matrix, and of how many nodes it is made."""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING, Any

from playwright.sync_api import sync_playwright

from tests.chromium import find_chromium

if TYPE_CHECKING:
    from bench.seeds.matrix import Wall

MOST_NODES, MOST_TIME, TRIES = 60_000, 0.10, 5
# From the last byte to the first frame after which the page can be read.
FRAME = """() => new Promise((resolve) => {
    const [entry] = performance.getEntriesByType("navigation");
    requestAnimationFrame(() => setTimeout(() => resolve({
        frame: performance.now() - entry.responseEnd,
        nodes: document.getElementsByTagName("*").length,
    })));
})"""


def first_frames(site: str, floor: str, made: Wall) -> int:
    """Compare the product's page with the floor's plain table of all cells."""
    times: dict[str, list[float]] = {"page": [], "plain table": []}
    nodes: dict[str, int] = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find_chromium(), args=["--no-sandbox"]
        )
        context = browser.new_context()
        name, _, value = made.cookie.partition("=")
        context.add_cookies([{"name": name, "value": value, "url": site}])
        addresses = {"page": site + made.page, "plain table": f"{floor}/{made.slug}/"}
        for _ in range(TRIES):
            for who, address in addresses.items():
                frame, nodes[who] = _look(context, address)
                times[who].append(frame)
        browser.close()
    share = statistics.median(times["page"]) / statistics.median(times["plain table"])
    for who, found in times.items():
        print(f"  {who:32} {statistics.median(found):9.0f} ms, {nodes[who]:,} nodes")
    fine = share <= MOST_TIME and nodes["page"] <= MOST_NODES
    print(
        f"  G8   first frame {share:.3f}, goal ≤ {MOST_TIME}; "
        f"nodes {nodes['page']:,}, goal ≤ {MOST_NODES:,}  "
        f"{'ok' if fine else 'not reached'}"
    )
    return 0 if fine else 1


def _look(context: Any, address: str) -> tuple[float, int]:
    page = context.new_page()
    answer = page.goto(address, wait_until="domcontentloaded", timeout=120_000)
    if answer.status != 200:
        raise SystemExit(f"{address} answered {answer.status}.")
    found = page.evaluate(FRAME)
    page.close()
    return found["frame"], found["nodes"]
