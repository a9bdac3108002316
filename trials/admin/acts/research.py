"""Noting what was read or heard about a candidate."""

from typing import Any

from django import forms
from django.urls import reverse

from evaltracker.evaluations.models import User
from evaltracker.pages.acts import register_act
from evaltracker.pages.fields import day_field, link_field, long_text
from trials.admin.acts.base import AboutRequirement
from trials.choices import NoteKind
from trials.services.research import check_note_research, note_research
from vendors.admin.acts.base import OnCandidate


class ResearchForm(AboutRequirement):
    """What somebody read or heard."""

    kind = forms.ChoiceField(label="What it is", choices=NoteKind.choices)
    title = forms.CharField(label="Title", max_length=200)
    text = forms.CharField(label="What it says", widget=long_text(6))
    source_url = link_field("Link to the source")
    source_date = day_field("Date of the source", required=False)

    field_order = ("kind", "title", "text", "source_url", "source_date", "requirement")


@register_act
class NoteResearch(OnCandidate):
    """Notes what an article, a podcast or a peer says."""

    name = "note-research"
    title = "Note research"
    verb = "Save the note"
    help = "With its source and date, so that others can judge it."
    success = "The note is saved."
    form_class = ResearchForm
    prefill = ("requirement",)
    service = note_research
    rule = check_note_research

    def form_kwargs(self, target: Any, user: User) -> dict[str, Any]:
        return {"evaluation": target.evaluation}

    def cancel_url(self, target: Any) -> str:
        return reverse("admin:candidate", args=[target.pk]) + "#research"
