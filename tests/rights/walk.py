"""Every address of the admin and of the staff API at the sealed purchase, and what is
read there."""

import io
import zipfile
from collections.abc import Iterable, Iterator
from typing import Any

from django.core.exceptions import FieldError
from django.db import models
from django.test import Client
from django.urls import NoReverseMatch, reverse

from evaltracker.evaluations.models import Entry, Evaluation
from evaltracker.evaluations.topic_types import key_of
from evaltracker.pages.acts import ACTS
from evaltracker.pages.grid import GRIDS, grid_address
from evaltracker.pages.site import site
from evaltracker.workflow.api.reads import Read
from tests.rights.sealed import MARKS, Sealed
from tests.rights.table import ELSEWHERE, ON_PLACE

EXPORTS = ("csv", "xlsx", "json")


def list_of(model: type[models.Model]) -> str:
    """The list of a model."""
    meta = model._meta
    return reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist")


def rows_of(model: type[models.Model], where: Evaluation) -> list[Any]:
    """Some rows of the purchase, first those that hold a mark; else any row."""
    manager: Any = model._default_manager
    try:
        rows = list(manager.in_evaluation(where))
    except (AttributeError, FieldError):
        return [where] if model is Evaluation else list(manager.order_by("pk")[:1])
    rows.sort(key=lambda row: ("mark" not in str(row.__dict__), row.pk))
    return rows[: 8 if model is Entry else 2]


def lists(where: Evaluation) -> Iterator[str]:
    """Every list, and the detail of some rows, whoever they are for."""
    for model in site._registry:
        meta = model._meta
        stem = f"admin:{meta.app_label}_{meta.model_name}"
        yield reverse(f"{stem}_changelist")
        for row in rows_of(model, where):
            yield reverse(f"{stem}_change", args=[row.pk])


def stock(where: Evaluation) -> Iterator[str]:
    """What else Django's admin serves of a row: adding, deleting, history, search."""
    for model in site._registry:
        meta = model._meta
        stem = f"admin:{meta.app_label}_{meta.model_name}"
        yield reverse(f"{stem}_add")
        for row in rows_of(model, where)[:1]:
            yield reverse(f"{stem}_delete", args=[row.pk])
            yield reverse(f"{stem}_history", args=[row.pk])
    asked = "app_label=vendors&model_name=costline&field_name=candidate"
    yield f"/admin/autocomplete/?{asked}"


def pages(sealed: Sealed) -> Iterator[str]:
    """Every page of ours, with its exports, and what programs read."""
    candidate, where = sealed.candidate, sealed.where
    requirement = where.requirements.get(ref="R1")
    details: dict[str, list[Any]] = {
        "candidate": [candidate.pk],
        "candidate_costs": [candidate.pk],
        "cell": [candidate.pk, requirement.pk],
        "demo": [candidate.demos.get().pk],
        "demo_script": [candidate.demos.get().pk],
        "demo_calendar": [candidate.demos.get().pk],
        "trial": [candidate.trials.get().pk],
        "issue_token": [candidate.vendor_id],
        "working": [where.slug, candidate.pk],
    }
    yield "/admin/search/?s=mark"
    for name in site._pages:
        # The same words as their pages.
        if name in ELSEWHERE or name in ("memo_pdf", "evaluation_annex_pdf"):
            continue
        for args in (details.get(name, [where.slug]), []):
            try:
                yield reverse(f"admin:{name}", args=args)
            except NoReverseMatch:
                continue
            break
    for name, grid in GRIDS.items():
        about = where if grid.model is Evaluation else rows_of(grid.model, where)[0]
        yield grid_address(name, about)
    here = reverse("admin:evaluation_matrix_file", args=[where.slug])
    yield from (f"{here}?format={kind}" for kind in EXPORTS)
    # By the beginning of each mark, since the page repeats what was typed.
    for word in dict.fromkeys(word[:-4] for words in MARKS.values() for word in words):
        yield f"/admin/search/?q={word}&in={where.slug}"
    api = f"/api/v1/staff/evaluations/{where.slug}"
    yield "/api/v1/staff/evaluations/"
    yield from (f"{api}/{name}/" for name in ("matrix", "blockers", "inbox", "events"))


def read_address(read: Read, where: Evaluation) -> str:
    """Where programs read it; of cells one."""
    address = f"/api/v1/staff/{read.path.format(slug=where.slug, name=read.name)}"
    if read.name != "cell":
        return address
    candidate = where.candidates.order_by("pk")[0]
    ref = where.requirements.order_by("position", "ref")[0].ref
    return f"{address}?candidate={candidate.pk}&requirement={ref}"


def acts(sealed: Sealed) -> Iterator[str]:
    """The form of every act, at a row of the purchase."""
    candidate = sealed.candidate
    requirement = sealed.where.requirements.get(ref="R1")
    category = sealed.where.categories.get()
    for file in sealed.where.attached_files.all():
        yield reverse("admin:attached_file", args=[file.pk])
        key = key_of(file.topic, file.subject_id)
        yield reverse("admin:act_on", args=["attach-files", key])
    for said in sealed.where.comments.all():
        key = key_of(said.topic, said.subject_id, said.part)
        yield reverse("admin:act_on", args=["discuss", key])
    for name, act in ACTS.items():
        if name in ON_PLACE:
            target = f"{candidate.pk}.{requirement.pk}"
        elif name == "settle-score":
            target = f"{candidate.pk}.{category.pk}"
        elif act.model is Evaluation:
            target = str(sealed.where.pk)
        else:
            rows = rows_of(act.model, sealed.where) if act.model else []
            target = str(rows[0].pk) if rows else ""
        yield (
            reverse("admin:act_on", args=[name, target])
            if target
            else reverse("admin:act", args=[name])
        )


def content_of(answer: Any) -> bytes:
    """The whole body; a file that is handed out is closed by that."""
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def read(client: Client, url: str) -> str:
    """Everything that an answer says: status line, headers and body, unpacked."""
    answer = client.get(url)
    body = content_of(answer)
    if body.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(body)) as book:
            body = b"".join(book.read(name) for name in book.namelist())
    assert answer.status_code < 500, url
    return f"{answer.headers}\n{body.decode(errors='replace')}"


def found_in(text: str, marks: Iterable[str]) -> bool:
    """Whether one of the marks is in it."""
    return any(mark in text for mark in marks)
