"""Signing what is on the page, and nothing else."""

from collections.abc import Sequence
from typing import NotRequired, TypedDict, Unpack

from django.db import transaction

from evaltracker.errors import Forbidden, Invalid, Refused, Stale
from evaltracker.evaluations import journal
from evaltracker.evaluations.choices import Stage
from evaltracker.evaluations.models import Evaluation, User, Visit
from evaltracker.evaluations.policy import lock, require_open
from evaltracker.workflow.gates import Look
from evaltracker.workflow.memo import document_of
from evaltracker.workflow.memo.changes import changes
from evaltracker.workflow.memo.documents import QUESTIONS
from stakeholders.choices import APPROVALS
from stakeholders.models import SignedDocument, SignOff, SignOffRule
from stakeholders.services.conditions import ConditionAsked
from stakeholders.services.sign_offs import Origin, digest_of, record_sign_off
from vendors.choices import CandidateState
from vendors.models import Conflict
from vendors.policy import barring_interest, to_declare


class Signature(TypedDict):
    """What somebody says to the words whose digest is `shown`."""

    verdict: str
    shown: str
    reason: NotRequired[str]
    conditions: NotRequired[Sequence[ConditionAsked]]
    accepts_unjudged: NotRequired[bool]
    origin: NotRequired[Origin | None]


SEALED = "The memo names prices, which are sealed until two people open them."
JUDGED = (CandidateState.SHORTLISTED, CandidateState.CHOSEN)


def sign(*, rule: SignOffRule, by: User, **signature: Unpack[Signature]) -> SignOff:
    """Sign the words whose digest is `shown`; what is refused is journaled, too.

    An open transaction of the caller's has to be committed for that, even though the
    signature was refused.

    Raises:
        Stale: the content is another by now; carries the difference.
        Forbidden: not their role, the owner, or a declared conflict.
        Refused: not this stage, signed already, or no word yet on one's interests.
        Invalid: a reason is missing, or half a trial is approved by mistake.

    """
    try:
        return put_name_to(rule, by, **signature)
    except (Refused, Forbidden, Stale) as problem:
        with transaction.atomic():
            journal.record(
                evaluation=rule.evaluation,
                action="sign_off.refused",
                subject=rule,
                by=by,
                after={"verdict": signature["verdict"], "code": problem.code},
                reason=problem.sentence,
            )
        raise


@transaction.atomic
def put_name_to(
    rule: SignOffRule,
    by: User,
    *,
    verdict: str,
    shown: str,
    reason: str = "",
    conditions: Sequence[ConditionAsked] = (),
    accepts_unjudged: bool = False,
    origin: Origin | None = None,
) -> SignOff:
    """The signature itself, all of it or nothing."""
    evaluation = lock(rule.evaluation)
    require_open(evaluation)
    visit = Visit.objects.select_related("evaluation").get(
        evaluation=evaluation, left_at__isnull=True
    )
    visit.evaluation = evaluation
    if is_sealed(evaluation):
        raise Refused(SEALED)
    refuse_conflicted(by, visit)
    content = document_of(evaluation, visit=visit)
    if digest_of(content) != shown:
        raise Stale(
            "The text changed after you opened it; nothing was signed. Please read it "
            "again.",
            difference=difference(evaluation, shown, content),
        )
    half = unjudged_words(Look(evaluation))
    if why := why_not_half(half, verdict, accepts=accepts_unjudged):
        raise Invalid(why, errors={"accepts_unjudged": [why]})
    signed = record_sign_off(
        visit=visit,
        rule=rule,
        verdict=verdict,
        content=content,
        meaning=QUESTIONS[Stage(visit.stage)],
        by=by,
        reason=reason,
        conditions=conditions,
        origin=origin,
    )
    if signed.on_behalf_of is not None and interest_of(signed.on_behalf_of, visit):
        raise Forbidden(
            f"{signed.on_behalf_of.name} declared an interest in a candidate; nobody "
            "signs for them until the owner clears it."
        )
    return signed


def unjudged_words(look: Look) -> str:
    """“18 of 30 criteria are not judged yet”; blank if all are, or in other stages."""
    if look.evaluation.stage != Stage.TRIALS:
        return ""
    whole = look.criteria_in_all
    if not whole.open:
        return ""
    are = "is" if whole.open == 1 else "are"
    return f"{whole.open} of {whole.asked} criteria {are} not judged yet"


def why_not_half(half: str, verdict: str, *, accepts: bool) -> str:
    """Why trials that are not judged to the end are not approved as if they were.

    `half` is what is not judged; blank if nothing is missing.
    """
    if half and verdict in APPROVALS and not accepts:
        return f"{half}. Tick the box to approve all the same, or wait until they are."
    return ""


def is_sealed(evaluation: Evaluation) -> bool:
    """Whether what is signed now names prices that are sealed from who signs."""
    return evaluation.stage == Stage.DECISION and evaluation.prices_opened_at is None


def refuse_conflicted(by: User, visit: Visit) -> None:
    """Refuse whoever declared a conflict of interest, or has not declared yet."""
    if visit.stage == Stage.REQUIREMENTS:
        return
    if barring := interest_of(by, visit):
        raise Forbidden(
            f"You declared a conflict of interest in {barring.candidate}; "
            f"{visit.evaluation.owner.name} has to clear it before you can sign."
        )
    unasked = to_declare(by).filter(evaluation=visit.evaluation_id, state__in=JUDGED)
    for candidate in unasked:
        raise Refused(
            f"First declare whether you have a conflict of interest in {candidate}."
        )


def interest_of(person: User, visit: Visit) -> Conflict | None:
    """A conflict of `person` that keeps them from signing this visit."""
    if visit.stage == Stage.REQUIREMENTS:
        return None
    return barring_interest(person, visit.evaluation)


def difference(evaluation: Evaluation, digest: str, content: str) -> str:
    """What changed from the words with `digest` to `content`; empty if not kept."""
    try:
        before = SignedDocument.objects.get(evaluation=evaluation, sha256=digest)
    except SignedDocument.DoesNotExist:
        return ""
    return changes(before.content, content)
