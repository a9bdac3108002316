"""People's scores as one person may see them, and the buy-in map of roles' weights."""

import uuid
from collections import Counter, defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from evaltracker.enumerations import Availability, Source
from evaltracker.evaluations.choices import Status
from evaltracker.evaluations.models import Category, Evaluation, Requirement, User
from stakeholders.models import Stakeholder, role_names
from stakeholders.policy import voices
from stakeholders.scoring import Clash, Divide, clashes, distance, dividing, shares
from stakeholders.selectors import said_weights
from trials.choices import EvidenceVerdict
from trials.models import Consensus, Evidence, Score, ScoreSheet, Settlement
from trials.scoring import (
    CellRecord,
    PeopleScore,
    ScoreFacts,
    agreed_scores,
    people_score,
    spread,
)
from trials.scoring.open_cells import DEFAULT_PRIOR, Prior, TrialRecord
from trials.scoring.promise import picks
from trials.scoring.scope import counts_as
from trials.selectors.cells import (
    LedgerCell,
    awaiting_reply,
    claimed_of,
    record_of,
    shape_of,
)
from trials.selectors.ledger import Ledger, ledger
from vendors.choices import CandidateState
from vendors.fields import write_holds_for
from vendors.models import Candidate, Claim, Conflict
from vendors.policy import conflicted_people
from vendors.selectors.candidates import active_candidates

SOURCES = ("hand", "house")
SHARES = ("holds", "partly", "fails", "worth")


def prior_of(evaluation: Evaluation) -> tuple[Prior, dict[str, Any]]:
    stored: dict[str, Any] = evaluation.prior
    if stored:
        return read_prior(stored)
    return (DEFAULT_PRIOR, {"source": "default"})


def read_prior(stored: dict[str, Any]) -> tuple[Prior, dict[str, Any]]:
    """A stored prior and its source; one that is none raises, whatever is wrong."""
    shares = {name: stored[name] for name in SHARES}
    source = {name: stored[name] for name in stored if name not in SHARES}
    if not all(type(share) is int for share in shares.values()):
        raise TypeError("Shares and worth are whole numbers.")
    if source["source"] not in SOURCES:
        raise ValueError(f"No such source: {source['source']}.")
    return Prior(**shares), source


def house_record(evaluation: Evaluation) -> tuple[TrialRecord, int]:
    """What trials of all other decided evaluations found, and how many those are.

    The newest verdict of each cell, on words that stand, that counts as a trial's.
    """
    verdicts = (
        Evidence.objects.standing()
        .filter(
            source=Source.TRIAL,
            claim__candidate__evaluation__status=Status.DECIDED,
            claim__superseded_at__isnull=True,
            claim__requirement__retired_at__isnull=True,
            claim__requirement_revision__gte=F("claim__requirement__revision"),
        )
        .exclude(claim__candidate__evaluation=evaluation)
        .exclude(awaiting_reply("finding__"))
        .order_by("recorded_at", "pk")
    )
    newest: dict[uuid.UUID, str] = {}
    evaluations = set()
    for claim, verdict, key, *setting in verdicts.values_list(
        "claim_id", "verdict", "claim__candidate__evaluation_id", "runner", "data"
    ):
        if counts_as(Source.TRIAL, *setting) == Source.TRIAL:
            newest[claim] = verdict
            evaluations.add(key)
    count = Counter(newest.values())
    record = TrialRecord(
        count[EvidenceVerdict.HOLDS],
        count[EvidenceVerdict.PARTLY],
        count[EvidenceVerdict.FAILS],
    )
    return record, len(evaluations)


def cell_records(book: Ledger) -> dict[UUID, dict[str, CellRecord]]:
    """The records of a ledger's cells by ref; it must have been read exactly."""
    candidates = book.candidates
    rows = book.rows
    records = {
        candidate.pk: {row.ref: CellRecord() for row in rows}
        for candidate in candidates
    }
    for spot, shape in (book.on_file or {}).items():
        column, row = divmod(spot, len(rows))
        records[candidates[column].pk][rows[row].ref] = record_of(shape_of(shape))
    return records


@dataclass(frozen=True, slots=True)
class Scorer:
    part: Stakeholder
    sheet: ScoreSheet | None
    is_mine: bool
    # For a conflict of interest that nobody has cleared.
    is_barred: bool

    @property
    def is_locked(self) -> bool:
        return self.sheet is not None and self.sheet.locked_at is not None


