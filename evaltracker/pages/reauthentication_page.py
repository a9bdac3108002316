"""Where who has no password here shows again who they are: at the company's sign-on."""

from allauth.socialaccount.adapter import get_adapter
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from evaltracker.pages.reauthentication import sign_on_again
from evaltracker.pages.site import site


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
