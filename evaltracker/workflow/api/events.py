"""The feed of events of one purchase, for people's programs."""

import re
from typing import Any

from evaltracker.errors import Invalid
from evaltracker.evaluations.models import Evaluation, User
from evaltracker.notices.events import events_after, events_for
from evaltracker.toolbox.rest.views import limit_of
from evaltracker.workflow.api.reads import Params, made

NUMBER = re.compile(r"[0-9]{1,9}")


@made("events", "after", "limit", rule=None, by_head=True)
def read_events(person: User, evaluation: Evaluation, params: Params) -> dict[str, Any]:
    """Up to `limit` events above the number `after`, in their order.

    Raises:
        Invalid: `after` is no such number.
    """
    after = params.get("after", "0")
    if not NUMBER.fullmatch(after):
        raise Invalid("It must be a whole number.", field="after")
    entries = events_after(evaluation, int(after))[: limit_of(params)]
    return {"results": events_for(person, evaluation, list(entries))}
