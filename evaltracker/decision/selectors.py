"""The files that rows name, and those that lie there: each is compared with the other.

Which tables name files is said where they are registered to travel (`Part.stored`).
"""

import datetime
import re
import time
import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, JSONField, Q, QuerySet, Value, When
from django.db.models.fields.json import KeyTransform

from evaltracker.decision.models import (
    AnnexLine,
    CheckVerdict,
    ContractTerm,
    Decision,
    KeptDraws,
    Letter,
    MetricValue,
    PromiseCheck,
)
from evaltracker.evaluations.choices import Status
from evaltracker.evaluations.models import (
    Entry,
    Evaluation,
    Metric,
    Notice,
    Requirement,
    User,
)
from evaltracker.portable.registry import parts
from evaltracker.toolbox.days import local_day, today_in
from evaltracker.toolbox.files import HALF, file_storage
from trials.models import Gap
from trials.policy import matters_most
from trials.scoring import Standing
from trials.selectors.cells import LedgerCell
from trials.selectors.ledger import ledger
from trials.selectors.matrix import versions_of
from vendors.choices import CandidateState
from vendors.effort import OFFERED
from vendors.models import Candidate, PublishedDocument
from vendors.selectors.annex import annex_versions
from vendors.selectors.dialogue import names_of, stands_alone

# The kind of the mail about it; notices.py.
TERM_NOTICE = "contract_notice_due"


def term_of(evaluation: Evaluation) -> ContractTerm | None:
    rows = ContractTerm.objects.filter(evaluation=evaluation)
    return rows.select_related("looks_after", "settled_by", "evaluation").first()


def terms_of(user: User) -> QuerySet[ContractTerm]:
    """Contracts that are not settled, whose owner or keeper `user` is: their dates and
    whose they are, without what else the evaluation tells."""
    rows: QuerySet[ContractTerm] = ContractTerm.objects.visible_to(user).filter(
        Q(looks_after=user) | Q(evaluation__owner=user), outcome=""
    )
    return rows.select_related("evaluation").only(
        *("ends_on", "notice_on", "notice_months", "remind_days", "occurrence"),
        *("outcome", "evaluation__slug", "evaluation__title", "evaluation__zone"),
        "evaluation__owner",
    )


def due_terms(user: User) -> Iterator[ContractTerm]:
    for term in terms_of(user):
        if is_near(term):
            yield term


def is_near(term: ContractTerm) -> bool:
    if term.deadline is None or term.is_settled:
        return False
    ahead = datetime.timedelta(days=max(term.remind_days))
    return term.deadline - ahead <= today_in(term.evaluation.zone)


# The kinds of the mails about them; notices.py.
CHECK_NOTICE = "promise_check_due"
ANNEX_NOTICE = "annex_line_due"
GAP_NOTICE = "gap_promise_due"


@dataclass(frozen=True, slots=True)
class PromisedRow:
    """What was promised: a requirement with its cell, or else an undertaking. No ref of
    the one is an id of the other."""

    key: str
    requirement: Requirement | None
    undertaking: AnnexLine | None
    cell: LedgerCell | None
    verdicts: tuple[CheckVerdict | None, ...]
    # In the annex, if one was put forward.
    number: str
    due_on: datetime.date | None

    @property
    def name(self) -> str:
        return self.requirement.ref if self.requirement else self.number

    @property
    def last(self) -> CheckVerdict | None:
        return next((verdict for verdict in reversed(self.verdicts) if verdict), None)


@dataclass(frozen=True, slots=True)
class PromiseOutcome:
    check: PromiseCheck
    holds: int
    partly: int
    fails: int

    @property
    def judged(self) -> int:
        return self.holds + self.partly + self.fails


def chosen_of(evaluation: Evaluation) -> Candidate | None:
    if evaluation.status != Status.DECIDED:
        return None
    rows = Candidate.objects.filter(
        evaluation=evaluation, state=CandidateState.CHOSEN
    ).select_related("vendor", "evaluation")
    return rows.first()