@dataclass(frozen=True, slots=True)
class ScoresTable:
    """Categories by candidates by scorers; only what the reader may see is in it."""

    categories: list[Category]
    candidates: list[Candidate]
    scorers: list[Scorer]
    consensus: Consensus | None
    scores: dict[tuple[uuid.UUID, uuid.UUID, uuid.UUID], Score]
    settlements: dict[tuple[uuid.UUID, uuid.UUID], Settlement]

    def score(
        self, part: Stakeholder, candidate: Candidate, category: Category
    ) -> Score | None:
        """What a part gave; None if nothing, or if the reader may not see it yet."""
        return self.scores.get((part.pk, candidate.pk, category.pk))

    def given(self, candidate: Candidate, category: Category) -> list[Score]:
        return self._by(candidate, category, barred=False)

    def set_aside(self, candidate: Candidate, category: Category) -> list[Score]:
        return self._by(candidate, category, barred=True)

    def _by(
        self, candidate: Candidate, category: Category, *, barred: bool
    ) -> list[Score]:
        return [
            score
            for scorer in self.scorers
            if scorer.is_barred is barred
            and (score := self.score(scorer.part, candidate, category)) is not None
        ]

    @property
    def asked(self) -> int:
        return sum(not scorer.is_barred for scorer in self.scorers)

    def people(self, candidate: Candidate) -> PeopleScore:
        """The people's score of a candidate, as the memo counts it: the mean of the
        locked scores, and once the consensus is open the median or the settlement."""
        locked = {scorer.part.pk for scorer in self.scorers if scorer.is_locked}
        facts = [
            ScoreFacts(category.name, score.value)
            for category in self.categories
            for score in self.given(candidate, category)
            if score.sheet.stakeholder_id in locked
        ]
        if self.consensus is not None:
            settled = {
                category.name: row.value
                for category in self.categories
                if (row := self.settlements.get((candidate.pk, category.pk)))
            }
            facts = agreed_scores(facts, settled)
        weights = {
            category.name: Decimal(category.weight or 0) for category in self.categories
        }
        return people_score(facts, weights)

    @property
    def mine(self) -> list[Scorer]:
        return [scorer for scorer in self.scorers if scorer.is_mine]


def counted_scores(*evaluations: Evaluation) -> QuerySet[Score]:
    """Locked scores that count: not those of a person with a conflict of interest that
    is not cleared, also if they scored before they said so."""
    rows: QuerySet[Score] = Score.objects.filter(
        candidate__evaluation__in=evaluations, sheet__locked_at__isnull=False
    )
    return rows.exclude(_barring("candidate__evaluation", "sheet__stakeholder__user"))


def unlocked_scorers(evaluations: Collection[Evaluation]) -> QuerySet[Stakeholder]:
    """Who is asked to score, has no conflict of interest that is not cleared, and has
    not locked."""
    rows: QuerySet[Stakeholder] = voices().filter(
        evaluation__in=evaluations, scores=True
    )
    rows = rows.exclude(score_sheet__locked_at__isnull=False)
    return rows.exclude(_barring("evaluation", "user"))


def _barring(evaluation: str, person: str) -> Exists:
    rows = Conflict.objects.barring()
    return Exists(
        rows.filter(candidate__evaluation=OuterRef(evaluation), person=OuterRef(person))
    )


def far_apart(evaluation: Evaluation) -> list[str]:
    """What people see so differently that the meeting has to settle it, such as
    “Security of Acme ML”: of candidates in the running, in categories that weigh."""
    return far_apart_in([evaluation])[evaluation.pk]


def far_apart_in(evaluations: Collection[Evaluation]) -> dict[uuid.UUID, list[str]]:
    """The same of several evaluations, in two queries."""
    scored = counted_scores(*evaluations).exclude(category__weight=0)
    running = scored.exclude(candidate__state=CandidateState.ELIMINATED).order_by(
        "candidate__name", "category__position"
    )
    scores: dict[tuple[uuid.UUID, uuid.UUID], list[int]] = defaultdict(list)
    names: dict[tuple[uuid.UUID, uuid.UUID], tuple[uuid.UUID, str]] = {}
    columns = ("candidate", "category", "value", "candidate__evaluation")
    for candidate, category, value, evaluation_key, name, of in running.values_list(
        *columns, "candidate__name", "category__name"
    ):
        scores[candidate, category].append(value)
        names[candidate, category] = evaluation_key, f"{of} of {name}"
    settled = Settlement.objects.filter(consensus__evaluation__in=evaluations)
    done = set(settled.values_list("candidate", "category"))
    by_evaluation: dict[uuid.UUID, list[str]] = {
        evaluation.pk: [] for evaluation in evaluations
    }
    for place, values in scores.items():
        if place not in done and spread(values).is_wide:
            of_evaluation, label = names[place]
            by_evaluation[of_evaluation].append(label)
    return by_evaluation


