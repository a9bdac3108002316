"""Many answers of a vendor at once: all or none of them, in a fixed number of steps."""

import datetime
import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

import msgspec

from evaltracker.errors import Invalid, NotFound
from evaltracker.evaluations import journal
from evaltracker.evaluations.journal import Actor, By, actor_of
from evaltracker.evaluations.models import Evaluation, JournalHead, Requirement
from evaltracker.toolbox.database import Pipeline, loaded, pipeline, read_value
from vendors.candidates import NO_MEASURE, WORDS, ClaimWords, read_claim
from vendors.choices import Availability
from vendors.holds_for import NO_LISTS, Lists
from vendors.models import Candidate, Claim
from vendors.policy import require_claims_open
from vendors.services import idempotency as sql
from vendors.services.idempotency import wait_for_turn
from vendors.wall import show

# What the next revision of a claim is, and what the journal says of it.
#
# For all who write claims. A vendor's words are compared with its own alone. What the
# buyer noted in between is superseded and counted past, and nothing of it is read.


@dataclass(frozen=True, slots=True)
class RevisionCount:
    """How many revisions there are of an answer: in all, and by the vendor."""

    last: int = 0
    own: int = 0


def says_the_same(
    current: Claim, words: ClaimWords, requirement: Requirement, *, by_vendor: bool
) -> bool:
    """Whether writing `words` would say nothing new."""
    return (
        ClaimWords(**{field: getattr(current, field) for field in WORDS}) == words
        and current.requirement_revision == requirement.revision
        and current.by_vendor == by_vendor
    )


def next_revision(
    count: RevisionCount,
    candidate: Candidate,
    requirement: Requirement,
    words: ClaimWords,
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
        **words.fields(),
    )
    if by_vendor:
        claim.own_revision = count.own + 1
    return claim


def told(claim: Claim, former: Claim | None) -> dict[str, Any]:
    """What the journal says of a new revision: action, subject, before and after."""
    withdrawn = claim.availability == Availability.WITHDRAWN
    said: dict[str, Any] = journal.snapshot(claim, ("revision", *WORDS))
    return {
        "action": "claim.withdrawn"
        if withdrawn
        else ("claim.submitted" if claim.by_vendor else "claim.noted"),
        "subject": claim,
        "before": journal.snapshot(former, ("revision", *WORDS)) if former else {},
        "after": {
            "candidate": claim.candidate.name,
            "requirement": claim.requirement.ref,
            **said,
        },
        "rows": [claim],
    }


# The claims of one candidate, locked and read in one trip and written in another.
#
# Every service that writes a claim, one or many, of the vendor or noted by the buyer,
# begins with `LockedClaims.of`: so there is one order of locks.