def promised_rows(
    candidate: Candidate, checks: Iterable[PromiseCheck] = ()
) -> list[PromisedRow]:
    """What the newest annex that was put forward lists. Without one every must-have and
    heavy requirement that it said is or will be there, and whatever it weighs what
    failed, held in part or left a gap open. What it said *never* of is no promise. The
    ledger stands still once the evaluation has ended, so these are the rows that the
    memo rests on."""
    places = list(checks)
    book = ledger(candidate.evaluation, candidates=[candidate])
    rows = CheckVerdict.objects.filter(promise_check__in=places)
    verdicts: dict[object, CheckVerdict] = {
        (row.promise_check_id, row.requirement_id or row.undertaking_id): row
        for row in rows.select_related("recorded_by")
    }
    if annex := annex_versions(candidate).first():
        lines = annex.facts["lines"]
    else:
        left_open = set(open_gaps_of(candidate).values_list("requirement", flat=True))
        lines = [
            {"key": requirement.ref, "line": "", "due": None}
            for requirement in book.requirements
            if not (cell := book.cell(candidate, requirement)).not_applicable
            and (
                (matters_most(requirement) and cell.claimed in OFFERED)
                or cell.standing in (Standing.REFUTED, Standing.PARTLY)
                or requirement.pk in left_open
            )
        ]
    needs = {need.ref: need for need in book.requirements}
    undertaken = {str(row.pk): row for row in candidate.annex_lines.all()}

    def row_of(line: Mapping[str, str]) -> PromisedRow:
        need, undertaking = needs.get(line["key"]), undertaken.get(line["key"])
        about: Any = need or undertaking
        return PromisedRow(
            line["key"],
            need,
            undertaking,
            book.cell(candidate, need) if need else None,
            tuple(verdicts.get((place.pk, about.pk)) for place in places),
            line["line"],
            datetime.date.fromisoformat(line["due"]) if line["due"] else None,
        )

    return [row_of(line) for line in lines]


def awaited_lines(annex: PublishedDocument, day: str) -> list[str]:
    """Numbers of what is due on that day, and was not judged on it or later."""
    rows = CheckVerdict.objects.filter(promise_check__candidate=annex.candidate)
    judged = {
        row.requirement.ref if row.requirement else str(row.undertaking_id)
        for row in rows.select_related("requirement")
        # Days are compared as they are written, the year first.
        if str(local_day(row.recorded_at, annex.candidate.evaluation.zone)) >= day
    }
    newest = annex_versions(annex.candidate).first()
    return [
        line["line"]
        for line in (newest.facts["lines"] if newest else ())
        if line["due"] == day and line["key"] not in judged
    ]


def keepers_of(evaluation: Evaluation) -> set[User]:
    """Its owner, and who looks after the contract."""
    term = term_of(evaluation)
    return {evaluation.owner, term.looks_after} if term else {evaluation.owner}


def open_gaps_of(candidate: Candidate) -> QuerySet[Gap]:
    rows: QuerySet[Gap] = Gap.objects.filter(
        trial__candidate=candidate, closed_at__isnull=True
    )
    return rows.select_related("requirement", "trial__lead")


def outcomes_of(checks: Iterable[PromiseCheck]) -> list[PromiseOutcome]:
    places = list(checks)
    verdicts: dict[object, list[str]] = {place.pk: [] for place in places}
    rows = CheckVerdict.objects.filter(promise_check__in=places)
    for key, verdict in rows.values_list("promise_check_id", "found"):
        verdicts[key].append(verdict)
    return [
        PromiseOutcome(
            place,
            *(verdicts[place.pk].count(word) for word in ("holds", "partly", "fails")),
        )
        for place in places
    ]


def due_checks(user: User, until: datetime.date) -> list[PromiseCheck]:
    """Open checks of the evaluations that `user` runs, due by that day, without what
    else candidate and evaluation tell."""
    rows = PromiseCheck.objects.filter(
        candidate__evaluation__owner=user, closed_at__isnull=True, due_on__lte=until
    )
    where = (f"candidate__evaluation__{name}" for name in ("slug", "title", "zone"))
    rows = rows.select_related("candidate__evaluation")
    return list(rows.only("months", "due_on", *where))


# The newest ones say most.
MOST = 5
ENDED = (Status.DECIDED, Status.CANCELLED)


@dataclass(frozen=True, slots=True)
class Earlier:
    """A vendor's candidate in an evaluation that has ended. `promises` is the frozen
    promise record of the memo, or None without a memo."""

    candidate: Candidate
    decision: Decision | None
    promises: dict[str, Any] | None
    checks: tuple[PromiseOutcome, ...]


def earlier_standing(user: User, candidate: Candidate) -> list[Earlier]:
    """The same vendor's earlier candidates that `user` may see, the newest first. Four
    queries whatever there is. Evaluations that go on are left out: what is sealed in
    one must not be told by another."""
    if candidate.vendor_id is None:
        return []
    rows = (
        Candidate.objects.visible_to(user)
        .filter(vendor=candidate.vendor_id, evaluation__status__in=ENDED)
        .filter(evaluation__is_practice=False)
        .exclude(evaluation=candidate.evaluation_id)
        .select_related("evaluation")
        .order_by("-evaluation__created_at", "name")
    )
    candidates = list(rows[:MOST])
    if not candidates:
        return []
    decisions = {
        decided_with_record.evaluation_id: decided_with_record
        for decided_with_record in decided_with_records(candidates)
    }
    checks: dict[object, list[PromiseOutcome]] = defaultdict(list)
    for promise in outcomes_of(PromiseCheck.objects.filter(candidate__in=candidates)):
        checks[promise.check.candidate_id].append(promise)
    return [
        Earlier(
            candidate,
            decision := decisions.get(candidate.evaluation_id),
            getattr(decision, "record", None),
            tuple(checks[candidate.pk]),
        )
        for candidate in candidates
    ]


