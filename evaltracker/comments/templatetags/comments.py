"""Talking on pages: a link with the number of comments, or the threads themselves."""

import re
from typing import Any
from uuid import UUID

from django import template
from django.template.context import Context
from django.template.defaultfilters import linebreaksbr
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from evaltracker.comments.policy import audience, is_frozen
from evaltracker.comments.selectors import counts_of, discussed_of, threads_on
from evaltracker.evaluations.models import Comment, Evaluation, User
from evaltracker.evaluations.topics import TOPICS, Subject, key_of
from evaltracker.pages.acts import address_of

register = template.Library()
# Up to a blank or a quotation mark; what ends a sentence is no part of it.
ADDRESS = re.compile(r"https?://[^\s<>\"'“”]+[^\s<>\"'“”.,;:!?)\]}]", re.IGNORECASE)
LINK = '<a href="{0}" rel="noopener noreferrer nofollow ugc" target="_blank">{0}</a>'


class Room:
    """What one page shows of the talk in an evaluation: read once for all its links."""

    def __init__(self, evaluation: Evaluation, user: User) -> None:
        self.evaluation, self.user = evaluation, user
        self._counts: Any = None
        self._open: dict[str, bool] = {}

    def is_open(self, topic: str) -> bool:
        """Whether subjects of a topic can be talked about with the reader."""
        if topic not in self._open:
            readers = audience(TOPICS[topic], self.evaluation)
            self._open[topic] = readers.filter(pk=self.user.pk).exists()
        return self._open[topic]

    def count(self, topic: str, subject_id: UUID, part: str) -> int:
        """How many comments there are to read."""
        if self._counts is None:
            self._counts = counts_of(self.user, self.evaluation)
        number: int = self._counts.get((topic, subject_id, part), 0)
        return number


def room_of(context: Context, evaluation: Evaluation) -> Room:
    """The one of this page."""
    request = context["request"]
    rooms = request.__dict__.setdefault("comment_rooms", {})
    if evaluation.pk not in rooms:
        rooms[evaluation.pk] = Room(evaluation, request.user)
    found: Room = rooms[evaluation.pk]
    return found


@register.inclusion_tag("comments/link.html", takes_context=True)
def discuss_link(
    context: Context,
    topic: str,
    subject_id: UUID,
    part: object = "",
    *,
    about: str = "",
) -> dict[str, Any]:
    """A link to what is said about a row, with how much it is; for its readers."""
    evaluation = context["evaluation"]
    room = room_of(context, evaluation)
    if not room.is_open(topic):
        return {"address": ""}
    number = room.count(topic, subject_id, str(part))
    if not number and is_frozen(TOPICS[topic], evaluation):
        return {"address": ""}
    address = f"{address_of('discuss')}{key_of(topic, subject_id, str(part))}/"
    return {"address": address, "number": number, "about": about}


@register.inclusion_tag("comments/discussed.html", takes_context=True)
def discussed(context: Context, topic: str) -> dict[str, Any]:
    """Subjects of a topic that were talked about, folded; nothing if there are none."""
    evaluation, user = context["evaluation"], context["request"].user
    if not room_of(context, evaluation).is_open(topic):
        return {"subjects": []}
    return {"subjects": discussed_of(user, evaluation, topic)}


@register.inclusion_tag("comments/folded.html", takes_context=True)
def discussion(
    context: Context, topic: str, subject_id: UUID, part: object = ""
) -> dict[str, Any]:
    """The threads on what a page is about, folded; nothing for whom it is sealed."""
    evaluation, request = context["evaluation"], context["request"]
    user = request.user
    room = room_of(context, evaluation)
    subject = TOPICS[topic].find(user, subject_id, str(part))
    if subject is None or not room.is_open(topic):
        return {"subject": None}
    shown = told(context, subject)
    if not shown["threads"] and shown["is_frozen"]:
        return {"subject": None}
    return {**shown, "number": room.count(topic, subject_id, str(part))}


@register.inclusion_tag("comments/threads.html", takes_context=True)
def threads(context: Context, subject: Subject) -> dict[str, Any]:
    """Every thread on a subject."""
    return told(context, subject)


def told(context: Context, subject: Subject) -> dict[str, Any]:
    """What the templates of threads read."""
    request = context["request"]
    found = threads_on(subject)
    frozen = is_frozen(subject.topic, subject.evaluation)
    waiting = {
        mention.comment_id
        for thread in found
        if not thread.root.resolved_at
        for comment in thread.comments
        for mention in comment.mentions.all()
        if mention.person_id == request.user.pk and not mention.answered_at
    }
    in_act = "act" in context
    return {
        "request": request,
        "csrf_token": context.get("csrf_token"),
        "subject": subject,
        "threads": found,
        "is_frozen": frozen,
        "may_write": not frozen,
        "waiting": waiting,
        "back": "" if in_act else request.get_full_path(),
        "address": address_of("discuss", subject),
    }


@register.filter
def said(comment: Comment) -> SafeString:
    """The text of a comment: escaped, its lines kept, http(s) addresses as links."""
    pieces: list[str] = []
    at = 0
    for found in ADDRESS.finditer(comment.text):
        pieces.append(linebreaksbr(comment.text[at : found.start()], autoescape=True))
        pieces.append(format_html(LINK, found[0]))
        at = found.end()
    pieces.append(linebreaksbr(comment.text[at:], autoescape=True))
    return format_html_join("", "{}", ((piece,) for piece in pieces))
