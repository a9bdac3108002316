"""G12: the lists of tables that grow, at 100,000 and at 1,000,000 rows.

The same installation stands twice on one server of the database, once with 100,000 rows
in each of journal, notices, claims and evidence and once with 1,000,000; beside it the
stock admin shows the same columns of the larger. *My work* stands over the same rows.
The list of a hundred thousand runs twice, in two processes (A/A).
"""

import sys
from collections.abc import Callable, Sequence
from typing import Any

from bench.harness import (
    Goal,
    Place,
    Product,
    Size,
    Wire,
    alternate,
    get,
    place,
    product,
    report,
)

FEW, MANY = 100_000, 1_000_000
ROUNDS = 20
AGAIN = "few again"


def main(arguments: Sequence[str]) -> int:
    """Measure; 0 when the goals are reached."""
    share = 10 if "--quick" in arguments else 1
    size = Size.of(arguments, rounds=ROUNDS)
    codes = []
    with place() as here, product(here) as ours:
        # Models can be imported once there is a product.
        from bench.seeds.lists import LISTS, grow, purchases, twin

        keys = purchases()
        few = ours.env["DATABASE_URL"]
        grow(few, 1, FEW // share)
        many = twin(few, "product_of_many")
        grow(many, FEW // share + 1, MANY // share)
        sites = served(here, ours, many)
        pages = {name: model._meta for name, model in LISTS.items()}
        for who, key in keys.items():
            for name, meta in pages.items():
                path = f"/admin/{meta.app_label}/{meta.model_name}/"
                stock = f"/admin/stock_admin/{meta.model_name}/"
                print(f"\n{name}, as {who}")
                race = alternate(readers(sites, path, key, stock), size)
                goals = [
                    Goal("G12", "many", "few", most=1.25),
                    Goal("G12", "many", "stock, many", most=0.25),
                ]
                codes.append(
                    report(
                        f"lists-{name}-{who}", race, same=("few", AGAIN), goals=goals
                    )
                )
            print(f"\nMy work, as {who}")
            race = alternate(readers(sites, "/admin/", key), size)
            goals = [Goal("G12", "many", "few", most=1.25)]
            codes.append(
                report(f"lists-work-{who}", race, same=("few", AGAIN), goals=goals)
            )
    return max(codes)


def served(here: Place, ours: Product, many: str) -> dict[str, str]:
    """Everybody who shows lists."""
    first = ours.serve()  # collects the static files for the others, too
    app, env = "evaltracker.wsgi", ours.env
    stock = {"DATABASE_URL": many, "SECRET_KEY": "only for this run"}
    return {
        "few": first,
        AGAIN: here.serve(app, env),
        "many": here.serve(app, {**env, "DATABASE_URL": many}),
        "stock, many": here.serve("bench.contenders.stock_admin.wsgi", stock),
    }


def readers(
    sites: dict[str, str], path: str, key: str, stock: str = ""
) -> dict[str, Callable[[], Any]]:
    """Calls of one list by one person; of the stock admin where it has that list."""
    ours = get(path, Cookie=f"sessionid={key}")
    calls = {
        name: Wire(site).caller(lambda: ours, expect=200)
        for name, site in sites.items()
        if not name.startswith("stock")
    }
    if stock:
        theirs = get(stock)
        calls["stock, many"] = Wire(sites["stock, many"]).caller(
            lambda: theirs, expect=200
        )
    return calls


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
