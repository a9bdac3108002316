"""Where who has no password here shows again who they are: at the company's sign-on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allauth.socialaccount.adapter import get_adapter
from django.urls import reverse

from evaltracker.evaluations.admin.proof import sign_on_again
from evaltracker.evaluations.admin.site import site

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


def sign_on_page(request: HttpRequest) -> HttpResponse:
    """A link to each provider, which asks the person anew and sends them back.

    A link, because the policy lets no form of ours end at another host.
    """
    back = request.GET.get("next", reverse("admin:index"))
    return site.page(
        request,
        "evaluations/sign_on_again.html",
        title="Show who you are",
        crumbs=[("Show who you are", "")],
        ways=[
            (provider.name, sign_on_again(request, provider, back))
            for provider in get_adapter(request).list_providers(request)
        ],
    )


site.register_page("account/again/", sign_on_page, "sign_on_again")
