"""What may stand in the address of a list: what the page itself writes there."""

import re
from collections.abc import Collection

from django.contrib.admin.views.main import ORDER_VAR, PAGE_VAR, SEARCH_VAR
from django.http import HttpRequest

from evaltracker.errors import Invalid

LONGEST_SEARCH = 200
MOST_WORDS = 20


def check_query(
    request: HttpRequest,
    *,
    filters: Collection[str] = (),
    columns: int = 0,
    searchable: bool = False,
) -> None:
    """Refuse an address that no link or form of the list can have made.

    Raises:
        Invalid: naming the parameter, never what a hidden row holds.

    """
    known = {*filters}
    if columns:
        known |= {ORDER_VAR, PAGE_VAR}
    if searchable:
        known.add(SEARCH_VAR)
    for name, values in request.GET.lists():
        if name not in known:
            raise Invalid("The address holds a parameter that this list has not.")
        if len(values) != 1:
            raise Invalid(f"The address holds “{name}” more than once.")
        if "\x00" in values[0] or "\ufffd" in values[0]:
            raise Invalid(f"“{name}” holds characters that are no text.")
    _check_order(request.GET.get(ORDER_VAR, ""), columns)
    _check_page(request.GET.get(PAGE_VAR, "1"))
    _check_search(request.GET.get(SEARCH_VAR, ""))


def _check_order(order: str, columns: int) -> None:
    if not order:
        return
    if not re.fullmatch(r"-?[0-9]{1,2}(\.-?[0-9]{1,2})*", order):
        raise Invalid("Sorting is given as numbers of columns.")
    if any(int(part.lstrip("-")) >= columns for part in order.split(".")):
        raise Invalid("There is no such column to sort by.")


def _check_page(page: str) -> None:
    if not re.fullmatch(r"[1-9][0-9]{0,5}", page):
        raise Invalid("A page is a number from 1.")


def _check_search(words: str) -> None:
    if len(words) > LONGEST_SEARCH or len(words.split()) > MOST_WORDS:
        raise Invalid(
            f"Search for at most {MOST_WORDS} words and {LONGEST_SEARCH} characters."
        )
