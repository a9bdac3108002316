"""Pages of an invitation that upper floors add to the vendor pages."""

from collections.abc import Callable

from vendors.models import Candidate

# Each gives a label and an address, or None where there is nothing to see yet.
LINKS: list[Callable[[Candidate], tuple[str, str] | None]] = []


def links_of(candidate: Candidate) -> list[tuple[str, str]]:
    """What there is to see besides the answers."""
    found = (link(candidate) for link in LINKS)
    return [link for link in found if link is not None]
