"""The exact words that are signed in each stage, as canonical Markdown.

The text holds nothing that changes by itself (no clock, no counters of views), so
that a digest changes only when the content does.
"""

import difflib
import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from uuid import UUID

from evaltracker.decision.memo.inputs import exact_draws, gather_inputs, own_rows
from evaltracker.decision.memo.markdown import (
    amount,
    block,
    bullets,
    day,
    inline,
    section,
    table,
)
from evaltracker.decision.memo.results import compute_results
from evaltracker.decision.memo.text import write_memo
from evaltracker.evaluations.choices import Infrastructure, Stage, SupportWanted
from evaltracker.evaluations.models import Demand, Evaluation, ScopeValue, Visit
from trials.choices import EvidenceVerdict, setting_words
from trials.models import Criterion, Evidence, Gap, Trial
from trials.selectors.evaluation_cache import standing_ledger
from vendors.choices import CandidateState
from vendors.claims import named_words
from vendors.models import Candidate

WORDS: Any = json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))
# What is asked in each stage, and what is signed in it, as sentences call it.
QUESTIONS = WORDS["questions"]
THINGS = WORDS["things"]
# Headings that are ours, and not somebody's name for a candidate or a trial.
OURS = WORDS["headings"]

# What is read of a criterion and of its newest verdict.
CRITERION = ("text", "threshold", "measure", "requirement__ref", "requirement__text")
VERDICT = ("verdict", "note", "named_values", "source", "runner", "data")


def document_of(evaluation: Evaluation, *, visit: Visit) -> str:
    """The words that are signed on this visit, as they stand now. Read anew from the
    database: a row that was just written holds what was typed (60000), not what is kept
    (60000.00), and both must give the same digest."""
    evaluation = Evaluation.objects.get(pk=evaluation.pk)
    match visit.stage:
        case Stage.REQUIREMENTS:
            return requirements_document(evaluation)
        case Stage.DECISION:
            inputs = gather_inputs(evaluation)
            return write_memo(inputs, compute_results(inputs, exact_draws(evaluation)))
        case Stage.TRIALS:
            return trials_document(evaluation)
        case _:
            return candidates_document(evaluation)


def requirements_document(evaluation: Evaluation) -> str:
    metrics = evaluation.metrics.values_list(
        "name", "baseline", "target", "how_measured"
    )
    needs = evaluation.requirements.filter(retired_at__isnull=True)
    support = evaluation.support_wanted
    brief: list[tuple[str, object]] = [
        ("Problem to solve", evaluation.problem),
        *list_rows(evaluation),
        ("Must be running by", day(str(evaluation.must_run_by or ""))),
        ("Budget", budget(evaluation)),
        ("Support wanted", str(SupportWanted(support).label) if support else ""),
        *own_rows(evaluation),
    ]
    parts = [
        f"# Requirements: {inline(evaluation.title)}",
        section("Brief", table(("Question", "Answer"), brief)),
        section("Context", block(evaluation.context)),
        section(
            "Business metrics", table(("Metric", "From", "To", "How measured"), metrics)
        ),
        section("Categories", categories(evaluation)),
        section(
            "Requirements",
            table(
                ("Ref", "Category", "Requirement", "Priority", "Weight", "Moves"),
                (
                    (
                        need.ref,
                        need.category.name,
                        need.text,
                        need.get_priority_display(),
                        need.weight,
                        need.metric.name if need.metric else need.metric_excuse,
                    )
                    for need in needs.select_related("category", "metric")
                ),
            ),
        ),
        section("Must reach", measures(evaluation)),
        section("Must hold for every value of a list", held_against(evaluation)),
    ]
    return "\n\n".join(part for part in parts if part)


def categories(evaluation: Evaluation) -> str:
    rows = list(evaluation.categories.all())
    weights = (
        (category.name, "not agreed" if category.weight is None else category.weight)
        for category in rows
    )
    priced = (
        f"{inline(category.name)} is scored although it is about price: "
        f"{inline(category.price_reason)}"
        for category in rows
        if category.price_reason
    )
    return f"{table(('Category', 'Weight'), weights)}\n\n{bullets(priced)}".rstrip()


def candidates_document(evaluation: Evaluation) -> str:
    candidates = Candidate.objects.filter(evaluation=evaluation)
    rows = (
        (
            candidate.name,
            candidate.get_kind_display(),
            candidate.get_state_display(),
            candidate.state_reason,
        )
        for candidate in candidates
    )
    return "\n\n".join(
        [
            f"# Candidates: {inline(evaluation.title)}",
            table(("Candidate", "Kind", "State", "Reason"), rows),
            must_haves(evaluation),
        ]
    )


