"""What is said where no view answers: a problem below an API's address, else a page."""

import sys
from collections.abc import Callable
from http import HTTPStatus

from django.db import transaction
from django.http import (
    HttpRequest,
    HttpResponseBase,
    HttpResponsePermanentRedirect,
    JsonResponse,
)
from django.urls import Resolver404, resolve
from django.views import defaults
from django.views.decorators.csrf import csrf_exempt

from evaltracker.errors import Unavailable, disk_is_full
from evaltracker.kit.database_away import database_is_away
from evaltracker.rest.problems import CONTENT_TYPE, problem_body


def problem_page(status: int, *, below: str = "/") -> Callable[..., HttpResponseBase]:
    """An error page of a URL configuration: a problem below `below`, else HTML.

    That of a fault says so if the database is away (503) or a disk full (507).
    """
    pages: dict[int, Callable[..., HttpResponseBase]] = {
        400: defaults.bad_request,
        403: defaults.permission_denied,
        404: defaults.page_not_found,
    }

    def page(
        request: HttpRequest, exception: Exception | None = None
    ) -> HttpResponseBase:
        as_problem = request.path_info.startswith(below)
        if status == HTTPStatus.INTERNAL_SERVER_ERROR:
            error = sys.exception()
            if database_is_away(error):
                return _away(request, as_problem=as_problem)
            if disk_is_full(error):
                full = HTTPStatus.INSUFFICIENT_STORAGE
                return _no_fault(request, full, as_problem=as_problem)
        if as_problem:
            return _as_problem(status)
        if status in pages:
            return pages[status](request, exception)
        return defaults.server_error(request)

    return page


def _as_problem(status: int) -> JsonResponse:
    return JsonResponse(
        problem_body(status),
        status=status,
        content_type=CONTENT_TYPE,
        headers={"Cache-Control": "no-store"},
    )


def _away(request: HttpRequest, *, as_problem: bool) -> HttpResponseBase:
    status = HTTPStatus.SERVICE_UNAVAILABLE
    answer = _no_fault(request, status, as_problem=as_problem)
    answer.headers["Retry-After"] = str(Unavailable.retry_after)
    return answer


def _no_fault(
    request: HttpRequest, status: HTTPStatus, *, as_problem: bool
) -> HttpResponseBase:
    """An answer to what went wrong around the product."""
    if as_problem:
        return _as_problem(status)
    answer = defaults.server_error(request, template_name=f"{status}.html")
    answer.status_code = status
    return answer


@csrf_exempt
@transaction.non_atomic_requests
def not_there(request: HttpRequest) -> HttpResponseBase:
    """The end of every list of API addresses: whatever is left is not there, or has
    lost its last slash."""
    return to_last_slash(request) or problem_page(404)(request)


def to_last_slash(request: HttpRequest) -> HttpResponseBase | None:
    """From a view that ends a list of addresses: the way to the one with a slash.

    A redirect with the same method and body (308), if something is served there; it
    tells no more than the addresses themselves, which are public.
    """
    if request.path_info.endswith("/"):
        return None
    try:
        served = resolve(f"{request.path_info}/").func
    except Resolver404:
        return None
    if served == resolve(request.path_info).func:
        return None
    address = request.get_full_path(force_append_slash=True)
    return HttpResponsePermanentRedirect(address, preserve_request=True)
