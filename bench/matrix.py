"""G5 to G8: the matrix of 20 × 500 and of 50 × 2,000, as people and programs read it.

The floor is bare WSGI and psycopg: it fetches the same claims and verdicts and joins
them to HTML (or, for workbooks, to raw XML in a zip), and knows no rule, no right and
no frame. Every cell of it is in its HTML, however many there are; the product's page
has all up to 10,000, and beyond that all as data and the first rows as HTML.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from bench.harness import Goal, Size, Wire, alternate, get, place, product, report
from bench.harness.browser import first_frames

if TYPE_CHECKING:
    from bench.seeds.matrix import Wall

# Candidates and requirements, rounds, and how much of the floor a 304 may take.
SIZES = (((20, 500), 20, 0.1), ((50, 2000), 4, 0.01))
SAME = ("floor", "floor again")
SHEETS = ("raw workbook", "raw workbook again")


def main(arguments: Sequence[str]) -> int:
    """Measure; 0 when the goals are reached."""
    codes = []
    with place() as here, product(here) as ours:
        # Models can be imported once there is a product.
        from bench.seeds.matrix import wall

        bare = {"DATABASE_URL": ours.env["DATABASE_URL"]}
        app = "bench.contenders.floor_matrix:application"
        floor, twin = here.serve(app, bare), here.serve(app, bare)
        site = ours.serve()
        for (across, down), rounds, unchanged in SIZES:
            made = wall(across, down)
            size = Size.of(arguments, rounds=rounds)
            print(f"\n{across} x {down}")
            reads = readers(floor, twin, site, made)
            goals = [
                Goal("G5", "page", "floor", most=1.3),
                Goal("G6", "JSON", "floor", most=1.1),
                Goal("G6", "page, unchanged", "floor", most=unchanged),
                Goal("G6", "JSON, unchanged", "floor", most=unchanged),
            ]
            race = alternate(reads, size)
            codes.append(report(f"matrix-{made.cells}", race, same=SAME, goals=goals))
        books = workbooks(floor, twin, site, made)
        race = alternate(books, Size.of(arguments, rounds=3))
        goals = [Goal("G7", "xlsx", SHEETS[0], most=2.2)]
        codes.append(report("matrix-xlsx", race, same=SHEETS, goals=goals))
        codes.append(first_frames(site, floor, made))
    return max(codes)


def readers(
    floor: str, twin: str, site: str, made: Wall
) -> dict[str, Callable[[], bytes]]:
    """Everybody who reads the matrix; the product's with a session and all it does."""
    plain = get(f"/{made.slug}/")
    page, api = get(made.page, Cookie=made.cookie), get(made.api, Cookie=made.cookie)
    known, programs = Wire(site), Wire(site)
    old_page = get(made.page, Cookie=made.cookie, If_None_Match=known.tag(page))
    old_api = get(made.api, Cookie=made.cookie, If_None_Match=programs.tag(api))
    return {
        "floor": Wire(floor).caller(lambda: plain, expect=200),
        "floor again": Wire(twin).caller(lambda: plain, expect=200),
        "page": Wire(site).caller(lambda: page, expect=200),
        "JSON": Wire(site).caller(lambda: api, expect=200),
        "page, unchanged": known.caller(lambda: old_page, expect=304),
        "JSON, unchanged": programs.caller(lambda: old_api, expect=304),
    }


def workbooks(
    floor: str, twin: str, site: str, made: Wall
) -> dict[str, Callable[[], bytes]]:
    """Who writes workbooks of the same cells."""
    raw = get(f"/{made.slug}/xlsx/")
    ours = get(f"{made.page}file/?format=xlsx", Cookie=made.cookie)
    return {
        SHEETS[0]: Wire(floor).caller(lambda: raw, expect=200),
        SHEETS[1]: Wire(twin).caller(lambda: raw, expect=200),
        "xlsx": Wire(site).caller(lambda: ours, expect=200),
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
