"""The page kit: the pieces of every page; docs/developers/pages.md lists them."""

import datetime
import zoneinfo
from collections.abc import Iterable
from functools import partial
from typing import Any
from urllib.parse import urlencode

from django import template
from django.middleware.csrf import get_token
from django.template.context import Context
from django.template.defaultfilters import linebreaksbr
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from evaltracker.errors import Forbidden, NotFound
from evaltracker.evaluations.choices import Stage
from evaltracker.evaluations.models import Evaluation, User
from evaltracker.evaluations.policy import is_owner
from evaltracker.evaluations.words import say_in
from evaltracker.pages.acts import ACTS, address_of, remind_address
from evaltracker.pages.grid import grid_address
from evaltracker.pages.help import help_address, term_named
from evaltracker.pages.tabs import (
    MARKS,
    STANDINGS,
    UNKNOWN_MARK,
    count_news,
    count_waiting,
    counted_lately,
    menu_of,
)
from evaltracker.toolbox.text import listed

register = template.Library()

GRID_FILES = "evaltracker/parts/grid_files.html"
BADGE_TONES = frozenset({"", "good", "warn", "bad", "info"})


@register.inclusion_tag("evaltracker/parts/evaluation_menu.html", takes_context=True)
def evaluation_menu(context: Context, evaluation: Any, active: str = "") -> Any:
    request = context["request"]
    count = partial(count_waiting, evaluation, request.user)
    waiting = counted_lately(request, f"menu:{evaluation.pk}", count)
    groups = menu_of(evaluation, request.user, active, waiting)
    return {"evaluation": evaluation, "groups": groups}


@register.inclusion_tag("evaltracker/parts/bell.html", takes_context=True)
def bell(context: Context) -> dict[str, Any]:
    return {"number": count_news(context["request"])}


@register.inclusion_tag("evaltracker/parts/blocker_way.html", takes_context=True)
def blocker_way(context: Context, blocker: Any, evaluation: Evaluation) -> Any:
    """The way to where it is mended, or whom it waits on."""
    may_mend = blocker.is_mended_by(context["request"].user, evaluation)
    names = blocker.names(evaluation)
    return {"blocker": blocker, "may_mend": may_mend, "names": names}


@register.simple_block_tag
def empty_state(content: str, heading: str, address: str = "", label: str = "") -> str:
    context = {"heading": heading, "text": content, "address": address, "label": label}
    return render_to_string("evaltracker/parts/empty.html", context)


@register.simple_block_tag(takes_context=True)
def grid(
    context: Context,
    content: str,
    name: str,
    subject: Any,
    query: str = "",
    when: bool = True,
) -> str:
    """A grid in place of the table inside, which stays where there are no scripts.

    `query` are the page's filters; without `when` there is the table alone. The first
    grid of a page brings the scripts of all.
    """
    if not when:
        return content
    address = grid_address(name, subject) + (f"?{query}" if query else "")
    request = context["request"]
    if hasattr(request, "has_grid"):
        files = ""
    else:
        files = render_to_string(GRID_FILES)
    request.has_grid = True
    return format_html(
        '{}<div id="grid-{}" data-grid="{}" data-token="{}">{}</div>',
        files,
        name,
        address,
        get_token(request),
        content,
    )


@register.inclusion_tag("evaltracker/parts/stepper.html")
def stepper(evaluation: Evaluation, notes: dict[str, str] | None = None) -> Any:
    """The five stages with the one we are in; `notes` is a line per stage."""
    here = Stage(evaluation.stage).position
    steps = []
    for place, step in enumerate(Stage):
        if place < here:
            state = "done"
        elif place > here:
            state = "later"
        else:
            state = "now"
        note = (notes or {}).get(step.value, "")
        label = evaluation.say(step.label)
        steps.append({"label": label, "state": state, "note": note})
    return {"steps": steps}


@register.inclusion_tag("evaltracker/parts/blockers.html")
def blocker_list(blockers: list[Any]) -> Any:
    """What stands in the way; each has `sentence`, `url` and perhaps `waived`."""
    return {"blockers": blockers}


@register.inclusion_tag("evaltracker/parts/progress.html")
def progress(label: str, done: int, total: int) -> Any:
    return {"label": label, "done": done, "total": total}


@register.inclusion_tag("evaltracker/parts/mark.html")
def mark(source: str, verdict: str = "", *, compact: bool = False) -> Any:
    """One of the three marks of a cell: `claimed`, `shown` or `tested`.

    Shape and words tell it, never colour alone; `compact` keeps the words for
    screen readers only.
    """
    label, shape, tone = MARKS.get(verdict, UNKNOWN_MARK)
    text = f"{source}: {label}"
    return {"text": text, "shape": shape, "tone": tone, "compact": compact}


