"""What every benchmark needs: services, servers, a fair race, and a report.

The method, for all of them: whoever is compared runs in the same minutes on the same
machine, call by call in turns, in nine blocks; the figure is a ratio of 10th
percentiles. The floor runs twice (A/A): if the method cannot tell it from itself, the
run is INVALID whatever else it says. Every status, row count and exit code is checked,
because a crashed process is fast.

To add a benchmark, write `bench/NAME.py`; `./dev bench NAME` finds it:

    def main(arguments: Sequence[str]) -> int:
        size = Size.of(arguments)  # understands --quick
        with place() as here, product(here) as ours:
            # Models can be imported once there is a product.
            from bench.seeds import many_invitations

            invited = many_invitations(20, asked=200)
            floor = here.serve("bench.contenders.floor_lists:application", FLOOR_ENV)
            site = ours.serve("evaltracker.wsgi", workers=1)
            contenders = {
                "floor": Wire(floor).caller(request, expect=200),
                "floor again": Wire(floor).caller(request, expect=200),
                "product": Wire(site).caller(other_request, expect=200),
            }
            race = alternate(contenders, size)
            return report(
                "lists",
                race,
                same=("floor", "floor again"),
                goals=[Goal("G12", "product", "floor", most=1.25)],
            )

A contender is any function without arguments that does one unit of work and raises
when it went wrong; SQL on an open connection does as well as a call over HTTP. What can
be counted exactly (statements, rows, nodes) is a test in `tests/`, not a benchmark.
"""

from bench.harness.place import Place, place
from bench.harness.product import Product, product
from bench.harness.race import Race, Size, alternate
from bench.harness.report import Goal, report
from bench.harness.wire import Wire, get, post

__all__ = [
    "Goal",
    "Place",
    "Product",
    "Race",
    "Size",
    "Wire",
    "alternate",
    "get",
    "place",
    "post",
    "product",
    "report",
]
