"""The web application, for gunicorn."""

import gc
import os
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "evaltracker.settings")

# The largest body that the proxy passes on (deploy/proxy/nginx.conf).
MOST_BODY = 12 * 1024 * 1024

type Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def reads_whole_bodies(application: Application) -> Application:
    """The same, and what it leaves of a body it refuses is read, too.

    gunicorn ends a connection on which more than 64 kB are left, and the proxy may
    just have sent the next call on it, of somebody else.
    """

    def answer(
        environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        response = application(environ, start_response)
        left = MOST_BODY
        with suppress(OSError):  # who sends it may be gone
            while left > 0 and (data := environ["wsgi.input"].read(min(left, 65_536))):
                left -= len(data)
        return response

    return answer


application = reads_whole_bodies(get_wsgi_application())
# What it imports can be translated, which it may be from here on.
from evaltracker.serving.https import refuse_https_without_proxy  # noqa: E402

refuse_https_without_proxy()
# Else the first request of each process would load all pages.
_ = get_resolver().url_patterns

# What is loaded by now stays: looking through it again whenever a large page is made
# costs a tenth of the page.
gc.collect()
gc.freeze()
