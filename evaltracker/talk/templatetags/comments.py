"""Talking on pages: a link with the number of comments, or the threads themselves."""

import re
from typing import Any
from uuid import UUID

from django import template
from django.template.context import Context
from django.template.defaultfilters import linebreaksbr
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from evaltracker.evaluations.models import Comment
from evaltracker.evaluations.topic_types import TOPICS, Subject
from evaltracker.pages.acts import address_of
from evaltracker.talk.rules import counts_of, discuss_address, discussed_of, threads_on

register = template.Library()
# Up to a blank or a quotation mark; what ends a sentence is no part of it.
ADDRESS = re.compile(r"https?://[^\s<>\"'“”]+[^\s<>\"'“”.,;:!?)\]}]", re.IGNORECASE)
LINK = '<a href="{0}" rel="noopener noreferrer nofollow ugc" target="_blank">{0}</a>'


@register.inclusion_tag("comments/link.html", takes_context=True)
def discuss_link(
    context: Context,
    topic: str,
    subject_id: UUID,
    part: object = "",
    *,
    about: str = "",
) -> dict[str, Any]:
    evaluation = context["evaluation"]
    user = context["request"].user
    if not TOPICS[topic].is_open_to(user, evaluation):
        return {"address": ""}
    counts = counts_of(user, evaluation, topic)
    number = counts.get((subject_id, str(part)), 0)
    if not number and TOPICS[topic].is_frozen(evaluation):
        return {"address": ""}
    address = discuss_address(topic, subject_id, part)
    return {"address": address, "number": number, "about": about}


@register.inclusion_tag("comments/discussed.html", takes_context=True)
def discussed(context: Context, topic: str) -> dict[str, Any]:
    """Subjects of a topic that were talked about, folded; nothing if there are none."""
    evaluation = context["evaluation"]
    user = context["request"].user
    if not TOPICS[topic].is_open_to(user, evaluation):
        return {"subjects": []}
    return {"subjects": discussed_of(user, evaluation, topic)}


@register.inclusion_tag("comments/folded.html", takes_context=True)
def discussion(
    context: Context, topic: str, subject_id: UUID, part: object = ""
) -> dict[str, Any]:
    """The threads on what a page is about, folded; nothing for whom it is sealed."""
    evaluation = context["evaluation"]
    user = context["request"].user
    subject = TOPICS[topic].find(user, subject_id, str(part))
    if subject is None or not TOPICS[topic].is_open_to(user, evaluation):
        return {"subject": None}
    shown = threads(context, subject)
    if not shown["threads"] and not shown["may_write"]:
        return {"subject": None}
    written = (comment for thread in shown["threads"] for comment in thread.comments)
    return {**shown, "number": sum(comment.withdrawn_at is None for comment in written)}


@register.inclusion_tag("comments/threads.html", takes_context=True)
def threads(context: Context, subject: Subject) -> dict[str, Any]:
    request = context["request"]
    threads = threads_on(subject)
    waiting = set()
    for thread in threads:
        if thread.root.resolved_at:
            continue
        for comment in thread.comments:
            for mention in comment.mentions.all():
                if mention.person_id == request.user.pk and not mention.answered_at:
                    waiting.add(mention.comment_id)
    return {
        "request": request,
        "csrf_token": context.get("csrf_token"),
        "subject": subject,
        "threads": threads,
        "may_write": not subject.topic.is_frozen(subject.evaluation),
        "waiting": waiting,
        "back": "" if "act" in context else request.get_full_path(),
        "address": address_of("discuss", subject),
    }


@register.filter
def with_links(comment: Comment) -> SafeString:
    """The text of a comment: escaped, its lines kept, http(s) addresses as links."""
    pieces: list[str] = []
    at = 0
    for link in ADDRESS.finditer(comment.text):
        pieces.append(linebreaksbr(comment.text[at : link.start()], autoescape=True))
        pieces.append(format_html(LINK, link[0]))
        at = link.end()
    pieces.append(linebreaksbr(comment.text[at:], autoescape=True))
    return format_html_join("", "{}", ((piece,) for piece in pieces))
