"""Words with what is different in them marked."""

from django import template
from django.template.defaultfilters import linebreaksbr
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from vendors.differences import Pieces

register = template.Library()
TAGS = {"gone": "del", "come": "ins"}


@register.simple_tag
def words(pieces: Pieces, changed: str) -> SafeString:
    """An outsider's words, escaped and isolated; what changed is struck through
    (`gone`) or underlined (`come`)."""
    tag = TAGS[changed]
    parts = format_html_join(
        "",
        "<{}>{}</{}>",
        (
            (name, linebreaksbr(piece.text, autoescape=True), name)
            for piece in pieces
            for name in [tag if piece.changed else "span"]
        ),
    )
    return format_html('<bdi class="se-words">{}</bdi>', parts)
