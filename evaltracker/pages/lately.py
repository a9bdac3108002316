"""Numbers beside every page, which are counted every half minute and not for each.

What the reader does shows at once: the session says when they did something last. What
others do shows within `COUNT_AGAIN_SECONDS`. Pages themselves never read these.
"""

import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.cache import caches
from django.http import HttpRequest

ACTED = "acted_at"


def note_act(request: HttpRequest) -> None:
    """Remember that the reader has just changed something, in every process."""
    if request.user.is_authenticated:
        request.session[ACTED] = time.time()


def counted_lately[N](request: HttpRequest, about: str, count: Callable[[], N]) -> N:
    """What `count` gives, or gave the same reader lately; `about` names it."""
    user: Any = request.user
    session = getattr(request, "session", {})
    key = f"lately:{user.pk}:{session.get(ACTED, 0)}:{about}"
    kept = caches["process"]
    found: N | None = kept.get(key)
    if found is None:
        found = count()
        kept.set(key, found, settings.COUNT_AGAIN_SECONDS)
    return found
