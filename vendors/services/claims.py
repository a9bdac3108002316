"""What candidates say: writing, noting and withdrawing claims, by revisions."""

import datetime
import uuid
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

import msgspec
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from msgspec import UNSET

from evaltracker.enumerations import Availability
from evaltracker.errors import Forbidden, Invalid, NotFound, Refused
from evaltracker.evaluations import journal
from evaltracker.evaluations.choices import SupportWanted
from evaltracker.evaluations.journal import Actor, By, actor_of
from evaltracker.evaluations.models import Evaluation, JournalHead, Requirement
from evaltracker.evaluations.policy import check_owned, checked
from evaltracker.toolbox.database import Pipeline, loaded, pipeline, read_value
from evaltracker.toolbox.languages import number
from evaltracker.toolbox.text import CallFields, read_reason
from vendors.choices import CandidateKind
from vendors.claims import (
    DATED,
    NO_LISTS,
    NO_MEASURE,
    WORDS,
    ClaimWords,
    Lists,
    read_claim,
)
from vendors.effort import DAYS, OFFERED
from vendors.models import Candidate, Claim, Effort, Ruling, SupportStatement
from vendors.policy import ANSWERED_BY_BUYER, NOTE_STAGES, require_claims_open
from vendors.row_visibility import queue_row_visibility
from vendors.selectors.candidates import read_item_values
from vendors.selectors.claims import is_answered_by_buyer
from vendors.services import claim_queries
from vendors.services.candidates import lock_candidate, lock_invitation, record_on
from vendors.services.idempotency import (
    KeptAnswer,
    KeyLock,
    StoredAnswer,
    queue_turn,
    refusing_a_key_in_use,
)

# What the next revision of a claim is, and what the journal says of it.
#
# For all who write claims. A vendor's words are compared with its own alone. What the
# buyer noted in between is superseded and counted past, and nothing of it is read.


@dataclass(frozen=True, slots=True)
class RevisionCount:
    last: int = 0
    own: int = 0


def says_the_same(current: Claim, claim: Claim) -> bool:
    names = (*WORDS, "requirement_revision", "by_vendor")
    return all(getattr(current, name) == getattr(claim, name) for name in names)


def next_revision(
    count: RevisionCount,
    candidate: Candidate,
    requirement: Requirement,
    answer: ClaimWords,
    now: datetime.datetime,
    by: By,
    *,
    by_vendor: bool,
) -> Claim:
    """The claim that follows so many, not yet saved."""
    actor = actor_of(by)
    claim = Claim(
        candidate=candidate,
        requirement=requirement,
        revision=count.last + 1,
        requirement_revision=requirement.revision,
        submitted_at=now,
        by_vendor=by_vendor,
        noted_by=actor.user,
        submitted_by=actor.name,
        **answer.fields(),
    )
    if by_vendor:
        claim.own_revision = count.own + 1
    return claim


SHARED = ("candidate", "requirement", "submitted_at", "submitted_by", "by_vendor")


def next_effort(
    last: Effort | None, statement: Claim | Effort, answer: ClaimWords
) -> Effort | None:
    """What follows the last effort of its side, of the same moment as `statement`;
    None: that stands. What is taken back is a revision without `how`.
    """
    is_offered = answer.availability in OFFERED
    if answer.effort is UNSET and is_offered:
        return None
    values = (is_offered and answer.effort) or {"how": "", "days": None, "by": None}
    row = Effort(**{name: getattr(statement, name) for name in SHARED})
    row.how = values["how"]
    row.by = values["by"] or ""
    row.low, row.likely, row.high = map((values["days"] or {}).get, DAYS)
    row.revision = last.revision + 1 if last else 1
    if last and not last.superseded_at:
        stands = last
    else:
        stands = Effort()
    if row.said == stands.said:
        return None
    return row


# The claims of one candidate, locked and read in one trip and written in another.
#
# Every service that writes a claim, one or many, of the vendor or noted by the buyer,
# begins with `LockedClaims.of`: so there is one order of locks.


@dataclass(frozen=True, slots=True)
class NewWords:
    requirement: Requirement
    words: ClaimWords
    former: Claim | None
    # Rows that are not saved yet; None: what is said of it stands.
    claim: Claim | None
    effort: Effort | None