def trials_document(evaluation: Evaluation) -> str:
    trials = Trial.objects.filter(candidate__evaluation=evaluation)
    trials = trials.select_related("candidate")
    criteria = criteria_rows(evaluation)
    rows = Gap.objects.filter(trial__candidate__evaluation=evaluation)
    rows = rows.select_related("requirement", "evidence__criterion")
    gaps: dict[UUID, list[str]] = {}
    for gap in rows.order_by("found_on", "text"):
        if gap.closed_at:
            state = "closed"
        else:
            state = "open"
        if gap.evidence:
            criterion = gap.evidence.criterion
        else:
            criterion = None
        need = gap.requirement
        if need:
            about = f"{need.ref} {need.text}"
        else:
            about = "no requirement"
        if criterion is not None:
            about = f"{about}, criterion “{criterion.text}”"
        gaps.setdefault(gap.trial_id, []).append(
            f"{gap.get_severity_display()}, {state}, on {inline(about)}: "
            f"{inline(gap.text)} "
            f"{inline(gap.closing_note or gap.workaround)}".rstrip()
        )
    parts = [evaluation.say("# Trial results: {}", inline(evaluation.title))]
    for trial in trials.order_by("candidate__name", "starts_on", "title"):
        days = f"{day(str(trial.starts_on))} to {day(str(trial.ends_on))}"
        parts.append(
            section(
                f"{inline(trial.candidate.name)}: {inline(trial.title)}",
                f"{days}.\n\n{block(trial.summary)}\n\n"
                + table(
                    ("Criterion", "Threshold", "Requirement", "Verdict", "How", "Note"),
                    criteria.get(trial.pk, []),
                )
                + "\n\n"
                + bullets(gaps.get(trial.pk, [])),
            )
        )
    return "\n\n".join([*parts, must_haves(evaluation)])


def criteria_rows(evaluation: Evaluation) -> dict[UUID, list[tuple[str, ...]]]:
    verdicts = Evidence.objects.standing().filter(
        criterion__trial__candidate__evaluation=evaluation
    )
    newest = {
        key: verdict
        for key, *verdict in verdicts.order_by("recorded_at").values_list(
            "criterion_id", *VERDICT
        )
    }
    criteria = Criterion.objects.filter(trial__candidate__evaluation=evaluation)
    by_trial: dict[UUID, list[tuple[str, ...]]] = {}
    rows = criteria.values_list("trial_id", "pk", "named_values", *CRITERION)
    for trial, key, named_values, text, prose, measure, ref, need in rows:
        label = "not judged"
        note = ""
        setting = ""
        values = {**named_values}
        if key in newest:
            verdict, note, named, *who = newest[key]
            label = EvidenceVerdict(verdict).label
            setting = setting_words(*who, words=evaluation.words)
            values |= named
        how = "; ".join(filter(None, (setting, named_words(values))))
        number = Criterion(measure=measure, threshold=prose).number
        row = (text, number, f"{ref} {need}", label, how, note)
        by_trial.setdefault(trial, []).append(row)
    return by_trial


def must_haves(evaluation: Evaluation) -> str:
    running = (CandidateState.SHORTLISTED, CandidateState.CHOSEN)
    candidates = list(
        Candidate.objects.filter(evaluation=evaluation, state__in=running)
    )
    book = standing_ledger(evaluation)
    musts = [row for row in book.rows if row.is_must]
    columns = [book.of(candidate) for candidate in candidates]
    counts = bullets(
        f"{inline(column.candidate.name)}: {column.coverage.in_words}"
        for column in columns
    )
    standings = table(
        ("Ref", "Requirement", *(inline(candidate.name) for candidate in candidates)),
        (
            (
                must.ref,
                must.text,
                *(str(column.cells[must.ref].standing) for column in columns),
            )
            for must in musts
        ),
    )
    return section("Must-haves", f"{counts}\n\n{standings}".strip())


def changes(before: str, after: str) -> str:
    lines = difflib.unified_diff(
        before.splitlines(), after.splitlines(), lineterm="", n=0
    )
    return "\n".join(
        line for line in lines if not line.startswith(("---", "+++", "@@"))
    )


def changes_told(before: str, after: str) -> str:
    """How many lines changed, and under which of our headings; no word of them."""
    old = lines_of(before)
    new = lines_of(after)
    counted: Counter[str] = Counter()
    matcher = difflib.SequenceMatcher(
        None, [line for _, line in old], [line for _, line in new], autojunk=False
    )
    for tag, first, last, start, end in matcher.get_opcodes():
        if tag == "equal":
            continue
        for heading, _ in new[start:end] or old[first:last]:
            counted[heading] += 1
    number = sum(counted.values())
    named = [text for text in counted if text in OURS]
    if named and len(named) < 4:
        headings = f" under {' and '.join(named)}"
    else:
        headings = ""
    return f"{number} line{'' if number == 1 else 's'}{headings}. The page shows each."