def decided_with_records(candidates: Sequence[Candidate]) -> list[Decision]:
    """Their decisions, each with that candidate's frozen promise record alone. A memo
    of a large evaluation is megabytes; the database picks the piece out."""
    pieces = [
        When(
            evaluation=candidate.evaluation_id,
            then=KeyTransform(
                "promises",
                KeyTransform(str(candidate.pk), KeyTransform("results", "memo")),
            ),
        )
        for candidate in candidates
    ]
    rows = Decision.objects.filter(
        evaluation__in=[candidate.evaluation_id for candidate in candidates],
        decided_at__isnull=False,
    ).defer("memo")
    record = Case(*pieces, default=Value(None), output_field=JSONField())
    return list(rows.annotate(record=record))


# Longer than any transaction: until then a row that names the file may still come.
GRACE = datetime.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class KeptFile:
    evaluation: str
    name: str
    stored_as: str
    # On which its row and the journal agree; blank, and no file's, if they do not.
    sha256: str

    @property
    def altered(self) -> str:
        try:
            digest = file_storage().digest(self.stored_as)
        except FileNotFoundError:
            return "is missing"
        except OSError as error:
            return f"cannot be read ({error.strerror})"
        return "" if digest == self.sha256 else "is not the file that was handed in"

    @property
    def fault(self) -> str:
        if altered := self.altered:
            return altered
        openness = file_storage().openness(self.stored_as)
        return openness and f"may be read or changed by too many: {openness}"


@dataclass(frozen=True, slots=True)
class Leftover:
    """A file that no row names: half of one, or of a transaction that did not end."""

    stored_as: str
    is_half: bool
    age: datetime.timedelta


def kept_files(slug: str = "") -> Iterator[KeptFile]:
    for part in parts():
        if part.stored is None:
            continue
        place, digest = part.stored
        path = f"{part.model.evaluation_path}__slug"  # type: ignore[attr-defined]
        manager: Any = part.model._default_manager
        rows = manager.exclude(**{place: ""}).order_by(path, "pk")
        chosen = rows.filter(**{path: slug}) if slug else rows
        entries = Entry.objects.filter(subject_type=part.model._meta.model_name)
        of_one = entries.filter(evaluation__slug=slug) if slug else entries
        pairs = of_one.values_list("subject_id", f"after__{digest}")
        told = {key: value for key, value in pairs if value}
        own = {field.name for field in part.fields}
        name = "file_name" if "file_name" in own else "name"
        columns = ("pk", path, name, place, digest)
        # No cursor: it would not outlive a transaction behind a pooler.
        for pk, where, called, lies, sha256 in chosen.values_list(*columns):
            agreed = sha256 if told.get(str(pk), sha256) == sha256 else ""
            yield KeptFile(where, called, lies, agreed)


def leftovers() -> list[Leftover]:
    """The files that no row of any evaluation names, whatever their age. The folders
    are read before the rows, so a file whose row came meanwhile is none."""
    lying = dict(file_storage().stored_files())
    for file in kept_files():
        lying.pop(file.stored_as, None)
    now = time.time()
    return [
        Leftover(name, name.endswith(HALF), datetime.timedelta(seconds=now - changed))
        for name, changed in sorted(lying.items())
    ]


# The name under which `notices` owes them.
LETTER = "decision_letter"


def letter_notices(letters: Iterable[Letter]) -> QuerySet[Notice]:
    rows: QuerySet[Notice] = Notice.objects.filter(
        kind=LETTER, subject_id__in=[str(letter.pk) for letter in letters]
    )
    return rows.order_by("created_at")


def rivals_named(candidate: Candidate, text: str) -> list[str]:
    """Names of other candidates, or of their vendors, that stand in the text. What
    everybody would build or stay with is named after no company."""
    own = set(names_of(candidate))
    others = Candidate.objects.filter(
        ~Q(pk=candidate.pk),
        evaluation=candidate.evaluation_id,
        kind__in=("buy", "open_source"),
    ).select_related("vendor")
    return [
        name
        for other in others
        for name in names_of(other)
        if name not in own and stands_alone(name, text)
    ]


# “61 %”, “4.5 h”, “EUR 120”: a number with its unit. A comma may stand for thousands
# or for decimals, so a number with one is not read.
NUMBER = re.compile(r"([^\d,.+-]*)([+-]?\d+(?:\.\d+)?)([^\d,.]*)")