@dataclass(slots=True)
class LockedClaims:
    """A candidate whose evaluation is locked, and what is said to some requirements."""

    pipe: Pipeline
    candidate: Candidate
    now: datetime.datetime
    # By ref; then, by requirement, what stands, how many revisions there are, and the
    # last of its effort.
    requirements: dict[str, Requirement]
    standing: dict[uuid.UUID, Claim]
    counts: dict[uuid.UUID, RevisionCount]
    efforts: dict[uuid.UUID, Effort]
    head: JournalHead
    # The lists of the brief, each with its values of now.
    lists: dict[str, list[str]]

    @classmethod
    def of(
        cls,
        pipe: Pipeline,
        candidate: uuid.UUID,
        refs: Collection[str],
        *,
        vendor: uuid.UUID | None = None,
        noting: bool = False,
    ) -> Self:
        """Lock the evaluation, and look what stands of these refs.

        A vendor has its own invitations alone and finds its own words; the buyer, who
        is `noting`, finds whatever stands.
        """
        scope = {"candidate": candidate, "vendor": vendor, "noting": noting}
        meant = {**scope, "refs": list(refs)}
        evaluation = pipe.ask(claim_queries.EVALUATION, **scope)
        cursor = pipe.ask(claim_queries.CANDIDATE, **scope)
        rows = pipe.ask(claim_queries.ASKED, **meant)
        named = pipe.ask(claim_queries.LISTS, **scope)
        standing = pipe.ask(claim_queries.STANDING, **meant)
        efforts = pipe.ask(claim_queries.EFFORTS, **meant)
        queue_row_visibility(pipe, claim_queries.FIND_NOTES)
        counted = pipe.ask(claim_queries.COUNTS, **meant)
        last = pipe.ask(claim_queries.HEAD, **scope)
        pipe.wait()
        row = cursor.fetchone()
        head = last.fetchone()
        if row is None or head is None:
            raise NotFound
        counts = {
            read_value(Claim, "requirement_id", line["requirement_id"]): RevisionCount(
                line["last"], line["own"]
            )
            for line in counted.fetchall()
        }
        self = cls(
            pipe=pipe,
            candidate=loaded(Candidate, row),
            now=_instant(head["now"]),
            requirements={
                line["ref"]: loaded(Requirement, line) for line in rows.fetchall()
            },
            standing=_by_requirement(Claim, standing),
            counts=counts,
            efforts=_by_requirement(Effort, efforts),
            head=loaded(JournalHead, head),
            lists=lists_in(named.fetchall()),
        )
        for requirement, claim in self.standing.items():
            claim.own_revision = counts[requirement].own
        self.candidate.evaluation = loaded(Evaluation, evaluation.fetchone() or {})
        return self

    def require_open(self) -> None:
        """Refuse a vendor's words outside the window (`claims_closed`)."""
        require_claims_open(self.candidate.evaluation, self.now)

    def require_asked(self, requirement: Requirement) -> Requirement:
        fresh = self.requirements.get(requirement.ref)
        if fresh is None or fresh.pk != requirement.pk:
            raise NotFound(_("There is no such requirement."))
        return fresh

    def following(
        self, requirement: Requirement, answer: ClaimWords, by: By, *, by_vendor: bool
    ) -> NewWords:
        """What such an answer adds to what stands."""
        former = self.standing.get(requirement.pk)
        count = self.counts.get(requirement.pk, RevisionCount())
        terms = (self.candidate, requirement, answer, self.now, by)
        claim = next_revision(count, *terms, by_vendor=by_vendor)
        last = self.efforts.get(requirement.pk)
        effort = next_effort(last, claim, answer)
        if former:
            former.requirement = requirement
        if self.candidate.evaluation.asks_effort:
            vars(requirement)["own_efforts"] = [last] if last else []
        same = former and says_the_same(former, claim)
        return NewWords(requirement, answer, former, None if same else claim, effort)

    def write(self, new: Sequence[NewWords], *, by_vendor: bool) -> None:
        claims = [addition.claim for addition in new if addition.claim]
        efforts = [addition.effort for addition in new if addition.effort]
        places = [claim.requirement_id for claim in claims]
        parameters: dict[str, Any] = {"candidate": self.candidate.pk, "now": self.now}
        parameters["requirements"] = places
        if efforts or self.candidate.evaluation.asks_effort:
            self.pipe.ask(
                claim_queries.SUPERSEDE_EFFORTS,
                said=[effort.requirement_id for effort in efforts],
                by_vendor=by_vendor,
                **parameters,
            )
        if any(place in self.counts for place in places):
            self.pipe.ask(claim_queries.SUPERSEDE, **parameters)
        for rows in (claims, efforts):
            if len(rows) == 1:
                self.pipe.add(rows[0])
            elif rows:
                self.pipe.add_all(rows)
        queue_row_visibility(self.pipe, claim_queries.LEAVE_NOTES)

    def record(self, **entry: Any) -> None:
        self.pipe.add(journal.next_entry(self.head, **entry))
        self.pipe.ask(
            claim_queries.MOVE_HEAD,
            evaluation=self.head.evaluation_id,
            count=self.head.count,
            hash=self.head.hash,
        )


