"""A paginator that does not count a million rows to show twenty."""

from typing import Any

from django.core.paginator import Paginator
from django.utils.functional import cached_property

CAP = 10_000


class CappedPaginator(Paginator):  # type: ignore[type-arg]
    """Counts up to `CAP` and then says "more"; a search reaches what is beyond."""

    @cached_property
    def _seen(self) -> int:
        # Unordered, so that an index or a short scan is enough for the database.
        rows: Any = self.object_list
        return int(rows.order_by()[: CAP + 1].count())

    @cached_property
    def count(self) -> int:
        """How many rows can be paged through, at most `CAP`."""
        return min(self._seen, CAP)

    @property
    def capped(self) -> bool:
        """Whether there are more rows than are counted."""
        return self._seen > CAP
