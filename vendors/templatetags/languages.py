"""Days, numbers and lists in the language of the page or mail."""

from django import template

from evaltracker.toolbox import languages

register = template.Library()
for written in ("day", "moment", "number", "money", "listed"):
    register.filter(written, getattr(languages, written))