def _by_requirement(model: Any, answer: Any) -> dict[uuid.UUID, Any]:
    rows = [loaded(model, line) for line in answer.fetchall()]
    return {row.requirement_id: row for row in rows}


def lists_in(rows: Iterable[Mapping[str, Any]]) -> dict[str, list[str]]:
    """Values by list, of rows of both; a list without a value has none."""
    lists: dict[str, list[str]] = {}
    for row in rows:
        values = lists.setdefault(row["name"], [])
        if row["value"] is not None:
            values.append(row["value"])
    return lists


def _instant(value: datetime.datetime | str) -> datetime.datetime:
    if isinstance(value, str):
        return datetime.datetime.fromisoformat(value).replace(tzinfo=datetime.UTC)
    return value.astimezone(datetime.UTC)


MOST = 1_000
UNKNOWN = gettext_lazy(
    "This invitation asks no requirement of that ref; look at its requirements."
)


class SubmittedAnswer(msgspec.Struct, frozen=True):
    """One answer as it came in: the ref of a requirement, and a claim's words."""

    requirement: str
    availability: str
    statement: str
    available_from: datetime.date | None = None
    environments: Iterable[str] = ()
    evidence_url: str = ""
    # As it was given; see `vendors.claims`.
    holds_for: Any = None
    # As it was given; see `vendors.candidates`.
    number: Any = None
    # As it was given, see `vendors.effort`; left out, it stays as it stands.
    effort: Any = UNSET
    # What was not even of the right shape, by field; blank: all of it.
    faults: dict[str, str] = {}


def stated(requirement: str, answer: ClaimWords) -> SubmittedAnswer:
    held = answer.holds_for
    fields = answer.fields() | {"holds_for": held and held["said"]}
    return SubmittedAnswer(requirement=requirement, effort=answer.effort, **fields)


@dataclass(frozen=True, slots=True)
class ClaimComparison:
    new: list[NewWords] = field(default_factory=list)
    unchanged: int = 0


def submit_claims(
    *, candidate: Candidate, claims: Sequence[SubmittedAnswer], by: Actor
) -> ClaimComparison:
    """Take up to 1,000 answers of a vendor, all of them or none, as one journal entry.

    The same rules and locks as `submit_claim`; the number of statements does not grow
    with the number of answers. Words that stand already write nothing.

    Raises:
        Refused: claims are not open. NotFound: the candidate was not invited. Invalid:
        by field, each named “claims.<index>.<field>”.
    """
    with pipeline() as pipe:
        return submit_many(_lock_many(pipe, candidate, claims), claims, by)


def submit_many(
    locked: LockedClaims, claims: Sequence[SubmittedAnswer], by: Actor
) -> ClaimComparison:
    result = compare(locked, claims, by)
    if result.new:
        locked.write(result.new, by_vendor=True)
        locked.record(by=by, **batch_entry(result, locked.candidate))
    return result


def compare_claims(
    *, candidate: Candidate, claims: Sequence[SubmittedAnswer]
) -> ClaimComparison:
    """What `submit_claims` would do; refuses what it would refuse, writes nothing."""
    with pipeline() as pipe:
        return compare(_lock_many(pipe, candidate, claims), claims, Actor(name=""))


def _lock_many(
    pipe: Pipeline, candidate: Candidate, claims: Sequence[SubmittedAnswer]
) -> LockedClaims:
    refs = {claim.requirement for claim in claims}
    return LockedClaims.of(pipe, candidate.pk, refs, vendor=candidate.vendor_id)


