"""What holds for every request of somebody who is logged in."""

from collections.abc import Callable
from typing import Any

from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse

from evaltracker.accounts.devices import remember
from evaltracker.evaluations.models import User
from evaltracker.pages.reauthentication import note_use, why_ended
from evaltracker.pages.site import site
from evaltracker.rest.problems import CONTENT_TYPE, problem_body

NEEDED = (
    "A second factor is needed here. Add an authenticator app or a security key to go "
    "on; it takes a minute and is asked for at each login."
)
FACTORS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
# What somebody without a second factor may still open: where one is set up.
OPEN = ("account_reauthenticate", "account_logout", "logout", "login", "account_login")


def somebody(request: HttpRequest) -> User | None:
    """Who is logged in by a session; asks nothing where no session came along."""
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return None
    user: Any = request.user
    return user if user.is_authenticated else None


class SessionEndMiddleware:
    """Ends a session eight hours after its login (R35), or when nobody uses it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request, as a stranger's if its session has ended."""
        if somebody(request):
            if why := why_ended(request.session):
                logout(request)
                messages.info(request, why)
            else:
                note_use(request.session)
        response = self.get_response(request)
        if person := getattr(request, "signed_in_here", None):
            remember(request, response, person)
        return response


class SecondFactorMiddleware:
    """Leads who has no second factor to where one is set up, and nowhere else."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Nothing: what is asked for is known only in `process_view`."""
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponse | None:
        """Turn away whoever owes a second factor."""
        if not settings.REQUIRE_SECOND_FACTOR:
            return None
        match: Any = request.resolver_match
        name = match.url_name or ""
        if name in OPEN or name.startswith("mfa_"):
            return None
        user = somebody(request)
        if user is None or not owes_factor(request, user):
            return None
        if request.path.startswith("/api/"):
            body = problem_body(403, NEEDED, "second_factor_needed")
            return JsonResponse(body, status=403, content_type=CONTENT_TYPE)
        messages.warning(request, NEEDED)
        return HttpResponseRedirect(reverse("mfa_index"))


def owes_factor(request: HttpRequest, user: User) -> bool:
    """Whether `user` has to set up a second factor before anything else."""
    if is_mfa_enabled(user, FACTORS):
        return False
    return not (settings.OIDC_SECOND_FACTOR and signed_on_elsewhere(request, user))


def signed_on_elsewhere(request: HttpRequest, user: User) -> bool:
    """Whether this session began at the company's sign-on."""
    records = get_authentication_records(request, user)
    return any(record["method"] == "socialaccount" for record in records)


class FrameMiddleware:
    """Gives the library's pages the admin's frame: navigation, colours, favicon."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_template_response(self, request: HttpRequest, response: Any) -> Any:
        """Add what the frame's templates read, without replacing anything."""
        match = request.resolver_match
        if match and (match.route.startswith("accounts/") or match.url_name == "login"):
            frame = {
                **site.each_context(request),
                "crumbs": [("Your account", reverse("admin:my_account"))],
            }
            user = somebody(request)
            if settings.REQUIRE_SECOND_FACTOR and user and owes_factor(request, user):
                # Whatever the navigation offers would lead back here.
                frame["is_nav_sidebar_enabled"] = False
            response.context_data = {**frame, **(response.context_data or {})}
        return response
