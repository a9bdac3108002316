"""The act that hands out the evidence pack: a POST, for it leaves a trace."""

from typing import Any

from django.http import FileResponse

from evaltracker.evaluations.models import Evaluation
from evaltracker.pages.acts import Outcome, register_act
from evaltracker.workflow.admin.decision_acts import OnDecision
from evaltracker.workflow.services.packing import check_take_pack, take_pack


@register_act
class TakePack(OnDecision):
    """Hands out the zip; the journal keeps who took it."""

    name = "take-pack"
    title = "Take the evidence pack"
    verb = "Make the pack"
    help = (
        "A zip with the memo in all its forms, the matrix, signatures with the words "
        "that were signed, the journal, and every file with its SHA-256. README.txt "
        "in it says how anybody verifies it. The journal keeps that you took it."
    )
    in_dialog = False  # it answers with a file
    success = "The pack was handed out; the journal says so."
    service = take_pack
    rule = check_take_pack

    def destination(self, target: Evaluation, made: Any) -> Outcome:
        return FileResponse(
            made,
            as_attachment=True,
            filename=f"{target.slug}-evidence.zip",
            content_type="application/zip",
            headers={"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"},
        )