@dataclass(frozen=True, slots=True)
class MetricPlace:
    check: PromiseCheck
    value: MetricValue | None
    today: datetime.date

    @property
    def is_missing(self) -> bool:
        check = self.check
        if self.value is not None or check.waived_reason:
            return False
        return not check.is_open or check.due_on <= self.today


@dataclass(frozen=True, slots=True)
class MetricRow:
    metric: Metric
    places: tuple[MetricPlace, ...]

    @property
    def given(self) -> list[MetricValue]:
        return [place.value for place in self.places if place.value is not None]

    def way(self, value: str) -> float | None:
        """How much of the way from baseline to target a value has gone. None unless all
        three are numbers of one unit that differ."""
        read = [
            number_of(text)
            for text in (self.metric.baseline, self.metric.target, value)
        ]
        if None in read or len({unit for _, unit in filter(None, read)}) != 1:
            return None
        before, target, now = [number for number, _ in filter(None, read)]
        return None if before == target else (now - before) / (target - before)


def number_of(text: str) -> tuple[float, str] | None:
    match = NUMBER.fullmatch(text.strip())
    if match is None:
        return None
    lead, number, unit = match.groups()
    return float(number), f"{lead.strip()}|{unit.strip()}".casefold()


def newest_readings(evaluation: Evaluation) -> dict[str, str]:
    """By metric what it was last measured to be; nobody measures before the award."""
    if evaluation.is_open:
        return {}
    rows = MetricValue.objects.filter(metric__evaluation=evaluation)
    ordered = rows.order_by("promise_check__due_on", "pk")
    return dict(ordered.values_list("metric__name", "value"))


def metric_rows(
    evaluation: Evaluation, checks: Collection[PromiseCheck], today: datetime.date
) -> list[MetricRow]:
    values = {
        (row.promise_check_id, row.metric_id): row
        for row in MetricValue.objects.filter(promise_check__in=checks).select_related(
            "recorded_by"
        )
    }
    return [
        MetricRow(
            metric,
            tuple(
                MetricPlace(check, values.get((check.pk, metric.pk)), today)
                for check in checks
            ),
        )
        for metric in evaluation.metrics.all()
    ]


LISTED = 10


@dataclass(frozen=True, slots=True)
class NextTest:
    candidate: Candidate
    requirement: Requirement
    chance: str


@dataclass(frozen=True, slots=True)
class ToConfirm:
    """What runs propose for a cell; nobody has confirmed it."""

    candidate: Candidate
    requirement: Requirement
    verdict: str


@dataclass(frozen=True, slots=True)
class NextTests:
    """What is to be confirmed, and the first of an evaluation's open verdicts by their
    chance to decide; neither while `is_counting`, as the draws are of other facts.
    `open` is how many there are, `idle` how many of them would change nothing by
    themselves."""

    confirm: list[ToConfirm]
    tests: list[NextTest]
    open: int
    idle: int
    is_counting: bool


def next_tests(evaluations: Collection[Evaluation]) -> dict[uuid.UUID, NextTests]:
    """By evaluation, in seven queries; nothing where nothing was drawn."""
    keys = [place.pk for place in evaluations]
    now = versions_of(keys)
    drawn = [
        row for row in KeptDraws.objects.filter(evaluation__in=keys) if row.results
    ]
    current = [
        row
        for row in drawn
        if row.version == now[row.evaluation_id].digest and row.adds_up
    ]
    lines = [(row.evaluation_id, line) for row in current for line in lines_of(row)]
    ids = {line["id"] for _, line in lines}
    candidates = {str(row.pk): row for row in Candidate.objects.filter(pk__in=ids)}
    needs = requirements_of(lines)
    found: dict[uuid.UUID, NextTests] = {
        row.evaluation_id: NextTests(
            [], [], row.results["open"], row.results["idle"], row not in current
        )
        for row in drawn
    }
    for key, line in lines:
        candidate, need = candidates.get(line["id"]), needs.get((key, line["ref"]))
        if candidate is None or need is None:
            continue
        if "verdict" in line:
            found[key].confirm.append(ToConfirm(candidate, need, line["verdict"]))
        else:
            found[key].tests.append(NextTest(candidate, need, line["chance"]))
    return found


def lines_of(kept: KeptDraws) -> Iterator[dict[str, Any]]:
    yield from kept.results.get("proposed", [])[:LISTED]
    yield from kept.results["next"][:LISTED]


def requirements_of(
    listed: Collection[tuple[uuid.UUID, dict[str, Any]]],
) -> dict[tuple[uuid.UUID, str], Requirement]:
    if not listed:
        return {}
    wanted = Q()
    for evaluation in {key for key, _ in listed}:
        refs = {line["ref"] for key, line in listed if key == evaluation}
        wanted |= Q(evaluation=evaluation, ref__in=refs)
    rows = Requirement.objects.filter(wanted)
    return {(row.evaluation_id, row.ref): row for row in rows}
