"""Recording what was found, saying it again; excusing a knock-out."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from django import forms

from evaltracker.evaluations.choices import Stage
from evaltracker.evaluations.models import User
from evaltracker.pages.acts import register_act
from evaltracker.pages.fields import NamedChoice, long_text, mark_needed
from trials.admin.acts.base import ProofForm
from trials.admin.settings_asked import offered_lists
from trials.choices import Source
from trials.models import Evidence, ResearchNote
from trials.services.evidence import (
    check_evidence,
    check_reconfirm_evidence,
    reconfirm_evidence,
    record_evidence,
)
from vendors.admin.acts.base import AboutCandidate, OnPlace
from vendors.admin.targets import Place, cell_address
from vendors.models import Claim
from vendors.services.claims import current_claim

USUAL_SOURCE = {Stage.DEMOS: Source.DEMO, Stage.TRIALS: Source.TRIAL}


class EvidenceForm(ProofForm):
    """A verdict from anywhere."""

    source = forms.ChoiceField(label="Where it was found", choices=Source.choices)
    independent = forms.BooleanField(
        label="The source is independent of the vendor",
        required=False,
        initial=True,
        help_text="Only for research. What a vendor publishes proves no more than "
        "its claim does.",
    )
    research_note = NamedChoice(
        ResearchNote.objects.none(),
        attribute="title",
        label="Research note",
        required=False,
        empty_label="None",
    )

    field_order = ("source", "verdict", "runner", "data", "note", "url", "file")

    def __init__(self, *args: Any, notes: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice: Any = self.fields["research_note"]
        choice.queryset = notes


mark_needed(EvidenceForm, "needed for a demo or a trial", "runner", "data")


@register_act
class RecordEvidence(OnPlace):
    """Records a verdict on the claim that stands."""

    name = "record-evidence"
    title = "Record evidence"
    verb = "Record"
    help = "It is kept for good, on exactly these words. A newer verdict is a new one."
    success = "The evidence is recorded."
    form_class = EvidenceForm
    template = "trials/record_evidence.html"
    prefill = ("source",)
    version_fields = ("claim",)
    service = record_evidence
    rule = partial(check_evidence, source=Source.RESEARCH)

    def form_kwargs(self, target: Any, user: User) -> dict[str, Any]:
        """The revisions of this cell, and the candidate's notes."""
        return {
            "claims": revisions_of(target),
            "lists": offered_lists(revisions_of(target), target.requirement),
            "notes": ResearchNote.objects.filter(candidate=target.candidate),
        }

    def initial(self, target: Any, user: User) -> dict[str, Any]:
        """The words that stand, and where one judges in this stage."""
        stage = target.evaluation.stage
        return {
            "claim": claim_shown(target),
            "source": USUAL_SOURCE.get(stage, Source.RESEARCH),
        }

    def arguments(self, target: Any, data: Mapping[str, Any]) -> dict[str, Any]:
        """The claim says of which cell it is."""
        return dict(data)

    def context(self, target: Any, user: User) -> dict[str, Any]:
        """The claim that is judged."""
        claim = current_claim(target.candidate, target.requirement)
        return {**super().context(target, user), "claim": claim}

    def judged(self, target: Any) -> tuple[Any, ...]:
        """The candidate; every requirement is judged alike."""
        return (target.candidate,)


class ReconfirmForm(forms.Form):
    """Why it can be said again."""

    note = forms.CharField(label="Why it can be said again", widget=long_text(3))


@register_act
class ReconfirmEvidence(AboutCandidate[Evidence]):
    """Says an older verdict again of the words that stand."""

    name = "reconfirm-evidence"
    title = "Re-confirm"
    verb = "Say it again"
    help = (
        "The words changed after this was judged. Say the same verdict of the words "
        "that stand now; if it is not the same any more, record new evidence instead."
    )
    success = "The verdict is said again of the words that stand."
    tab = "matrix"
    model = Evidence
    target_name = "evidence"
    service = reconfirm_evidence
    rule = check_reconfirm_evidence
    related = ("claim__candidate__evaluation__owner", "claim__requirement")
    template = "trials/reconfirm.html"
    form_class = ReconfirmForm

    def heading(self, target: Any) -> str:
        return f"{self.title}: {target.claim.candidate}, {target.claim.requirement}"

    def context(self, target: Any, user: User) -> dict[str, Any]:
        """What stands now beside what was judged."""
        claim = target.claim
        current = current_claim(claim.candidate, claim.requirement)
        return {**super().context(target, user), "current": current}

    def cancel_url(self, target: Any) -> str:
        """The page of the cell."""
        return cell_address(target.claim)


def revisions_of(place: Place) -> Any:
    """Every revision of the claim of a cell."""
    return Claim.objects.filter(
        candidate=place.candidate, requirement=place.requirement
    )


def claim_shown(place: Place) -> Any:
    """The id of the claim that stands."""
    claim = current_claim(place.candidate, place.requirement)
    return claim.pk if claim else None
