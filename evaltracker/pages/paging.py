"""Which page of a list is asked for."""

from django.http import HttpRequest

from evaltracker.errors import Invalid


def page_number(request: HttpRequest, last: int, name: str = "page") -> int:
    """The page asked for; `name` where an address has several.

    Raises:
        Invalid: it is no number, or there is no such page.

    """
    text = request.GET.get(name, "1")
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:6]) <= last:
        raise Invalid("There is no such page in this list.")
    return int(text)
