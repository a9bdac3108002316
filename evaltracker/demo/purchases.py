"""The demo evaluations, made through the same services as everybody's."""

from collections.abc import Callable

from evaltracker.demo import notebooks, platform, renewals
from evaltracker.demo import notebooks as benchmark
from evaltracker.demo import steps as catalogue
from evaltracker.evaluations.models import Evaluation, User

type Loader = Callable[[dict[str, User]], Evaluation]

# The oldest first: lists show the newest on top, and that is the purchase of the brief.
EVALUATIONS: dict[str, Loader] = {
    renewals.SLUG: renewals.load,
    benchmark.SLUG: benchmark.load,
    notebooks.NOTEBOOKS_SLUG: notebooks.notebooks_load,
    catalogue.SLUG: catalogue.load,
    platform.SLUG: platform.load,
}
