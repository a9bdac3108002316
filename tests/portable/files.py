"""Files as another installation wrote them."""

import json
from typing import Any

from evaltracker.decision.services.exports import export_whole
from evaltracker.evaluations.journal import SYSTEM
from evaltracker.evaluations.models import Evaluation
from evaltracker.portable.importing import import_evaluation, preview_import
from evaltracker.portable.writing import as_bytes, document_of
from tests.wiping import wipe


def carried_away(where: Evaluation) -> bytes:
    """The file of an evaluation, which is no longer here then, nor is anybody."""
    content = export_whole(evaluation=where)
    wipe()
    return content


def taken_in(content: bytes | dict[str, Any], **terms: Any) -> Evaluation:
    """The evaluation of a file, or of a document that was altered."""
    if isinstance(content, dict):
        content = as_bytes(content)
    by = terms.pop("by", SYSTEM)
    seen = preview_import(content=content, by=by, **terms)
    return import_evaluation(preview=seen, by=by)


def document(content: bytes) -> dict[str, Any]:
    """The file to be altered."""
    found: dict[str, Any] = json.loads(content)
    return found


def written_again(where: Evaluation, *, entries: int) -> bytes:
    """What an evaluation that came with a file is exported as, without the entries
    that tell of the import."""
    again = document_of(where)
    del again["journal"][entries:]
    return as_bytes(again)