def compare(
    locked: LockedClaims, claims: Sequence[SubmittedAnswer], by: Actor
) -> ClaimComparison:
    locked.require_open()
    if not 1 <= len(claims) <= MOST:
        sentence = _("It must hold 1 to %(most)s claims; it holds %(count)s.")
        counts = {"most": number(MOST), "count": number(len(claims))}
        raise Invalid(sentence % counts, field="claims")
    terms = (locked.requirements, locked.now.date(), locked.lists, locked.candidate)
    answers = read_all(claims, *terms)
    new: list[NewWords] = []
    for claim, answer in zip(claims, answers, strict=True):
        requirement = locked.requirements[claim.requirement]
        following = locked.following(requirement, answer, by, by_vendor=True)
        if following.claim or following.effort:
            new.append(following)
    return ClaimComparison(new, len(claims) - len(new))


def read_all(
    claims: Sequence[SubmittedAnswer],
    requirements: Mapping[str, Requirement],
    today: datetime.date,
    lists: Lists,
    candidate: Candidate,
) -> list[ClaimWords]:
    """The words of answers to these requirements, each answered once.

    Raises:
        Invalid: by field, each named “claims.<index>.<field>”: all that is wrong.
    """
    errors: dict[str, list[str]] = {}
    answers: list[ClaimWords] = []
    seen: set[str] = set()
    for index, claim in enumerate(claims):
        shape = {f"claims.{index}.{key}": [say] for key, say in claim.faults.items()}
        if "" in claim.faults:
            errors[f"claims.{index}"] = [claim.faults[""]]
            continue
        requirement = requirements.get(claim.requirement)
        if requirement:
            measure = requirement.measure
        else:
            measure = NO_MEASURE
        if requirement is None:
            errors[f"claims.{index}.requirement"] = [str(UNKNOWN)]
        elif claim.requirement in seen:
            sentence = _("%(ref)s is answered further up too; keep one of the two.")
            errors[f"claims.{index}.requirement"] = [
                sentence % {"ref": claim.requirement}
            ]
        seen.add(claim.requirement)
        try:
            answers.append(read_stated(claim, candidate, today, lists, measure))
        except Invalid as error:
            for name, sentences in error.errors.items():
                errors[f"claims.{index}.{name}"] = sentences
        errors |= shape
    if errors:
        raise _refused(errors)
    return answers


def read_stated(
    submitted: SubmittedAnswer,
    candidate: Candidate,
    today: datetime.date | None,
    lists: Lists = NO_LISTS,
    measure: Mapping[str, Any] = NO_MEASURE,
    **how: Any,
) -> ClaimWords:
    """The words of an answer to what has that measure, as they are kept; `how` as in
    `read_claim`."""
    values: dict[str, Any] = {
        name: getattr(submitted, name) for name in (*WORDS, "effort")
    }
    values["is_asked"] = candidate.evaluation.asks_effort
    values["is_sold"] = bool(candidate.vendor_id)
    values |= how
    return read_claim(measure=measure, lists=lists, today=today, **values)


def _refused(errors: dict[str, list[str]]) -> Invalid:
    lines = len({place.split(".")[1] for place in errors})
    sentence = ngettext(
        "%(count)s claim is wrong, so none was taken.",
        "%(count)s claims are wrong, so none was taken.",
        lines,
    )
    return Invalid(sentence % {"count": number(lines)}, errors=errors)


def entry_of(new: NewWords, candidate: Candidate) -> dict[str, Any]:
    about = {"candidate": candidate.name, "requirement": new.requirement.ref}
    if new.effort:
        effort = {"effort": new.effort.said}
    else:
        effort = {}
    if (claim := new.claim) is None:
        after = {**about, **effort}
        return {"action": "effort.stated", "subject": new.effort, "after": after}
    if claim.by_vendor:
        noted = "claim.submitted"
    else:
        noted = "claim.noted"
    of = ("revision", *WORDS)
    former = new.former
    return {
        "action": "claim.withdrawn" if _is_withdrawn(claim) else noted,
        "subject": claim,
        "before": journal.snapshot(former, of) if former else {},
        "after": {**about, **journal.snapshot(claim, of), **effort},
    }


def batch_entry(comparison: ClaimComparison, candidate: Candidate) -> dict[str, Any]:
    before: dict[str, Any] = {
        new.requirement.ref: journal.snapshot(new.former, ("revision", *WORDS))
        for new in comparison.new
        if new.former is not None and new.claim
    }
    after: dict[str, Any] = {
        new.requirement.ref: {"revision": new.claim.revision, **new.words.fields()}
        for new in comparison.new
        if new.claim
    }
    efforts = {
        new.requirement.ref: new.effort.said for new in comparison.new if new.effort
    }
    return {
        "action": "claims.submitted",
        "subject": candidate,
        "before": {"claims": before} if before else {},
        "after": {
            "candidate": candidate.name,
            "claims": after,
            **({"efforts": efforts} if efforts else {}),
            "unchanged": comparison.unchanged,
        },
    }


