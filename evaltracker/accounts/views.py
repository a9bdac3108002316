"""Where the library's own view would break."""

from allauth.socialaccount.helpers import render_authentication_error
from allauth.socialaccount.providers.openid_connect.views import login
from django.http import HttpRequest, HttpResponse
from requests import RequestException


def start_sign_on(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Send the person to the company's sign-on; say so if it cannot be reached."""
    answer: HttpResponse
    try:
        answer = login(request, provider_id)
    except RequestException as error:
        answer = render_authentication_error(request, None, exception=error)
    return answer
