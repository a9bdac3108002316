"""Acts that carry a whole evaluation into a file, and out of one."""

import secrets
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.cache import cache
from django.urls import reverse

from evaltracker.accounts.services.people import may_run_accounts
from evaltracker.decision.selectors import MetricRow
from evaltracker.decision.services.letters import check_export, export_as_seen
from evaltracker.errors import Invalid, NotFound
from evaltracker.evaluations.models import Evaluation, User
from evaltracker.pages.acts import Act, Confirm, Outcome, register_act
from evaltracker.pages.workspace import OnEvaluation, page_address
from evaltracker.portable.importing import (
    ImportPreview,
    import_evaluation,
    preview_import,
)
from evaltracker.toolbox.charts import Axis, Lane, Lanes, Mark, Span, both
from evaltracker.toolbox.files import download
from evaltracker.toolbox.text import listed

PAGE_LIMIT = 20 * 2**20
KEPT_SECONDS = 30 * 60
LATE = "The preview is older than half an hour. Choose the file again."


class FormatForm(forms.Form):
    form = forms.ChoiceField(
        label="Format",
        choices=(
            ("json", "JSON: all of it, the journal too"),
            ("ocds", "OCDS 1.1: planning, tender, bids and award for a register"),
        ),
        widget=forms.RadioSelect,
    )


@register_act
class ExportEvaluation(OnEvaluation):
    """All that the reader may see, as one file."""

    title = "Export the evaluation"
    verb = "Export"
    help = (
        "One file with everything that you may see at this moment. What is sealed from "
        "you is left out and named in it; an export from which something is left out "
        "is for reading and cannot be imported. The journal tells that you exported it."
    )
    in_dialog = False  # it answers with a file
    success = "The evaluation is exported."
    form_class = FormatForm
    rule = check_export

    def initial(self, target: Evaluation, user: User) -> dict[str, Any]:
        return {"form": "json"}

    def needs_proof(self, target: Evaluation, user: User) -> bool:
        """So much at once is handed to somebody who has just shown who they are."""
        return True

    def perform(self, target: Evaluation, data: Mapping[str, Any], by: User) -> Outcome:
        form = data["form"]
        content = export_as_seen(evaluation=target, form=form, by=by)
        name = f"{target.slug}.{'ocds.json' if form == 'ocds' else 'json'}"
        return download(content, name=name, content_type="application/json")


class FileForm(forms.Form):
    file = forms.FileField(
        label="Export",
        help_text="A JSON file that export_evaluation wrote, or an owner; up to 20 MB.",
        widget=forms.ClearableFileInput(attrs={"accept": ".json"}),
    )


class ByOperators[T](Act[T]):
    """An act on no evaluation that is here yet."""

    def allowed(self, user: User, target: Any) -> bool:
        """Operators: a file is somebody's word."""
        return may_run_accounts(user)

    def needs_proof(self, target: Any, user: User) -> bool:
        """It brings people, roles and signatures in."""
        return True

    def cancel_url(self, target: Any) -> str:
        """The list of evaluations."""
        return reverse("admin:evaluations_evaluation_changelist")


@register_act
class ImportEvaluation(ByOperators[None]):
    """The first of two steps: choose a file; nothing is written yet."""

    title = "Import an evaluation"
    verb = "Look at it"
    help = (
        "A whole evaluation from a file. First you see who in it is whom here, and who "
        "would see it; nothing is written before you have said yes."
    )
    success = "This is what the import would do. Nothing is written yet."
    form_class = FileForm

    def perform(self, target: Any, data: Mapping[str, Any], by: User) -> Outcome:
        """Read it, keep it aside for a while, and show what it would do."""
        content = data["file"].read(PAGE_LIMIT + 1)
        try:
            preview_import(content=content, by=by, limit=PAGE_LIMIT)
        except Invalid as error:
            raise Invalid(error.sentence, errors={"file": spoken(error)}) from error
        token = secrets.token_urlsafe(16)
        cache.set(kept_as(by, token), zlib.compress(content), KEPT_SECONDS)
        return reverse("admin:act_on", args=[TakeInEvaluation.name, token])


@register_act
class TakeInEvaluation(ByOperators[ImportPreview]):
    """The second step: see it, and say yes."""

    title = "Take in this evaluation"
    verb = "Import it"
    help = "All of it is taken in, or nothing."
    success = "The evaluation is imported."
    form_class = Confirm
    template = "workflow/take_in.html"
    target_name = "preview"
    service = import_evaluation

    def load(self, user: User, target_id: str) -> ImportPreview:
        """What a file that this person chose would do.

        Raises:
            NotFound: there is none, or it is not theirs.

        """
        return preview_import(content=kept_for(user, target_id), by=user)

    def heading(self, target: ImportPreview) -> str:
        return f"Import: {target.told['title']}"

    def destination(self, target: ImportPreview, made: Any) -> str:
        """What came of it."""
        return page_address(made, "overview")


def kept_as(user: User, token: str) -> str:
    """Where a file waits; for one person."""
    safe = "".join(char for char in token[:40] if char.isalnum() or char in "-_")
    return f"import-evaluation:{user.pk}:{safe}"


def kept_for(user: User, token: str) -> bytes:
    """The file that waits.

    Raises:
        NotFound: it is not theirs, or was chosen too long ago.

    """
    found = cache.get(kept_as(user, token)) if may_run_accounts(user) else None
    if found is None:
        raise NotFound(LATE)
    return zlib.decompress(found)


def spoken(error: Invalid) -> list[str]:
    """Its sentences, each with the place in the file that it is about."""
    return [
        f"{pointer}: {sentence}" if pointer else sentence
        for pointer, sentences in error.errors.items()
        for sentence in sentences
    ] or [error.sentence]


# How far each metric has come from where it was to its target, as a picture.

# What is past its target is seen, too.
END = 1.25


@dataclass(frozen=True, slots=True)
class MetricPicture:
    """The picture, and what it leaves out."""

    charts: tuple[Lanes, ...]
    left_out: str


def metric_picture(rows: Sequence[MetricRow]) -> MetricPicture | None:
    """A bar to the latest value of each metric that can be drawn; None without one."""
    lanes, left_out = [], []
    for row in rows:
        lane = lane_of(row)
        if lane is not None:
            lanes.append(lane)
        elif row.given:
            left_out.append(f"“{row.metric}”")
    if not lanes:
        return None
    axis = Axis(
        END,
        ticks=((0.0, "before"), (1.0, "target")),
        heads=("latest",),
        rooms=(96,),
    )
    title = "How far each metric has come from before to its target"
    said = f"Not drawn, as its values are no numbers of one unit: {listed(left_out)}."
    return MetricPicture(both(title, lanes, axis), said if left_out else "")


def lane_of(row: MetricRow) -> Lane | None:
    """Its way so far: a bar to the latest value, a stroke for each before."""
    ways = [
        (place.value.value, place.check.months, way)
        for place in row.places
        if place.value is not None and (way := row.way(place.value.value)) is not None
    ]
    if not ways:
        return None
    value, _, latest = ways[-1]
    words = [f"{each} after {months} months" for each, months, _ in ways]
    metric = row.metric
    return Lane(
        metric.name,
        value,
        spans=(Span(0.0, max(latest, 0.0)),) if latest > 0 else (),
        marks=tuple(Mark(way, kind="stroke") for _, _, way in ways[:-1]),
        note=f"{metric.baseline} before, {metric.target} wanted; {listed(words)}",
        tone="lead" if latest >= 1 else "",
    )
