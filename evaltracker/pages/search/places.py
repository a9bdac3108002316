"""Pages by name: of the evaluation at hand, and of the product."""

from collections.abc import Sequence

from django.http import HttpRequest

from evaltracker.kit.full_text import words_of
from evaltracker.pages.navigation import groups_for
from evaltracker.pages.search.registry import Hit, Reader
from evaltracker.pages.site import site
from evaltracker.pages.tabs import all_tabs, tab_address


def page_hits(request: HttpRequest, reader: Reader, words: Sequence[str]) -> list[Hit]:
    """The pages that the reader may open and whose names hold all words."""
    return [hit for hit in _pages(request, reader) if names(hit.label, words)]


def names(label: str, words: Sequence[str]) -> bool:
    """Whether every word begins one of the label's."""
    said = words_of(label)
    return all(any(name.startswith(word) for name in said) for word in words)


def _pages(request: HttpRequest, reader: Reader) -> list[Hit]:
    found: list[Hit] = []
    if reader.evaluation is not None:
        found = [
            Hit(tab.label, address, str(reader.evaluation))
            for tab in all_tabs()
            if (address := tab_address(tab, reader.evaluation, reader.user))
        ]
    found += [
        Hit(item["title"], item["link"], group["title"])
        for group in groups_for(site, request)
        for item in group["items"]
    ]
    return found