class NeverSeen(Exception):
    """The vendor calls by this invitation for the first time, which is to be noted."""


def answer_claims(
    *,
    invitation: uuid.UUID,
    vendor: uuid.UUID,
    refs: Collection[str],
    work: Callable[[LockedClaims], StoredAnswer],
    turn: KeyLock | None = None,
    body: bytes = b"",
) -> tuple[StoredAnswer, bool]:
    """What `answer_once` does, for `work` on claims that are locked for it.

    It is the last that its transaction does, and commits it. Without a turn, nothing
    is replayed.

    Raises:
        NotFound: it is not the vendor's invitation. NeverSeen: nothing was done.
        KeyInUse, KeyReused: as `take_turn` and `answer_once` say.
    """
    with pipeline(last=True) as pipe:
        stored = None
        with refusing_a_key_in_use():
            if turn is not None:
                queue_turn(pipe, turn)
                stored = KeptAnswer(pipe, turn, body)
            claims = LockedClaims.of(pipe, invitation, refs, vendor=vendor)
        if claims.candidate.first_seen_at is None:
            raise NeverSeen
        if stored and (replayed := stored.replayed()):
            return replayed, True
        answer = work(claims)
        if stored:
            stored.keep(pipe, answer)
    return answer, False


WITHDRAWN = ClaimWords(availability=Availability.WITHDRAWN)


@dataclass(frozen=True, slots=True)
class SubmitResult:
    claim: Claim
    created: bool


def submit_claim(
    *, candidate: Candidate, requirement: Requirement, by: Actor, **fields: Any
) -> SubmitResult:
    """Take a vendor's answer to a requirement, by the fields of `Stated`; the same
    words again write nothing.

    Raises:
        Refused: claims are not open (code `claims_closed`). Invalid: by field.
        NotFound: not invited, or the requirement belongs elsewhere or is retired.
    """
    claim = SubmittedAnswer(requirement=requirement.ref, **fields)
    with pipeline() as pipe:
        claims = _lock_one(pipe, candidate, requirement)
        claims.require_open()
        claims.require_asked(requirement)
        return submit_one(claims, claim, by)


def submit_one(
    claims: LockedClaims, submitted: SubmittedAnswer, by: Actor
) -> SubmitResult:
    """Take an answer where claims are locked.

    1. The evaluation was locked, then the candidate, then the clock was read: whoever
       waited behind the deadline is late, and closing cannot overtake a claim.
    2. Other words, or the same on a new revision of the requirement, become the next
       revision; the one before is superseded, never changed.

    Raises:
        Refused: claims are not open (code `claims_closed`). Invalid: by field.
    """
    claims.require_open()
    requirement = claims.requirements.get(submitted.requirement)
    if requirement is None:
        raise Invalid(str(UNKNOWN), field="requirement")
    terms = (claims.now.date(), claims.lists, requirement.measure)
    answer = read_stated(submitted, claims.candidate, *terms)
    return _write(claims, requirement, answer, by, by_vendor=True)


def check_note_claim(candidate: Candidate, requirement: Requirement, by: By) -> None:
    current = current_claim(candidate, requirement)
    check_noting(candidate, requirement, by, current)


def check_noting(
    candidate: Candidate, requirement: Requirement, by: By, current: Claim | None
) -> None:
    check_owned(candidate.evaluation, by, *NOTE_STAGES)
    if current and current.by_vendor and not _is_withdrawn(current):
        raise Refused(
            f"{candidate.vendor} has answered {requirement.ref} itself; a note "
            "cannot replace it."
        )


def check_withdraw_note(candidate: Candidate, requirement: Requirement, by: By) -> None:
    current = current_claim(candidate, requirement)
    check_withdrawing(candidate, requirement, by, current)


def check_withdrawing(
    candidate: Candidate, requirement: Requirement, by: By, current: Claim | None
) -> None:
    check_owned(candidate.evaluation, by, *NOTE_STAGES)
    if require_words(requirement, current).by_vendor:
        raise Forbidden(
            f"These are {candidate.vendor}'s words; only it withdraws them."
        )