@dataclass(slots=True)
class LockedClaims:
    """A candidate whose evaluation is locked, and what is said to some requirements."""

    pipe: Pipeline
    candidate: Candidate
    now: datetime.datetime
    # By ref; then, by requirement, what stands and how many revisions there are.
    requirements: dict[str, Requirement]
    standing: dict[uuid.UUID, Claim]
    counts: dict[uuid.UUID, RevisionCount]
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

        Raises:
            NotFound: it is not the vendor's invitation.

        """
        own = {"candidate": candidate, "vendor": vendor, "noting": noting}
        meant = {**own, "refs": list(refs)}
        evaluation = pipe.ask(sql.EVALUATION, **own)
        found = pipe.ask(sql.CANDIDATE, **own)
        asked = pipe.ask(sql.ASKED, **meant)
        named = pipe.ask(sql.LISTS, **own)
        standing = pipe.ask(sql.STANDING, **meant)
        show(pipe, sql.FIND_NOTES)
        counted = pipe.ask(sql.COUNTS, **meant)
        last = pipe.ask(sql.HEAD, **own)
        wait_for_turn(pipe)  # which may have been queued before
        row, head = found.fetchone(), last.fetchone()
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
                line["ref"]: loaded(Requirement, line) for line in asked.fetchall()
            },
            standing={
                claim.requirement_id: claim
                for line in standing.fetchall()
                for claim in [loaded(Claim, line)]
            },
            counts=counts,
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

    def asked(self, requirement: Requirement) -> Requirement:
        """The requirement in its words of now, if this candidate is asked it."""
        fresh = self.requirements.get(requirement.ref)
        if fresh is None or fresh.pk != requirement.pk:
            raise NotFound("There is no such requirement.")
        return fresh

    def next_revisions(
        self,
        said: Sequence[tuple[Requirement, ClaimWords]],
        by: By,
        *,
        by_vendor: bool,
    ) -> list[Claim]:
        """Write these words as the next revisions, superseding what stands."""
        places = [requirement.pk for requirement, _ in said]
        if any(place in self.counts for place in places):
            self.pipe.ask(
                sql.SUPERSEDE,
                candidate=self.candidate.pk,
                requirements=places,
                now=self.now,
            )
        none_yet = RevisionCount()
        rows = [
            next_revision(
                self.counts.get(requirement.pk, none_yet),
                *(self.candidate, requirement, words, self.now, by),
                by_vendor=by_vendor,
            )
            for requirement, words in said
        ]
        if len(rows) == 1:
            self.pipe.add(rows[0])
        else:
            self.pipe.add_all(rows)
        show(self.pipe, sql.LEAVE_NOTES)
        return rows

    def record(self, **told: Any) -> None:
        """Append the next entry of the journal; the last that is written."""
        self.pipe.add(journal.next_entry(self.head, **told))
        self.pipe.ask(
            sql.MOVE_HEAD,
            evaluation=self.head.evaluation_id,
            count=self.head.count,
            hash=self.head.hash,
        )


def lists_in(rows: Iterable[Mapping[str, Any]]) -> dict[str, list[str]]:
    """Values by list, of rows of both; a list without a value has none."""
    lists: dict[str, list[str]] = {}
    for row in rows:
        values = lists.setdefault(row["name"], [])
        if row["value"] is not None:
            values.append(row["value"])
    return lists


def _instant(said: datetime.datetime | str) -> datetime.datetime:
    """The database's clock; SQLite's is a text of UTC."""
    if isinstance(said, str):
        return datetime.datetime.fromisoformat(said).replace(tzinfo=datetime.UTC)
    return said.astimezone(datetime.UTC)


MOST = 1_000
UNKNOWN = "This invitation asks no requirement of that ref; look at its requirements."


class Stated(msgspec.Struct, frozen=True):
    """One answer as it came in: the ref of a requirement, and a claim's words."""

    requirement: str
    availability: str
    statement: str
    available_from: datetime.date | None = None
    environments: Iterable[str] = ()
    evidence_url: str = ""
    # As it was given; see `vendors.holds_for`.
    holds_for: Any = None
    # As it was given; see `vendors.candidates`.
    number: Any = None


def stated(requirement: str, words: ClaimWords) -> Stated:
    """Words that were read, as an answer that comes in."""
    held = words.holds_for
    said = words.fields() | {"holds_for": held and held["said"]}
    return Stated(requirement=requirement, **said)


