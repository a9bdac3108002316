"""Drafts of answers: saved as they are typed, handed in together."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from evaltracker.errors import Invalid, Refused, Stale
from evaltracker.evaluations.journal import Actor
from evaltracker.evaluations.models import Requirement
from evaltracker.kit.clock import database_now
from evaltracker.kit.storage import files_of_rows
from vendors.models import AnswerDraft, Candidate, Claim, Submission
from vendors.receipts import is_receipt_of
from vendors.selectors import asked_requirements, last_submission, own_claims
from vendors.selectors.demands import lists_of
from vendors.services.batches import Stated, submit_claims
from vendors.services.candidates import lock_invitation
from vendors.services.claims import submit_claim
from vendors.services.draft_files import hand_in_files
from vendors.services.submissions import hand_in
from vendors.typed_answers import EMPTY, ENVIRONMENTS, stated_in, typed_of

OTHER_TAB = (
    "This draft was changed elsewhere meanwhile, so nothing was saved. Below is what "
    "stands now; put what you typed into it and save again."
)


class DraftsWrong(Invalid):
    """Drafts that cannot be handed in: by ref, what is wrong with each."""

    def __init__(self, wrong: dict[str, list[str]]) -> None:
        what = "1 answer needs" if len(wrong) == 1 else f"{len(wrong)} answers need"
        super().__init__(f"{what} another look; nothing was handed in.", errors=wrong)


@dataclass(frozen=True, slots=True)
class HandedIn:
    """The receipt, and how many answers changed with it."""

    receipt: Submission
    changed: int


@transaction.atomic
def save_draft(
    *,
    candidate: Candidate,
    requirement: Requirement,
    typed: Mapping[str, Any],
    version: int,
    standing: Claim | None,
) -> AnswerDraft | None:
    """Keep what was typed over the draft of that version, 0 for none yet.

    What says the same as the claim that stands is no draft, unless the requirement
    has changed since. Drafts are kept after the deadline, too.

    Raises:
        Stale: another tab was first; `difference` is not told, the page shows it.

    """
    rows = AnswerDraft.objects.filter(candidate=candidate, requirement=requirement)
    draft = rows.select_for_update(of=("self",), no_key=True).first()
    if draft is not None and ENVIRONMENTS in draft.typed:
        typed = {ENVIRONMENTS: draft.typed[ENVIRONMENTS], **typed}
    if draft is not None and draft.typed == typed:
        return draft
    if (draft.version if draft else 0) != version:
        raise Stale(OTHER_TAB)
    has_files = draft is not None and draft.files.exists()
    if not (has_files or is_new(typed, requirement, standing)):
        rows.delete()
        return None
    now = database_now()
    if draft is None:
        # Of two tabs that begin at once, one is first.
        made = AnswerDraft(
            candidate=candidate,
            requirement=requirement,
            typed=dict(typed),
            saved_at=now,
        )
        AnswerDraft.objects.bulk_create([made], ignore_conflicts=True)
        kept = rows.get()
        if kept.pk != made.pk:
            raise Stale(OTHER_TAB)
        return kept
    draft.typed, draft.version, draft.saved_at = dict(typed), version + 1, now
    draft.save(update_fields=["typed", "version", "saved_at"])
    return draft


@transaction.atomic
def discard_draft(*, candidate: Candidate, requirement: Requirement) -> None:
    """Take a draft away; what was handed in stands."""
    AnswerDraft.objects.filter(candidate=candidate, requirement=requirement).delete()


@transaction.atomic
@files_of_rows()
def hand_in_drafts(*, candidate: Candidate, by: Actor) -> HandedIn:
    """Make claims of the drafts, and proof of their files, by the same services as the
    API, and hand in.

    Raises:
        Refused: claims are not open, or nothing has changed since the last receipt.
        DraftsWrong: by ref, whatever is wrong with any of them; nothing is taken.

    """
    candidate, _ = lock_invitation(candidate)
    stated = read_drafts(candidate)
    last = last_submission(candidate)
    if not stated and last and is_receipt_of(last.sha256, own_claims(candidate)):
        raise Refused(
            f"Nothing has changed since receipt {last.number}, so there is nothing to "
            "hand in.",
            code="nothing_to_hand_in",
        )
    if stated:
        _submit(candidate, stated, by)
        hand_in_files(candidate, by)
    receipt = hand_in(candidate=candidate, by=by)
    AnswerDraft.objects.filter(candidate=candidate).delete()
    return HandedIn(receipt, len(stated))


def read_drafts(candidate: Candidate) -> list[Stated]:
    """The drafts of what is asked, as the services take them.

    Raises:
        DraftsWrong: by ref, what cannot be read.

    """
    claims = {claim.requirement_id: claim for claim in own_claims(candidate)}
    lists = lists_of(candidate.evaluation)
    asked = asked_requirements(candidate.evaluation).values("pk")
    drafts = AnswerDraft.objects.filter(candidate=candidate, requirement__in=asked)
    stated, wrong = [], {}
    for draft in drafts.select_related("requirement").order_by("requirement__ref"):
        former = claims.get(draft.requirement_id)
        ref = draft.requirement.ref
        try:
            stated.append(stated_in(draft.typed, ref, lists, former))
        except Invalid as error:
            wrong[ref] = [text for said in error.errors.values() for text in said]
    if wrong:
        raise DraftsWrong(wrong)
    return stated


def is_new(
    typed: Mapping[str, Any], requirement: Requirement, standing: Claim | None
) -> bool:
    """Whether that is worth a draft."""
    if standing and standing.requirement_revision < requirement.revision:
        return True
    return typed not in (EMPTY, typed_of(standing))


def _submit(candidate: Candidate, stated: list[Stated], by: Actor) -> None:
    """As one call of the API, of one claim or of many."""
    try:
        if len(stated) > 1:
            submit_claims(candidate=candidate, claims=stated, by=by)
            return
        [said] = stated
        asked = asked_requirements(candidate.evaluation)
        words = {name: getattr(said, name) for name in said.__struct_fields__}
        words["requirement"] = asked.get(ref=said.requirement)
        submit_claim(candidate=candidate, by=by, **words)
    except Invalid as error:
        raise DraftsWrong(_by_ref(error, stated)) from error


def _by_ref(error: Invalid, stated: list[Stated]) -> dict[str, list[str]]:
    """The sentences of a service by the ref that they are about."""
    wrong: dict[str, list[str]] = {}
    for place, sentences in error.errors.items():
        parts = place.split(".")
        index = int(parts[1]) if parts[0] == "claims" and len(parts) > 1 else 0
        wrong.setdefault(stated[index].requirement, []).extend(sentences)
    return wrong