def lines_of(document: str) -> list[tuple[str, str]]:
    heading = ""
    lines = []
    for line in document.splitlines():
        if line.startswith("## "):
            heading = line.removeprefix("## ").strip()
        if line.strip():
            lines.append((heading, line))
    return lines


def held_against(evaluation: Evaluation) -> str:
    rows = Demand.objects.filter(
        scope__evaluation=evaluation, requirement__retired_at__isnull=True
    ).order_by("scope__position", "requirement__position", "requirement__ref")
    lines = list(
        rows.values_list("scope__name", "requirement__ref", "requirement__text")
    )
    if lines:
        return table(("List", "Ref", "Requirement"), lines)
    return ""


def measures(evaluation: Evaluation) -> str:
    needs = evaluation.requirements.filter(retired_at__isnull=True).exclude(measure={})
    rows = [(need.ref, need.measure_words) for need in needs]
    if rows:
        return table(("Ref", "Number"), rows)
    return ""


def list_rows(evaluation: Evaluation) -> list[tuple[str, str]]:
    """The lists that answers are held against; of former days, where and in what. A
    list that says what was said there before keeps its former name, so that whoever has
    signed it has signed the same."""
    places = [Infrastructure(value).label for value in evaluation.infrastructure]
    former = {
        "Where it has to run": ", ".join(places),
        "Languages": evaluation.languages,
    }
    values = ScopeValue.objects.current().filter(scope__evaluation=evaluation)
    lists = {
        scope.name: ", ".join(row.name for row in values if row.scope_id == scope.pk)
        for scope in evaluation.scopes.all()
    }
    if not lists:
        return [(label, text) for label, text in former.items() if text]
    same = {row[1].casefold(): row for row in former.items() if row[1]}
    return [same.get(row[1].casefold(), row) for row in lists.items()]


def budget(evaluation: Evaluation) -> str:
    limits = (
        (evaluation.budget, ""),
        (evaluation.budget_once, " for what is paid once"),
        (evaluation.budget_yearly, " a year"),
    )
    return "; ".join(
        f"{amount(limit)} {evaluation.currency}{what}"
        for limit, what in limits
        if limit is not None
    )


ESCAPED = re.compile(r"\\([\\`*_{}\[\]<>()#+\-!|~=&:])")


# Below this share of common words, two lines are two lines and not one that changed.
ALIKE = 0.5


# Lines of more words are shown whole: comparing takes their number squared.
MOST_WORDS = 1500


type Mark = Literal["", "gone", "new"]


@dataclass(frozen=True, slots=True)
class DiffPiece:
    mark: Mark
    text: str


@dataclass(frozen=True, slots=True)
class DiffLine:
    kind: Literal["new", "gone", "changed"]
    pieces: tuple[DiffPiece, ...]


def diff_lines(difference: str) -> list[DiffLine]:
    lines: list[DiffLine] = []
    gone: list[str] = []
    new: list[str] = []
    for line in difference.splitlines():
        if line.startswith("-") and new:
            lines += paired(gone, new)
            gone = []
            new = []
        if line[1:].strip():
            (new if line.startswith("+") else gone).append(readable(line[1:]))
    return [*lines, *paired(gone, new)]


def paired(gone: list[str], new: list[str]) -> Iterator[DiffLine]:
    """Each line that went with the one that came in its place, where there is one. Rows
    of a table belong together by their first cell, a lone line to a lone line."""
    left = list(new)
    for line in gone:
        twin = next((text for text in left if named(text) == named(line)), None)
        if twin is None and len(gone) == len(new) == 1:
            twin = new[0]
        if twin is not None:
            pieces = compared(line, twin)
        else:
            pieces = ()
        if twin is not None and pieces:
            left.remove(twin)
            yield DiffLine("changed", pieces)
        else:
            yield DiffLine("gone", (DiffPiece("", line),))
    for line in left:
        yield DiffLine("new", (DiffPiece("", line),))


def named(line: str) -> str:
    return line.partition(" · ")[0]


def compared(before: str, after: str) -> tuple[DiffPiece, ...]:
    old = before.split()
    now = after.split()
    if len(old) + len(now) > MOST_WORDS:
        return ()
    matcher = difflib.SequenceMatcher(None, old, now, autojunk=False)
    if matcher.ratio() < ALIKE:
        return ()
    pieces: list[DiffPiece] = []
    for tag, first, last, start, end in matcher.get_opcodes():
        if tag == "equal":
            pieces.append(DiffPiece("", " ".join(old[first:last])))
            continue
        if first < last:
            pieces.append(DiffPiece("gone", " ".join(old[first:last])))
        if start < end:
            pieces.append(DiffPiece("new", " ".join(now[start:end])))
    return tuple(pieces)


def readable(line: str) -> str:
    bare = line.strip().removeprefix("| ").removesuffix(" |").lstrip("#- ")
    return ESCAPED.sub(r"\1", bare.replace(" | ", " · "))
