"""Acts that do as they are told, to see what the one view makes of it."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from django import forms
from django.db import IntegrityError

from evaltracker.errors import Forbidden, Invalid, NotFound, Refused, Stale
from evaltracker.evaluations import journal
from evaltracker.evaluations.models import Requirement, User
from evaltracker.pages.acts import ACTS, Act

ENDINGS: dict[str, Callable[[], Exception]] = {
    "refused": lambda: Refused("Claims are closed since noon."),
    "stale": lambda: Stale("It changed.", difference="- old words\n+ new words"),
    "forbidden": lambda: Forbidden("Only Priya may do this."),
    "missing": lambda: NotFound("It went away."),
    "invalid": lambda: Invalid("No.", errors={"text": ["Too vague."], "x": ["Odd."]}),
    "general": lambda: Invalid("Nothing fits."),
    "race": lambda: IntegrityError("UNIQUE constraint failed"),
}


class RewordForm(forms.Form):
    """One field of each kind."""

    text = forms.CharField(
        label="New words", widget=forms.Textarea, help_text="As a vendor reads it."
    )
    priority = forms.ChoiceField(
        choices=[("must", "Must have"), ("should", "Should have")],
        widget=forms.RadioSelect,
        required=False,
    )
    tell = forms.BooleanField(label="Tell the vendors", required=False)
    proof = forms.FileField(required=False, help_text="At most 10 MB.")
    ending = forms.CharField(widget=forms.HiddenInput, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput)


class Reword(Act[Requirement], registered=False):
    name = "test-reword"
    title = "Reword"
    verb = "Reword it"
    help = "The vendors that answered are asked again."
    success = "It has new words."
    model = Requirement
    form_class = RewordForm
    prefill = ("ending", "text")
    dangerous = True

    def allowed(self, user: User, target: Any) -> bool:
        return bool(target.evaluation.owner_id == user.pk)

    def initial(self, target: Any, user: User) -> dict[str, Any]:
        return {"version": target.revision, "priority": target.priority}

    def run(self, target: Any, data: Mapping[str, Any], by: User) -> Any:
        Requirement.objects.filter(pk=target.pk).update(
            text=data["text"], revision=target.revision + 1
        )
        journal.record(
            evaluation=target.evaluation,
            action="requirement.changed",
            subject=target,
            by=by,
        )
        if ending := ENDINGS.get(data["ending"]):
            raise ending()
        return target

    def destination(self, target: Any, made: Any) -> Any:
        return made


class Start(Act[None], registered=False):
    name = "test-start"
    title = "Start"
    verb = "Start"

    def allowed(self, user: User, target: Any) -> bool:
        return True

    def run(self, target: Any, data: Mapping[str, Any], by: User) -> Any:
        return None


@pytest.fixture
def known_acts() -> Iterator[None]:
    """Both are registered during the test only."""
    for act in (Reword, Start):
        ACTS.register(act.name, act())
    yield
    for act in (Reword, Start):
        del ACTS._items[act.name]
