"""A site that is https refuses programs over http, and needs a proxy that says so."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.http import HttpRequest, HttpResponse

from evaltracker.toolbox.rest.problems import problem_answer, problem_body

# What programs call. They would follow a redirect each time and never notice that
# their token had gone out in the clear before it.
FOR_PROGRAMS = ("/api/", "/calendar/")
IN_THE_CLEAR = (
    "Call this over https. What you sent was readable on the way: replace your token."
)
NO_WORD_OF_TLS = (
    "This site is reached over https, through a proxy that says so. The proxy sent no "
    "header X-Forwarded-Proto: set it there (deploy/proxy/nginx.conf shows how), or "
    "open the site by its own address."
)
SENTENCE = (
    "SITE_URL begins with https://, but NUM_PROXIES is 0, so no proxy is trusted to "
    "say that a request came over TLS: every page would redirect to itself for ever."
)
HINT = (
    "Set NUM_PROXIES to the number of proxies in front, 1 for the one in "
    "docker-compose.yml; or begin SITE_URL with http:// for a trial without TLS."
)


class HttpsMiddleware:
    """Refuses what must not be redirected from http to https."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not settings.SECURE_SSL_REDIRECT or request.is_secure():
            return self.get_response(request)
        if request.path_info.startswith(FOR_PROGRAMS):
            return _refuse(HTTPStatus.FORBIDDEN, IN_THE_CLEAR, "https_required")
        if settings.NUM_PROXIES and "X-Forwarded-Proto" not in request.headers:
            return _refuse(HTTPStatus.BAD_REQUEST, NO_WORD_OF_TLS, "no_word_of_tls")
        return self.get_response(request)


def _refuse(status: HTTPStatus, sentence: str, code: str) -> HttpResponse:
    answer = problem_answer(problem_body(status, sentence, code))
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def misses_proxy() -> bool:
    """Whether the site is https and nobody is trusted to say that a request is."""
    return bool(settings.SECURE_SSL_REDIRECT and not settings.NUM_PROXIES)


@register(Tags.security)
def check_proxy(*args: Any, **kwargs: Any) -> list[CheckMessage]:
    if misses_proxy():
        return [Error(SENTENCE, hint=HINT, id="evaltracker.E010")]
    return []


def refuse_https_without_proxy() -> None:
    """End a web process that could serve nobody.

    Raises:
        SystemExit: with the sentence and how to mend it.
    """
    if misses_proxy():
        raise SystemExit(f"evaltracker: {SENTENCE} {HINT}")