def scores_table(user: User, evaluation: Evaluation) -> ScoresTable:
    """The scores of an evaluation as `user` may see them; seven queries."""
    candidates = Candidate.objects.filter(evaluation=evaluation).exclude(
        state=CandidateState.ELIMINATED
    )
    barred = conflicted_people(evaluation)
    # What somebody locked before they left stays, and counts.
    parts = Stakeholder.objects.filter(
        Q(left_at__isnull=True) | Q(score_sheet__locked_at__isnull=False),
        evaluation=evaluation,
        scores=True,
    ).select_related("user", "score_sheet")
    visible = Score.objects.visible_to(user).filter(candidate__evaluation=evaluation)
    return ScoresTable(
        # A category of weight 0 is not scored.
        categories=list(evaluation.categories.exclude(weight=0)),
        candidates=list(candidates),
        scorers=[
            Scorer(
                part=part,
                sheet=getattr(part, "score_sheet", None),
                is_mine=part.user_id == user.pk,
                is_barred=part.user_id in barred,
            )
            for part in parts
        ],
        consensus=Consensus.objects.filter(evaluation=evaluation).first(),
        scores={
            (score.sheet.stakeholder_id, score.candidate_id, score.category_id): score
            for score in visible.select_related("sheet__stakeholder__user")
        },
        settlements={
            (settlement.candidate_id, settlement.category_id): settlement
            for settlement in Settlement.objects.filter(
                consensus__evaluation=evaluation
            )
        },
    )


@dataclass(frozen=True, slots=True)
class RolePick:
    """What one role's own weights would choose now, all that are level at the top;
    `lead` is over the next."""

    role: str
    candidates: list[Candidate]
    fit: Fraction | None
    lead: Fraction | None


@dataclass(frozen=True, slots=True)
class BuyIn:
    """The map. `tested` is how many cells a demo or a trial has judged: before the
    first, nobody's pick is told, for it would rest on promises alone."""

    roles: list[str]
    incomplete: list[str]
    silent: list[str]
    distances: dict[tuple[str, str], Fraction | None]
    clashes: list[Clash[str, Category]]
    categories: list[Divide[str, Category]]
    requirements: list[Divide[str, Requirement]]
    tested: int
    blocked: list[Candidate]
    picks: list[RolePick]


def buy_in(evaluation: Evaluation) -> BuyIn:
    """The map of an evaluation, from roles that have weighed every category."""
    # A category of weight 0 is not scored, so nobody has to weigh it.
    categories = list(evaluation.categories.exclude(weight=0))
    names = role_names(evaluation)
    weightings = {
        names[role]: weights for role, weights in said_weights(evaluation).items()
    }
    held = set(
        evaluation.stakeholders.filter(left_at=None).values_list("role", flat=True)
    )
    whole = {
        role: weights
        for role, weights in weightings.items()
        if all(category in weights for category in categories)
    }
    candidates = list(active_candidates(evaluation))
    close = [
        candidate
        for candidate in candidates
        if candidate.state != CandidateState.LONGLISTED
    ]
    book = ledger(evaluation, candidates=close or candidates)
    tested = sum(book.of(candidate).fit.judged for candidate in book.candidates)
    running = [
        candidate for candidate in book.candidates if not book.of(candidate).is_blocked
    ]
    return BuyIn(
        roles=list(whole),
        incomplete=[role for role in weightings if role not in whole],
        silent=[
            names[role]
            for role in names
            if role in held and names[role] not in weightings
        ],
        distances={
            (role, other): distance(whole[role], whole[other])
            for role in whole
            for other in whole
        },
        clashes=clashes(weightings),
        categories=dividing({role: shares(value) for role, value in whole.items()}),
        requirements=dividing(
            {role: _by_requirement(book, value) for role, value in whole.items()}
        ),
        tested=tested,
        blocked=[
            candidate for candidate in book.candidates if book.of(candidate).is_blocked
        ],
        picks=_picks(book, running, whole) if tested else [],
    )