@dataclass(frozen=True, slots=True)
class NewWords:
    """Words that would become the next revision, and the vendor's own before them."""

    requirement: Requirement
    words: ClaimWords
    former: Claim | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a batch says against what stands."""

    new: list[NewWords] = field(default_factory=list)
    unchanged: int = 0


def submit_claims(
    *, candidate: Candidate, claims: Sequence[Stated], by: Actor
) -> Comparison:
    """Take up to 1,000 answers of a vendor, all of them or none, as one journal entry.

    The same rules and locks as `submit_claim`; the number of statements does not grow
    with the number of answers. Words that stand already write nothing.

    Raises:
        Refused: claims are not open. NotFound: the candidate was not invited.
        Invalid: by field, each named “claims.<index>.<field>”.

    """
    with pipeline() as pipe:
        return submit_many(_locked(pipe, candidate, claims), claims, by)


def submit_many(
    locked: LockedClaims, claims: Sequence[Stated], by: Actor
) -> Comparison:
    """Take answers where claims are locked, as `submit_claims` promises."""
    found = compare(locked, claims)
    if found.new:
        words = [(new.requirement, new.words) for new in found.new]
        rows = locked.next_revisions(words, by, by_vendor=True)
        locked.record(by=by, rows=rows, **batches_told(found, rows, locked.candidate))
    return found


def compare_claims(*, candidate: Candidate, claims: Sequence[Stated]) -> Comparison:
    """What `submit_claims` would do; refuses what it would refuse, writes nothing."""
    with pipeline() as pipe:
        return compare(_locked(pipe, candidate, claims), claims)


def _locked(
    pipe: Pipeline, candidate: Candidate, claims: Sequence[Stated]
) -> LockedClaims:
    refs = {claim.requirement for claim in claims}
    return LockedClaims.of(pipe, candidate.pk, refs, vendor=candidate.vendor_id)


def compare(locked: LockedClaims, claims: Sequence[Stated]) -> Comparison:
    """Read every line, telling all that is wrong at once; then look what differs.

    Raises:
        Refused: claims are not open. Invalid: by field.

    """
    locked.require_open()
    if not 1 <= len(claims) <= MOST:
        sentence = f"It must hold 1 to {MOST:,} claims; it holds {len(claims):,}."
        raise Invalid(sentence, errors={"claims": [sentence]})
    words = read_all(claims, locked.requirements, locked.now.date(), locked.lists)
    new: list[NewWords] = []
    for claim, said in zip(claims, words, strict=True):
        requirement = locked.requirements[claim.requirement]
        former = locked.standing.get(requirement.pk)
        if not (former and says_the_same(former, said, requirement, by_vendor=True)):
            new.append(NewWords(requirement, said, former))
    return Comparison(new, len(claims) - len(new))


def read_all(
    claims: Sequence[Stated],
    asked: Mapping[str, Requirement],
    today: datetime.date,
    lists: Lists,
) -> list[ClaimWords]:
    """The words of answers to what is asked, each requirement once.

    Raises:
        Invalid: by field, each named “claims.<index>.<field>”: all that is wrong.

    """
    errors: dict[str, list[str]] = {}
    words: list[ClaimWords] = []
    seen: set[str] = set()
    for index, claim in enumerate(claims):
        requirement = asked.get(claim.requirement)
        measure = requirement.measure if requirement else NO_MEASURE
        if requirement is None:
            errors[f"claims.{index}.requirement"] = [UNKNOWN]
        elif claim.requirement in seen:
            errors[f"claims.{index}.requirement"] = [
                f"{claim.requirement} is answered further up too; keep one of the two."
            ]
        seen.add(claim.requirement)
        try:
            words.append(read_stated(claim, today, lists, measure))
        except Invalid as error:
            for name, sentences in error.errors.items():
                errors[f"claims.{index}.{name}"] = sentences
    if errors:
        raise _refused(errors)
    return words


def read_stated(
    said: Stated,
    today: datetime.date,
    lists: Lists = NO_LISTS,
    measure: Mapping[str, Any] = NO_MEASURE,
) -> ClaimWords:
    """The words of an answer to what has that measure, as they are kept.

    Raises:
        Invalid: with the sentences by field.

    """
    return read_claim(
        availability=said.availability,
        available_from=said.available_from,
        environments=said.environments,
        statement=said.statement,
        evidence_url=said.evidence_url,
        holds_for=said.holds_for,
        number=said.number,
        measure=measure,
        lists=lists,
        today=today,
    )


def _refused(errors: dict[str, list[str]]) -> Invalid:
    lines = len({place.split(".")[1] for place in errors})
    what = "1 claim is" if lines == 1 else f"{lines:,} claims are"
    return Invalid(f"{what} wrong, so none was taken.", errors=errors)


def batches_told(
    found: Comparison, rows: Sequence[Claim], candidate: Candidate
) -> dict[str, Any]:
    """What the journal says of a whole batch: action, subject, before and after."""
    before: dict[str, Any] = {
        words.requirement.ref: journal.snapshot(words.former, ("revision", *WORDS))
        for words in found.new
        if words.former is not None
    }
    after: dict[str, Any] = {
        words.requirement.ref: {"revision": row.revision, **words.words.fields()}
        for words, row in zip(found.new, rows, strict=True)
    }
    return {
        "action": "claims.submitted",
        "subject": candidate,
        "before": {"claims": before} if before else {},
        "after": {
            "candidate": candidate.name,
            "claims": after,
            "unchanged": found.unchanged,
        },
    }
