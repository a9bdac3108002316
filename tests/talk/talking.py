"""The cast talks: about a requirement, a cell, a candidate, a price, a gap, a memo."""

from typing import Any

from evaltracker.evaluations.models import Comment, User
from evaltracker.evaluations.topic_types import TOPICS, Subject
from evaltracker.talk.services import add_comment


def subject(topic: str, row: Any, by: User, part: object = "") -> Subject:
    """What is talked about, as its topic finds it for `by`."""
    found = TOPICS[topic].find(by, row.pk, str(part))
    assert found is not None
    return found


def say(
    topic: str, row: Any, by: User, text: str = "Is it so?", **more: Any
) -> Comment:
    """A comment on that row, by somebody who sees it."""
    about = subject(topic, row, by, more.pop("part", ""))
    return add_comment(subject=about, text=text, by=by, **more)
