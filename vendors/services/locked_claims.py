"""The claims of one candidate, locked and read in one trip and written in another.

Every service that writes a claim, one or many, of the vendor or noted by the buyer,
begins with `LockedClaims.of`: so there is one order of locks.
"""

import datetime
import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from evaltracker.errors import NotFound
from evaltracker.evaluations import journal
from evaltracker.evaluations.journal import By
from evaltracker.evaluations.models import Evaluation, JournalHead, Requirement
from evaltracker.kit.pipeline import Pipeline, loaded, read_value
from vendors.models import Candidate, Claim
from vendors.policy import require_claims_open
from vendors.services import claim_sql as sql
from vendors.services.idempotency import wait_for_turn
from vendors.services.revisions import RevisionCount, next_revision
from vendors.wall import show
from vendors.words import ClaimWords


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
