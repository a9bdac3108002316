"""The feed of events of one purchase, for people's programs."""

import json
import re

from evaltracker.errors import Invalid
from evaltracker.evaluations.models import Evaluation, User
from evaltracker.notices.events import events_after, events_for
from evaltracker.toolbox.rest.views import limit_of
from evaltracker.workflow.api.reads import Params, read

NUMBER = re.compile(r"[0-9]{1,9}")


def read_events(person: User, evaluation: Evaluation, params: Params) -> str:
    """Up to `limit` events above the number `after`, in their order.

    Raises:
        Invalid: `after` is no such number.
    """
    after = params.get("after", "0")
    if not NUMBER.fullmatch(after):
        raise Invalid("It must be a whole number.", field="after")
    entries = events_after(evaluation, int(after))[: limit_of(params)]
    events = events_for(person, evaluation, list(entries))
    return json.dumps({"results": events}, ensure_ascii=False)


read("events", make=read_events, params=("after", "limit"))