@register.inclusion_tag("evaltracker/parts/mark.html")
def standing(value: str) -> Any:
    label, shape, tone = STANDINGS.get(value, UNKNOWN_MARK)
    return {"text": label, "shape": shape, "tone": tone, "compact": False}


@register.simple_tag
def badge(text: object, tone: str = "") -> SafeString:
    """A short word in a box; `tone` is good, warn, bad, info or nothing."""
    if tone not in BADGE_TONES:
        raise template.TemplateSyntaxError(f"There is no badge of tone {tone!r}.")
    if tone:
        css = f"et-badge et-badge--{tone}"
    else:
        css = "et-badge"
    return format_html('<span class="{}">{}</span>', css, text)


@register.simple_tag
def vendor_text(text: object) -> SafeString:
    lines = linebreaksbr("" if text is None else str(text), autoescape=True)
    return format_html('<div class="et-vendortext" dir="auto">{}</div>', lines)


@register.simple_tag(takes_context=True)
def when(context: Context, value: datetime.date | None, zone: str = "") -> SafeString:
    """A moment in the reader's zone (or `zone`), with the zone's name shown.

    A plain date has no zone and is shown as it is.
    """
    if value is None:
        return format_html('<span class="et-soft">{}</span>', "no date")
    if not isinstance(value, datetime.datetime):
        return format_html(
            '<time datetime="{}">{}</time>', value.isoformat(), day(value)
        )
    request = context.get("request")
    name = zone or getattr(getattr(request, "user", None), "time_zone", "")
    local = timezone.localtime(value, zoneinfo.ZoneInfo(name) if name else None)
    return format_html(
        '<time datetime="{}">{}, {} <span class="et-zone">{}</span></time>',
        local.isoformat(),
        day(local),
        f"{local:%H:%M}",
        local.tzname() or name,
    )


def day(value: datetime.date) -> str:
    return f"{value.day} {value:%b %Y}"


@register.filter
def and_list(values: Iterable[object]) -> str:
    """“5, 2 and 0”."""
    return listed([str(value) for value in values])


@register.simple_tag
def act_url(name: str, target: Any = None, **prefill: object) -> str:
    address = address_of(name, target)
    if prefill:
        return f"{address}?{urlencode(prefill)}"
    return address


@register.inclusion_tag("evaltracker/parts/act_link.html", takes_context=True)
def act_link(
    context: Context,
    name: str,
    target: Any = None,
    *,
    label: str = "",
    style: str = "",
    about: str = "",
    **prefill: object,
) -> Any:
    """A button to an act: off, and why, at the wrong moment; none for others.

    `style` is "", "primary", "small" or "danger"; `about` names the row for those
    who hear one button after the other.
    """
    act = ACTS[name]
    user = context["request"].user
    refusal = act.why_not(user, target)
    if isinstance(refusal, (Forbidden, NotFound)):
        return {"address": ""}
    evaluation = context.get("evaluation")
    return {
        "address": "" if refusal else act_url(name, target, **prefill),
        "refusal": refusal and say_in(str(refusal), evaluation),
        "brief": "small" in style,
        "label": say_in(label or act.title, evaluation),
        "about": about,
        "style": " ".join(f"et-button--{part}" for part in style.split()),
    }


@register.simple_tag(takes_context=True)
def help_link(context: Context, tab: str = "") -> str:
    request = context["request"]
    if request.resolver_match:
        page = request.resolver_match.url_name
    else:
        page = ""
    address = help_address(tab, page, operator=request.user.is_superuser)
    return format_html('<a class="et-helplink" href="{}">Help</a>', address)


@register.inclusion_tag("evaltracker/parts/term.html")
def term(word: str) -> Any:
    """A question mark that opens what the words' list says of `word`; once a page."""
    return {
        "word": word,
        "id": f"term-{word.replace(' ', '-')}",
        "heading": f"{word.capitalize()}:",
        "meaning": term_named(word),
    }


# Reminding somebody on whom the others wait, where a page says that they do.


@register.inclusion_tag("evaltracker/parts/remind_link.html", takes_context=True)
def remind_link(
    context: Context, kind: str, evaluation: Evaluation, person: User
) -> dict[str, Any]:
    """The owner's link to remind `person` of something, while there is work."""
    user = context["request"].user
    if not (evaluation.is_open and is_owner(user, evaluation)) or person == user:
        return {"address": ""}
    return {"address": remind_address(kind, evaluation, person), "person": person}