def require_words(requirement: Requirement, current: Claim | None) -> Claim:
    if current is None or _is_withdrawn(current):
        raise NotFound(f"There is no claim on {requirement.ref} to withdraw.")
    return current


def note_claim(
    *, candidate: Candidate, requirement: Requirement, by: By, **fields: Any
) -> SubmitResult:
    """Note, as the owner, what a candidate is said to do, by the fields of `Stated`.

    For what is bought only *unstated*, because a status is the vendor's to give,
    and never over the vendor's own words. For build, open source and stay-as-is the
    buyer answers, so may state an availability.
    """
    values = {"availability": Availability.UNSTATED} | fields
    claim = SubmittedAnswer(requirement=requirement.ref, **values)
    with pipeline() as pipe:
        claims = _lock_one(pipe, candidate, requirement, noting=True)
        candidate = claims.candidate
        current = claims.standing.get(requirement.pk)
        check_noting(candidate, requirement, by, current)
        requirement = claims.require_asked(requirement)
        is_status = claim.availability != Availability.UNSTATED
        states = is_status or isinstance(claim.holds_for, list)
        if states and candidate.kind not in ANSWERED_BY_BUYER:
            sentence = (
                f"Only {candidate.name}'s vendor can state an availability; note the "
                "statement as unstated."
            )
            raise Invalid(sentence, field="availability")
        answer = read_stated(
            claim,
            candidate,
            None,
            claims.lists,
            requirement.measure,
            as_is=candidate.kind == CandidateKind.AS_IS,
            noted=True,
        )
        return _write(claims, requirement, answer, by, by_vendor=False)


def withdraw_claim(*, candidate: Candidate, requirement: Requirement, by: By) -> Claim:
    """Take an answer back: a revision that says *withdrawn*; history stays.

    A vendor withdraws its own while claims are open, the owner what was noted.
    """
    by_vendor = actor_of(by).user is None
    with pipeline() as pipe:
        claims = _lock_one(pipe, candidate, requirement, noting=not by_vendor)
        if by_vendor:
            claims.require_open()
        current = claims.standing.get(requirement.pk)
        if not by_vendor:
            check_withdrawing(claims.candidate, requirement, by, current)
        require_words(requirement, current)
        requirement = claims.require_asked(requirement)
        return _write(claims, requirement, WITHDRAWN, by, by_vendor=by_vendor).claim


def current_claim(candidate: Candidate, requirement: Requirement) -> Claim | None:
    """The one revision that is not superseded, whosever it is; for the buyer alone."""
    return Claim.objects.filter(
        candidate=candidate, requirement=requirement, superseded_at__isnull=True
    ).first()


def _lock_one(
    pipe: Pipeline,
    candidate: Candidate,
    requirement: Requirement,
    *,
    noting: bool = False,
) -> LockedClaims:
    return LockedClaims.of(
        pipe, candidate.pk, [requirement.ref], vendor=candidate.vendor_id, noting=noting
    )


def _is_withdrawn(claim: Claim) -> bool:
    return claim.availability == WITHDRAWN.availability


def _write(
    claims: LockedClaims,
    requirement: Requirement,
    answer: ClaimWords,
    by: By,
    *,
    by_vendor: bool,
) -> SubmitResult:
    new = claims.following(requirement, answer, by, by_vendor=by_vendor)
    is_new = bool(new.claim or new.effort)
    if is_new:
        claims.write([new], by_vendor=by_vendor)
        claims.record(by=by, **entry_of(new, claims.candidate))
    if new.effort:
        vars(requirement)["own_efforts"] = [new.effort]
    claim: Any = new.claim or new.former
    return SubmitResult(claim, is_new)


# The owner's rulings that a requirement does not apply to a candidate.


