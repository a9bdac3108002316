"""What leads from each page of an invitation to the others."""

from collections.abc import Callable

from django.urls import reverse

from vendors.models import Candidate

FIRST = (("Your answers", "answers"), ("Your prices", "quote"))
LAST = (
    ("Questions and answers", "questions"),
    ("Propose a requirement", "proposals"),
    ("Let a colleague in", "colleagues"),
)

# What other modules and floors add: a label and an address, or None where there is
# nothing to see yet.
LINKS: list[Callable[[Candidate], tuple[str, str] | None]] = []


def links_of(candidate: Candidate) -> list[tuple[str, str]]:
    """Label and address of each page that there is."""
    found = (link(candidate) for link in LINKS)
    return [
        *(_own(candidate, *page) for page in FIRST),
        *(link for link in found if link is not None),
        *(_own(candidate, *page) for page in LAST),
    ]


def _own(candidate: Candidate, label: str, page: str) -> tuple[str, str]:
    return label, reverse(f"vendor_pages:{page}", args=(candidate.pk,))
