"""The end of a demo, one's own note on it, and reading all of them."""

from typing import Any

from django import forms

from evaltracker.evaluations.models import User
from evaltracker.pages.acts import register_act
from evaltracker.pages.fields import long_text
from trials.admin.acts.base import OnDemo
from trials.models import DemoNote
from trials.services.demo_notes import (
    check_end_demo,
    check_reveal_demo_notes,
    check_write_demo_note,
    end_demo,
    reveal_demo_notes,
    write_demo_note,
)


@register_act
class EndDemo(OnDemo):
    """Says that the demo is over."""

    name = "end-demo"
    title = "End the demo"
    verb = "It is over"
    help = (
        "Everybody now has fifteen minutes to write down what they think, each on "
        "their own. Then all notes are revealed to all."
    )
    success = "The demo is over. Write your own note before you talk about it."
    service = end_demo
    rule = check_end_demo


class NoteForm(forms.Form):
    text = forms.CharField(
        label="What you think of it",
        widget=long_text(6),
        help_text="What convinced you, what did not, what you would ask in a trial.",
    )


@register_act
class WriteDemoNote(OnDemo):
    """Writes or changes one's own note on a demo."""

    name = "write-demo-note"
    title = "Your note on the demo"
    verb = "Save"
    help = "Notes stay private until all are revealed."
    success = "Your note is saved. You may change it until all notes are revealed."
    form_class = NoteForm
    service = write_demo_note
    rule = check_write_demo_note

    def initial(self, target: Any, user: User) -> dict[str, Any]:
        """What one wrote so far."""
        note = DemoNote.objects.visible_to(user).filter(demo=target, author=user)
        return {"text": note[0].text} if note else {}

    def cancel_url(self, target: Any) -> str:
        """The notes on the demo's page."""
        return super().cancel_url(target) + "#notes"


@register_act
class RevealDemoNotes(OnDemo):
    """Reveals all notes before the time is over."""

    name = "reveal-demo-notes"
    title = "Reveal the notes now"
    verb = "Reveal"
    help = "Everybody with a part reads all notes, and none can change any more."
    success = "All notes are revealed."
    dangerous = True
    service = reveal_demo_notes
    rule = check_reveal_demo_notes

    def cancel_url(self, target: Any) -> str:
        """The notes on the demo's page."""
        return super().cancel_url(target) + "#notes"
