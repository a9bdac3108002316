"""An act as a person's program asked for it, and saying no to it."""

from contextlib import suppress
from copy import copy
from typing import Any, cast

from django.core.exceptions import ValidationError
from django.dispatch import receiver
from django.http import HttpRequest
from django.urls import reverse

from evaltracker.errors import NotFound, Stale
from evaltracker.evaluations import journal
from evaltracker.evaluations.choices import AskedState
from evaltracker.evaluations.models import User
from evaltracker.pages.acts import Act, act_opened, visible_row
from evaltracker.pages.fields import form_of, reason_field
from evaltracker.pages.json_forms import JsonForm, typed
from evaltracker.toolbox.text import shortened
from evaltracker.workflow.models import AskedAct
from evaltracker.workflow.services.proposed_actions import (
    answer_asked,
    check_decline_asked,
    decline_asked,
)

ASKED = "asked"
SEEN = "asked_seen"
# Fields that take in what was quoted.
NOTES = ("note", "text")


class Asked(Act[Any], registered=False):
    """What `fill_in` makes of an act: filled in, and its verb answers the row."""

    row: AskedAct
    request: HttpRequest
    # Which content of the form the person has seen: what the program saw, at first.
    seen: str

    def initial(self, target: Any, user: User) -> dict[str, Any]:
        now = super().initial(target, user)
        if self.request.method == "POST":
            return now
        form = self.form_class(initial=now, **self.form_kwargs(target, user))
        for name, value in self.row.fields.items():
            quote = self.row.quote
            if quote and name in NOTES:
                filled = f"{value}\n\n“{quote['words']}” ({quote['said']})"
            else:
                filled = value
            with suppress(ValidationError, KeyError):
                now[name] = form.fields[name].clean(typed(form.fields[name], filled))
        return now

    def context(self, target: Any, user: User) -> dict[str, Any]:
        return {**super().context(target, user), "asked_for": self}

    def run(self, target: Any, data: Any, by: User) -> Any:
        form = JsonForm(self, target, by)
        if self.seen != form.tag():
            self.seen = form.tag()
            sentence = "This changed since it was asked for. Look again, then send."
            raise Stale(sentence, difference=self.difference(form))
        answer_asked(asked_act=self.row, state=AskedState.DONE, by=by)
        with journal.because("", ending=self.row.because):
            return super().run(target, data, by)

    def difference(self, form: JsonForm) -> str:
        changes = []
        for name, value in (form.now() | form.versions()).items():
            field = form.form.fields[name]
            old = _in_words(field, self.row.held.get(name))
            new = _in_words(field, value)
            if old != new:
                changes.append(f"{field.label or name.capitalize()}: {old} → {new}")
        return "\n".join(changes)


def _in_words(field: Any, value: Any) -> str:
    """What a form's field shows for a value; of an answer of a vendor its words."""
    if isinstance(value, list):
        values = value
    else:
        values = [value]
    rows = getattr(field, "queryset", None)
    if rows is not None:
        matches = rows.filter(pk__in=filter(None, values))
        values = [getattr(row, "statement", row) for row in matches]
    else:
        named = {str(key): text for key, text in getattr(field, "choices", ())}
        values = [named.get(str(entry), entry) for entry in values]
    texts = [str(entry) for entry in values if entry not in (None, "")]
    return shortened(", ".join(texts) or "–")


@receiver(act_opened)
def fill_in(
    sender: HttpRequest, act: Act[Any], target_id: str, **_: object
) -> Act[Any] | None:
    """The act as the program asked for it, where the address names what was asked.

    Raises:
        NotFound: nobody asked this person for it. Refused: it is answered, or lapsed.
    """
    request = sender
    user = cast("Any", sender.user)
    if ASKED not in request.GET:
        return None
    row = visible_row(AskedAct, ("token",), user, request.GET[ASKED])
    if (row.act, row.target_id) != (act.name, target_id):
        raise NotFound
    check_decline_asked(row, user)
    filled_act: Any = copy(act)
    filled_act.__class__ = type("Asked", (Asked, type(act)), {}, registered=False)
    filled_act.row = row
    filled_act.request = request
    filled_act.seen = request.POST.get(SEEN) or row.etag
    filled_act.prefill = (*act.prefill, ASKED)
    made: Act[Any] = filled_act
    return made


class DeclineAsked(Act[AskedAct]):
    title = "Decline"
    verb = "Decline"
    help = "Your program reads your reason. Nobody else does."
    success = "Declined."
    model = AskedAct
    related = ("token",)
    target_name = "asked_act"
    service = decline_asked
    form_class = form_of(reason=reason_field())

    def destination(self, target: AskedAct, made: Any) -> str:
        return reverse(self.home_page)
