"""The answer sheet in the vendor pages: it goes out with the drafts and comes back as
drafts, so that nothing is handed in by a file."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Prefetch, QuerySet

from evaltracker.errors import Stale
from evaltracker.evaluations.models import Requirement
from evaltracker.kit.clock import database_now
from evaltracker.tabular.days import DayOrder
from vendors.models import AnswerDraft, Candidate, DraftFile
from vendors.selectors import asked_requirements, own_claims
from vendors.selectors.demands import lists_of, with_demands
from vendors.selectors.vendor_answers import AnswerRow, answers_of
from vendors.services.answer_drafts import OTHER_TAB, is_new
from vendors.services.batches import read_all, stated
from vendors.services.sheets import naming_cells, read_lines
from vendors.sheets import write_sheet
from vendors.typed_answers import ENVIRONMENTS, typed_of, words_in
from vendors.values_field import Names
from vendors.words import WORDS, ClaimWords

# What is typed by ref, and over which version of a draft.
type TypedByRef = Mapping[str, tuple[dict[str, Any], int]]


@dataclass(frozen=True, slots=True)
class DraftChange:
    """What a sheet says of a requirement, and what is typed or handed in now."""

    requirement: Requirement
    former: ClaimWords | None
    words: ClaimWords
    # The words as a form holds them, over which version of a draft.
    typed: dict[str, Any]
    version: int


@dataclass(frozen=True, slots=True)
class SheetPreview:
    """What would become drafts, and how many answers stay as they are."""

    changes: list[DraftChange]
    unchanged: int

    @property
    def typed(self) -> TypedByRef:
        """As `save_drafts` takes it."""
        return {
            each.requirement.ref: (each.typed, each.version) for each in self.changes
        }


def drafts_sheet(candidate: Candidate) -> bytes:
    """The sheet with everything that is asked, the drafts over what was handed in."""
    lists = lists_of(candidate.evaluation)
    current = {
        row.requirement.ref: words
        for row in answers_of(candidate).rows
        if (words := _current(row, lists)) is not None
    }
    asked = with_demands(asked_requirements(candidate.evaluation))
    return write_sheet(asked, current)


def preview_sheet(
    *,
    candidate: Candidate,
    content: bytes,
    filename: str,
    order: DayOrder | None = None,
) -> SheetPreview:
    """What a filled sheet would change in the drafts; nothing is written.

    Raises:
        Invalid: by cell, each named “Answers.<cell>”, all that is wrong at once.

    """
    rows = {row.requirement.ref: row for row in answers_of(candidate).rows}
    lists = lists_of(candidate.evaluation)
    current = {ref: _current(row, lists) for ref, row in rows.items()}
    stands = {ref: words for ref, words in current.items() if words is not None}
    lines = read_lines(content, filename, stands, order)
    times = Counter(line.requirement for line in lines)
    # A draft that is not whole yet may stay as it is.
    said = [
        line
        for line in lines
        if times[line.requirement] > 1
        or line.wrong
        or line.words is not current.get(line.requirement)
    ]
    with naming_cells(said):
        today = database_now().date()
        asked = {ref: row.requirement for ref, row in rows.items()}
        words = read_all(
            [stated(line.requirement, line.words) for line in said], asked, today, lists
        )
    found = [
        _change(rows[line.requirement], current[line.requirement], each)
        for line, each in zip(said, words, strict=True)
    ]
    changes = [change for change in found if change is not None]
    return SheetPreview(changes, len(lines) - len(changes))


@transaction.atomic
def save_drafts(*, candidate: Candidate, typed: TypedByRef) -> int:
    """Keep what a sheet says as drafts, all of it or nothing; how many there were.

    Raises:
        Stale: a draft has changed since the preview, or something is not asked now.

    """
    asked = asked_requirements(candidate.evaluation).filter(ref__in=typed)
    rows = {row.requirement.ref: row for row in _locked(candidate, asked)}
    now = database_now()
    made, changed, gone = [], [], []
    for ref, (words, version) in typed.items():
        row = rows.get(ref)
        draft = row.draft if row else None
        if row is None or (draft.version if draft else 0) != version:
            raise Stale(OTHER_TAB)
        if draft is None:
            draft = AnswerDraft(candidate=candidate, requirement=row.requirement)
            made.append(draft)
        elif draft.files.all() or is_new(words, row.requirement, row.claim):
            changed.append(draft)
        else:
            gone.append(draft.pk)
        draft.typed, draft.version, draft.saved_at = words, version + 1, now
    AnswerDraft.objects.filter(pk__in=gone).delete()
    AnswerDraft.objects.bulk_update(changed, ["typed", "version", "saved_at"])
    # Of two that begin at once, one is first.
    AnswerDraft.objects.bulk_create(made, ignore_conflicts=True)
    if AnswerDraft.objects.filter(pk__in=[row.pk for row in made]).count() < len(made):
        raise Stale(OTHER_TAB)
    return len(typed)


def _locked(candidate: Candidate, asked: QuerySet[Requirement]) -> Iterator[AnswerRow]:
    """What is asked, with the drafts locked."""
    claims = {claim.requirement_id: claim for claim in own_claims(candidate)}
    rows = AnswerDraft.objects.filter(candidate=candidate, requirement__in=asked)
    files = Prefetch("files", DraftFile.objects.defer("content"))
    locked = rows.select_for_update(of=("self",), no_key=True).order_by("pk")
    drafts = {row.requirement_id: row for row in locked.prefetch_related(files)}
    for row in asked:
        yield AnswerRow(row, claims.get(row.pk), drafts.get(row.pk))


def _current(row: AnswerRow, lists: Names) -> ClaimWords | None:
    """What is typed, or else what was handed in."""
    if row.draft is not None:
        return words_in(row.draft.typed, lists, row.claim)
    if row.claim is None:
        return None
    return ClaimWords(**{name: getattr(row.claim, name) for name in WORDS})


def _change(
    row: AnswerRow, former: ClaimWords | None, words: ClaimWords
) -> DraftChange | None:
    """The words of a sheet as they would be typed; None if they are typed already."""
    typed = typed_of(words)
    if words.environments != (row.claim.environments if row.claim else []):
        typed[ENVIRONMENTS] = words.environments
    stands = row.draft.typed if row.draft else typed_of(row.claim)
    if typed == stands:
        return None
    version = row.draft.version if row.draft else 0
    return DraftChange(row.requirement, former, words, typed, version)