def _by_requirement(
    book: Ledger, weights: dict[Category, int]
) -> dict[Requirement, Fraction]:
    inside: dict[object, int] = defaultdict(int)
    for requirement in book.requirements:
        inside[requirement.category_id] += requirement.weight
    of_role = {category.pk: share for category, share in shares(weights).items()}
    return {
        requirement: of_role.get(requirement.category_id, Fraction(0))
        * Fraction(requirement.weight, inside[requirement.category_id])
        for requirement in book.requirements
        if requirement.weight
    }


def _picks(
    book: Ledger, running: list[Candidate], weightings: dict[str, dict[Category, int]]
) -> list[RolePick]:
    by_key = {str(candidate.pk): candidate for candidate in running}
    fits = {
        key: book.of(candidate).sums.fit_by_category
        for key, candidate in by_key.items()
    }
    rows = []
    for role, weights in weightings.items():
        ranked = picks(fits, {weight.name: value for weight, value in weights.items()})
        best = [pick for pick in ranked if pick.fit == ranked[0].fit]
        later = ranked[len(best) :]
        rows.append(
            RolePick(
                role,
                [by_key[pick.key] for pick in best],
                best[0].fit if best else None,
                best[0].fit - later[0].fit if later else None,
            )
        )
    return rows


# By what a verdict proves: the word beside its mark.
PROVES = {
    Source.DEMO: "shown",
    Source.TRIAL: "tested",
    Source.RESEARCH: "research",
}


@dataclass(frozen=True, slots=True)
class Finding:
    evidence: Evidence
    proves: str
    is_older: bool


@dataclass(frozen=True, slots=True)
class RequirementEvidence:
    """One requirement, the answer that stands, and what was found of it."""

    requirement: Requirement
    cell: LedgerCell
    claim: Claim | None
    findings: list[Finding]

    @property
    def claimed(self) -> str:
        return claimed_of(self.cell)

    @property
    def holds_for(self) -> str:
        """The values of the brief that the answer names, in words."""
        if self.claim is None:
            return ""
        if self.claim.holds_for:
            return write_holds_for(self.claim.holds_for["said"])
        return ", ".join(self.claim.environments)

    @property
    def missing(self) -> list[str]:
        """Of *shown* and *tested*, what nobody has judged."""
        judged = {finding.proves for finding in self.findings}
        return [word for word in ("shown", "tested") if word not in judged]


def category_evidence(
    candidate: Candidate, category: Category
) -> list[RequirementEvidence]:
    """The requirements of a category in the list's order; as many queries for all of
    them as for one."""
    live = Requirement.objects.filter(category=category, retired_at__isnull=True)
    requirements = list(live.select_related("category").order_by("position", "ref"))
    if not requirements:
        return []
    book = ledger(candidate.evaluation, [candidate], requirements=requirements)
    claims = {
        claim.requirement_id: claim
        for claim in Claim.objects.filter(
            candidate=candidate, requirement__in=requirements, superseded_at=None
        ).exclude(availability=Availability.WITHDRAWN)
    }
    newest = _newest(candidate, requirements)
    return [
        RequirementEvidence(
            requirement,
            book.cell(candidate, requirement),
            claim := claims.get(requirement.pk),
            [
                Finding(row, proves, claim is None or row.claim_id != claim.pk)
                for proves, row in newest[requirement.pk]
            ],
        )
        for requirement in requirements
    ]


def _newest(
    candidate: Candidate, requirements: list[Requirement]
) -> dict[UUID, list[tuple[str, Evidence]]]:
    """By requirement the newest verdict of each source on the same values: shown,
    tested, then research. What the vendor may still reply to does not count yet."""
    rows = Evidence.objects.standing().exclude(awaiting_reply("finding__"))
    rows = rows.filter(claim__candidate=candidate, claim__requirement__in=requirements)
    rows = rows.select_related("claim", "recorded_by", "criterion", "script_item")
    newest: dict[tuple[UUID, str, str], Evidence] = {}
    for row in rows.order_by("recorded_at", "pk"):
        proves = PROVES[counts_as(Source(row.source), row.runner, row.data)]
        newest[row.claim.requirement_id, proves, row.values_named] = row
    order = list(PROVES.values())
    by_requirement: dict[UUID, list[tuple[str, Evidence]]] = defaultdict(list)
    for (requirement, proves, _), row in newest.items():
        by_requirement[requirement].append((proves, row))
    for verdicts in by_requirement.values():
        verdicts.sort(key=lambda verdict: order.index(verdict[0]))
    return by_requirement
