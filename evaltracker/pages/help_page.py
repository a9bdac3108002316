"""The help: guides and reference, for everybody who is signed in."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from evaltracker.errors import NotFound
from evaltracker.pages.guides import (
    GUIDES,
    PICTURES,
    REFERENCE,
    guide_html,
)
from evaltracker.pages.site import site


def help_page(request: HttpRequest, name: str) -> HttpResponse:
    """A guide or a reference, beside the list of all of them."""
    title = GUIDES.get(name) or REFERENCE.get(name)
    if title is None:
        raise NotFound
    lists = [("Guides", GUIDES), ("Look up", REFERENCE)]
    return site.page(
        request,
        "evaltracker/help.html",
        title=f"Help: {title}",
        crumbs=[("Help", "")],
        text=guide_html(name),
        lists=[
            (
                heading,
                [
                    (label, reverse("admin:help", args=[one]), one == name)
                    for one, label in names.items()
                ],
            )
            for heading, names in lists
        ],
    )


def help_picture(request: HttpRequest, name: str) -> HttpResponse:
    """One of the documents' pictures."""
    known = {file.name: file for file in PICTURES.glob("*.png")}
    if name not in known:
        raise NotFound
    return HttpResponse(known[name].read_bytes(), content_type="image/png")


site.register_page("help/<slug:name>/", help_page, "help")
site.register_page("help/pictures/<str:name>", help_picture, "help_picture")
