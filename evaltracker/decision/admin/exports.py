"""Exporting an evaluation, and importing one from another installation."""

import secrets
import zlib
from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.cache import cache
from django.urls import reverse

from evaltracker.accounts.services import may_run_accounts
from evaltracker.decision.services.exports import check_export, export_as_seen
from evaltracker.errors import Invalid, NotFound
from evaltracker.evaluations.models import Evaluation, User
from evaltracker.pages.acts import Act, Confirm, Outcome
from evaltracker.pages.fields import form_of
from evaltracker.pages.workspace import OnEvaluation, page_address
from evaltracker.portable.importing import (
    ImportPreview,
    import_evaluation,
    preview_import,
)
from evaltracker.toolbox.files import download

PAGE_LIMIT = 20 * 2**20
KEPT_SECONDS = 30 * 60
LATE = "The preview is over 30 minutes old. Choose the file again."


class ExportEvaluation(OnEvaluation):
    title = "Export the evaluation"
    verb = "Export"
    help = (
        "One file with everything that you may see at this moment. Anything sealed "
        "from you is left out and listed. An incomplete export can be read but not "
        "imported. The journal tells that you exported it."
    )
    in_dialog = False  # it answers with a file
    needs_proof = True  # so much at once leaves the house
    success = "The evaluation is exported."
    form_class = form_of(
        form=forms.ChoiceField(
            label="Format",
            choices=(
                ("json", "JSON: all of it, the journal too"),
                ("ocds", "OCDS 1.1: planning, tender, bids and award for a register"),
            ),
            widget=forms.RadioSelect,
        )
    )
    rule = check_export

    def initial(self, target: Evaluation, user: User) -> dict[str, Any]:
        return {"form": "json"}

    def run(self, target: Evaluation, data: Mapping[str, Any], by: User) -> Any:
        form = data["form"]
        content = export_as_seen(evaluation=target, form=form, by=by)
        name = f"{target.slug}.{'ocds.json' if form == 'ocds' else 'json'}"
        return download(content, name=name, content_type="application/json")

    def destination(self, target: Evaluation, made: Outcome) -> Outcome:
        return made


class ByOperators[T](Act[T]):
    needs_proof = True  # it brings people, roles and signatures in
    home_page = "admin:evaluations_evaluation_changelist"

    def allowed(self, user: User, target: Any) -> bool:
        return may_run_accounts(user)


class ImportEvaluation(ByOperators[None]):
    """The first of two steps: choose a file; nothing is written yet."""

    title = "Import an evaluation"
    verb = "Preview"
    help = (
        "A whole evaluation from a file. You first match its people with yours and "
        "see who would get access. Nothing is saved until you confirm."
    )
    success = "Preview of the import. Nothing is saved yet."
    form_class = form_of(
        file=forms.FileField(
            label="Export",
            help_text="A JSON file that export_evaluation wrote, or an owner; up to 20 "
            "MB.",
            widget=forms.ClearableFileInput(attrs={"accept": ".json"}),
        )
    )

    def run(self, target: Any, data: Mapping[str, Any], by: User) -> str:
        content = data["file"].read(PAGE_LIMIT + 1)
        try:
            preview_import(content=content, by=by, limit=PAGE_LIMIT)
        except Invalid as error:
            raise Invalid(
                error.sentence, errors={"file": error_sentences(error)}
            ) from error
        token = secrets.token_urlsafe(16)
        cache.set(preview_cache_key(by, token), zlib.compress(content), KEPT_SECONDS)
        return token

    def destination(self, target: Any, made: str) -> str:
        return reverse("admin:act_on", args=[TakeInEvaluation.name, made])


class TakeInEvaluation(ByOperators[ImportPreview]):
    title = "Import this evaluation"
    verb = "Import it"
    help = "Imports everything or nothing."
    success = "The evaluation is imported."
    form_class = Confirm
    template = "workflow/take_in.html"
    target_name = "preview"
    service = import_evaluation
    heading_format = "Import: {target.told[title]}"

    def load(self, user: User, target_id: str) -> ImportPreview:
        """What a file that this person chose would do.

        Raises:
            NotFound: there is none, or it is not theirs.
        """
        if may_run_accounts(user):
            packed = cache.get(preview_cache_key(user, target_id))
        else:
            packed = None
        if packed is None:
            raise NotFound(LATE)
        return preview_import(content=zlib.decompress(packed), by=user)

    def destination(self, target: ImportPreview, made: Any) -> str:
        return page_address(made, "overview")


def preview_cache_key(user: User, token: str) -> str:
    safe = "".join(char for char in token[:40] if char.isalnum() or char in "-_")
    return f"import-evaluation:{user.pk}:{safe}"


def error_sentences(error: Invalid) -> list[str]:
    return [
        f"{pointer}: {sentence}" if pointer else sentence
        for pointer, sentences in error.errors.items()
        for sentence in sentences
    ] or [error.sentence]