@transaction.atomic
def rule_not_applicable(
    *,
    candidate: Candidate,
    requirement: Requirement,
    reason: str,
    by: By,
    named_values: object = None,
) -> Ruling:
    """Rule that a requirement does not apply to a candidate, so it is not counted.

    Where the brief has lists it holds for the values that it names, or for all.
    """
    candidate = lock_candidate(candidate)
    check_owned(candidate.evaluation, by)
    if requirement.evaluation_id != candidate.evaluation_id:
        raise NotFound
    reason = read_reason(reason, "Give a reason why it does not apply.")
    if Ruling.objects.filter(candidate=candidate, requirement=requirement).exists():
        raise Refused(f"{requirement.ref} is ruled not applicable already.")
    ruling = Ruling(
        candidate=candidate,
        requirement=requirement,
        reason=reason,
        named_values=read_item_values(named_values, candidate.evaluation),
        ruled_by=actor_of(by).user,
    )
    checked(ruling)
    ruling.save()
    if ruling.named_values:
        details = {"named_values": ruling.named_values}
    else:
        details = {}
    details |= {"candidate": candidate, "requirement": requirement.ref}
    record_on(candidate, "requirement.ruled_out", by, ruling, reason=reason, **details)
    return ruling


@transaction.atomic
def revoke_ruling(*, ruling: Ruling, reason: str, by: By) -> None:
    candidate = lock_candidate(ruling.candidate)
    check_owned(candidate.evaluation, by)
    reason = read_reason(reason, "Give a reason why it applies after all.")
    before = {
        "candidate": candidate,
        "requirement": ruling.requirement.ref,
        "reason": ruling.reason,
    }
    ruling.delete()
    about = (candidate.evaluation, "requirement.ruled_in", ruling, by)
    journal.record(*about, before=before, reason=reason)


ANSWER_FIELDS = (
    "availability",
    "available_from",
    "environments",
    "statement",
    "evidence_url",
)


def check_answer_requirement(
    candidate: Candidate, requirement: Requirement, by: By
) -> None:
    check_note_claim(candidate, requirement, by)
    if not is_answered_by_buyer(candidate):
        raise Refused(f"{candidate.vendor or candidate.name} answers for itself.")


def answer_requirement(
    *, candidate: Candidate, requirement: Requirement, by: By, **values: Any
) -> SubmitResult:
    check_answer_requirement(candidate, requirement, by)
    return note_claim(candidate=candidate, requirement=requirement, by=by, **values)


def change_answer(
    *, candidate: Candidate, requirement: Requirement, by: By, **values: Any
) -> SubmitResult:
    """Change some words of the buyer's own answer; the others stay as they stand.

    A day alone makes it planned, and what has no day loses the one that it had.
    """
    check_answer_requirement(candidate, requirement, by)
    answer = {**_standing_words(candidate, requirement), **values}
    if not str(answer["statement"]).strip():
        sentence = "Write the answer first, then say when it is there."
        raise Invalid(sentence, errors={name: [sentence] for name in values})
    if values.get("available_from") and "availability" not in values:
        if answer["availability"] not in DATED:
            answer["availability"] = Availability.PLANNED
    elif "availability" in values and answer["availability"] not in DATED:
        answer["available_from"] = values.get("available_from")
    return answer_requirement(
        candidate=candidate, requirement=requirement, by=by, **answer
    )


def _standing_words(candidate: Candidate, requirement: Requirement) -> dict[str, Any]:
    current = current_claim(candidate, requirement)
    if current is None or current.availability == Availability.WITHDRAWN:
        return {"statement": "", "availability": Availability.UNSTATED}
    answer = {name: getattr(current, name) for name in ANSWER_FIELDS}
    answer["holds_for"] = (current.holds_for or {}).get("said")
    if current.number:
        return {**answer, "number": current.number}
    return answer


MOST_OF_SUPPORT = 1_000


@transaction.atomic
def state_support(
    *, candidate: Candidate, kind: str, text: str, by: Actor
) -> SupportStatement:
    """Keep which support comes with the offer; the same again is no new revision.

    Raises:
        NotFound: no support is asked for. Refused: claims are not open. Invalid.
    """
    candidate, now = lock_invitation(candidate)
    if not candidate.evaluation.support_wanted:
        raise NotFound
    inputs = CallFields()
    if kind not in SupportWanted.values:
        inputs.refuse("kind", _("Choose which support comes with it."))
    text = inputs.text("text", text, limit=MOST_OF_SUPPORT, blank=True)
    inputs.check()
    stands: SupportStatement | None = candidate.support_stated
    if stands and (stands.kind, stands.text) == (kind, text):
        return stands
    row = candidate.support_statements.create(
        kind=kind,
        text=text,
        stated_by=by.name,
        revision=stands.revision + 1 if stands else 1,
        stated_at=now,
    )
    details = journal.snapshot(row, ("revision", "kind", "text"))
    record_on(candidate, "support.stated", by, row, **details)
    return row
