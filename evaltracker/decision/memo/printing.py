"""The sealed memo: its first page, the words, and what seals them.

The first page is for a board: the decision in a sentence, who approved it, four figures
and two pictures. It and the seal are drawn from what is frozen and are no part of the
words that are signed: the seal would change them with each signature under them.
"""

import datetime
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from evaltracker.decision.memo.brief import pursued
from evaltracker.decision.memo.certainty import certainty_of, weighed
from evaltracker.decision.memo.figures import Figure as BoardFigure
from evaltracker.decision.memo.figures import (
    Figures,
    Part,
    approved_parts,
    counted_of,
    figures_of,
    joined,
    say,
)
from evaltracker.decision.memo.inputs import SIGN_OFF, mark_imported
from evaltracker.decision.memo.markdown import bullets, day, inline, section
from evaltracker.decision.memo.markdown import table as written_table
from evaltracker.decision.memo.record import (
    CandidateResult,
    FrozenCandidate,
    FrozenGap,
    FrozenSignature,
    FrozenStep,
    Inputs,
    Memo,
    name_signed,
)
from evaltracker.decision.memo.text import (
    NOTHING_SHORT,
    VERDICTS,
    best_of_others,
    chosen_of,
    condition_lines,
    exception_lines,
    gap_name,
    gap_words,
    open_gaps,
    origin_of,
    price_words,
    rank,
    shortcomings,
)
from evaltracker.decision.models import Decision
from evaltracker.evaluations.choices import Stage
from evaltracker.evaluations.journal import as_json_value
from evaltracker.evaluations.models import Evaluation, JournalHead
from evaltracker.toolbox.charts import (
    SMALL,
    Axis,
    Lane,
    Lanes,
    Span,
    draw_lanes,
    scale,
    short,
)
from evaltracker.toolbox.days import wall_of
from evaltracker.toolbox.text import listed, shortened
from evaltracker.toolbox.working_days import day_in_words
from stakeholders.models import Condition, SignOff, digest_of
from stakeholders.selectors import Approved, Signature, count_approvals, signature_of
from trials.scoring import rounded

# More than these nobody compares by eye; the table of all options has them.
DRAWN = 12
OUT = "eliminated"
# What is not stated is seen behind the dearest, too.
ROOM = 1.1


@dataclass(frozen=True, slots=True)
class Picture:
    key: str
    chart: Lanes
    head: tuple[str, ...]
    rows: tuple[tuple[Part, ...], ...]
    note: str = ""

    @property
    def title(self) -> str:
        return self.chart.title


def stand(counted: Figures, compared: list[FrozenCandidate]) -> Picture | None:
    if not compared:
        return None
    columns = {"Fit": counted.fit}
    if any(counted.total(row["id"]).exact is not None for row in compared):
        columns |= {"People": counted.people, "Total": counted.total}
    name = [*columns][-1].lower()
    lanes: list[Lane] = []
    rows: list[tuple[Part, ...]] = []
    for row in compared[:DRAWN]:
        shown = [figure(row["id"]) for figure in columns.values()]
        share = counted.results[row["id"]][name]
        mark = note(counted, row)
        spans = () if share is None else (Span(0, float(share)),)
        lanes.append(
            Lane(row["name"], str(shown[-1]), spans, note=mark, tone=tone(mark))
        )
        rows.append((row["name"], *shown, mark or "in the running"))
    chart = draw_lanes(f"How candidates stand: {name}", lanes, Axis(1.0), SMALL)
    head = ("Candidate", *columns, "Where it stands")
    return Picture("stand", chart, head, tuple(rows), rest(compared))


BOUNDS = ("low", "likely", "high")
UNTOLD = "–"


def costs(counted: Figures, compared: list[FrozenCandidate]) -> Picture | None:
    brief = counted.inputs["brief"]
    results = counted.results
    priced = [row for row in compared if results[row["id"]]["cost"]["known"]]
    if not priced:
        return None
    if brief["budget"]:
        budget = float(brief["budget"])
    else:
        budget = None
    most = max(float(results[row["id"]]["cost"]["high"]) for row in priced[:DRAWN])
    step, end = scale(max(most, budget or 0) * ROOM)
    ticks = [(step * number, short(step * number)) for number in range(7)]
    axis = Axis(
        end,
        ticks=tuple(tick for tick in ticks if tick[0] <= end)[::2],
        limit=None if budget is None else (budget, f"budget {short(budget)}"),
        rooms=(92,),
    )
    lanes: list[Lane] = []
    rows: list[tuple[Part, ...]] = []
    for row in compared[:DRAWN]:
        if row not in priced:
            mark = " · ".join(filter(None, (note(counted, row), "no price known")))
            lanes.append(Lane(row["name"], UNTOLD, (), note=mark, tone="out"))
            rows.append((row["name"], UNTOLD, UNTOLD, UNTOLD, "no price known"))
            continue
        bounds = [counted.cost(row["id"], bound) for bound in BOUNDS]
        low, likely, high = (float(figure.exact or 0) for figure in bounds)
        unknown = counted.unknown(row["id"])
        mark = note(counted, row)
        over = budget is not None and likely > budget
        spans = [Span(0, low), Span(low, likely, "likely"), Span(likely, high, "high")]
        left = say("{} kinds", unknown) if unknown.exact else "nothing"
        marks = [mark, "over the budget" if over else ""]
        if unknown.exact:
            spans.append(Span(high, end, "unknown"))
            marks.append(f"{unknown.exact} kinds not stated")
        lanes.append(
            Lane(
                row["name"],
                f"{short(likely)} or more" if unknown.exact else short(likely),
                spans=tuple(span for span in spans if span.end > span.start),
                note=" · ".join(filter(None, marks)),
                tone=tone(mark) or ("over" if over else ""),
            )
        )
        rows.append((row["name"], *bounds, left))
    title = f"Cost over {brief['horizon_months']} months, {brief['currency']}"
    head = ("Candidate", "Low", "Likely", "High", "Not stated")
    chart = draw_lanes(title, lanes, axis, SMALL)
    return Picture("costs", chart, head, tuple(rows), rest(compared))


def note(counted: Figures, row: FrozenCandidate) -> str:
    if row["id"] == counted.inputs["choice"]["candidate"]:
        return "chosen"
    if row["state"] == OUT:
        stage = row.get("eliminated_in")
        if stage:
            return f"eliminated in {stage}"
        return "eliminated"
    if counted.results[row["id"]]["knock_outs"]:
        return "knocked out"
    return ""


def tone(mark: str) -> str:
    if mark == "chosen":
        return "lead"
    return "out" if mark else ""


def rest(rows: Iterable[FrozenCandidate]) -> str:
    names = [row["name"] for row in rows][DRAWN:]
    if names:
        return f"Not drawn: {', '.join(names)}."
    return ""


VERIFIED = (
    "Verified: recalculating from the frozen inputs gives identical results, and the "
    "fingerprint is that of the journal."
)
DIFFERS = "This is not what was decided:"


@dataclass(frozen=True, slots=True)
class PrintedFigure:
    name: str
    value: Part
    words: Part


@dataclass(frozen=True, slots=True)
class FrontPage:
    """What stands before the words; every form of the memo prints all of it."""

    sentence: str
    said: str
    figures: tuple[PrintedFigure, ...]
    pictures: tuple[Picture, ...]
    # What a board asks, each with its answer in lines.
    passages: tuple[tuple[str, tuple[Part, ...]], ...] = ()
    # What the proof came to; blank of a draft, and where nobody asked.
    proof: str = ""
    differs: tuple[str, ...] = ()

    @property
    def markdown(self) -> str:
        figures = bullets(
            f"{figure.name}: **{inline(figure.value)}**"
            f"{f', {inline(figure.words)}' if figure.words else ''}"
            for figure in self.figures
        )
        parts = [f"**{inline(self.sentence)}**", inline(self.said), figures]
        for title, lines in self.passages:
            parts += [f"{title}:", bullets(map(inline, lines))]
        for picture in self.pictures:
            parts += [
                f"{inline(picture.title)}:",
                written_table(picture.head, picture.rows),
                inline(picture.note),
            ]
        parts += [inline(self.proof), bullets(map(inline, self.differs))]
        return "\n\n".join(filter(None, parts))


def front_page(
    memo: Memo,
    decision: Decision | None,
    differences: Sequence[str] | None = None,
    counted: Figures | None = None,
) -> FrontPage:
    """Of a frozen memo, or of a draft, for which `decision` is None. `differences` is
    what its proof found, None where it was not asked. `counted` are its figures; of a
    memo that has its cells they are counted here."""
    inputs = memo["inputs"]
    results = memo["results"]
    signatures = counted_signatures(memo)
    proof = ""
    if differences is not None:
        proof = DIFFERS if differences else VERIFIED
    compared = sorted(
        (row for row in inputs["candidates"] if pursued(row, results[row["id"]])),
        key=lambda row: (row["state"] == OUT, rank(results[row["id"]])),
    )
    counted = counted or figures_of(memo)
    pictures = (stand(counted, compared), costs(counted, compared))
    return FrontPage(
        sentence=sentence(inputs, decided=decision is not None),
        said=when_and_by_whom(inputs, decision, signatures),
        figures=tuple(figures(counted, decision, signatures)),
        passages=tuple(passages(memo)),
        pictures=tuple(picture for picture in pictures if picture),
        proof=proof,
        differs=tuple(differences or ()),
    )


def sentence(inputs: Inputs, *, decided: bool) -> str:
    chosen = chosen_of(inputs)
    if chosen is None:
        return "No candidate is chosen yet."
    if chosen["kind"] == "as_is":
        verb = "keep"
    else:
        verb = "choose"
    return f"{f'We {verb}' if decided else f'We propose to {verb}'} {chosen['name']}."


def when_and_by_whom(
    inputs: Inputs, decision: Decision | None, sign_offs: Sequence[FrozenSignature]
) -> str:
    if decision is None:
        return f"A draft of {day(inputs['as_of'])}; nothing is decided yet."
    if decision.decided_by:
        decider = decision.decided_by.name
    else:
        decider = ""
    on = day_in_words(there(as_json_value(decision.decided_at), decision))
    decided = f"Decided on {on} by {decider}."
    people: dict[tuple[str, str], list[str]] = {}
    for row in sign_offs:
        name = f"{row['printed_name']} ({name_signed(row)})"
        key = (row["verdict"], day_in_words(there(row["signed_at"], decision)))
        people.setdefault(key, []).append(name)
    signed = [
        f"{listed(names)} {VERDICTS[verdict]} on {on}."
        for (verdict, on), names in people.items()
    ]
    return " ".join((decided, *signed))


def there(moment: str, decision: Decision) -> datetime.datetime:
    """What clocks showed where it was decided: one day for everybody who reads it."""
    return wall_of(datetime.datetime.fromisoformat(moment), decision.evaluation.zone)


def figures(
    counted: Figures, decision: Decision | None, sign_offs: Sequence[FrozenSignature]
) -> Iterator[PrintedFigure]:
    inputs = counted.inputs
    chosen = chosen_of(inputs)
    if chosen is not None:
        yield score(counted, chosen)
        yield PrintedFigure("Price", *price_words(counted, chosen["id"]))
        yield certainty(counted, chosen["id"])
    yield approvals(inputs, decision, sign_offs)


def score(figures: Figures, chosen: FrozenCandidate) -> PrintedFigure:
    key = chosen["id"]
    fit = figures.fit(key)
    people = figures.people(key)
    total = figures.total(key)
    if total.exact is None:
        return PrintedFigure("Fit", fit, "no score of people counts yet")
    parts = say("fit {}, people {}", fit, people)
    rival = best_of_others(figures, key)
    return PrintedFigure(
        "Total", total, say("of 100; {}; {}", rival, parts) if rival else parts
    )


def certainty(figures: Figures, key: str) -> PrintedFigure:
    """How likely the chosen one is first; or why that is not said."""
    if figures.robust.get("untold", "none"):
        return PrintedFigure("Likely first", UNTOLD, weighed(figures).untold)
    shares = figures.likely or figures.by_weights
    if key not in shares:
        why = f"{figures.names[key]} takes no part in the draws"
        return PrintedFigure("Likely first", UNTOLD, why)
    lines = certainty_of(figures)
    likeliest = next(iter(shares)) == key
    if likeliest:
        rest = lines.rest
    else:
        rest = say("{}{}", lines.likely, lines.rest)
    details = say("{} {}", rest, lines.still_open)
    return PrintedFigure("Likely first", say("{} of 100", shares[key]), details)


def approvals(
    inputs: Inputs, decision: Decision | None, sign_offs: Sequence[FrozenSignature]
) -> PrintedFigure:
    dissent = inputs["choice"]["dissent"].strip()
    if dissent:
        disagrees = "dissent recorded"
    else:
        disagrees = "no dissent recorded"
    if decision is None:
        return PrintedFigure("Approved", "draft", f"not decided yet; {disagrees}")
    approved = approved_of_frozen(sign_offs)
    if not approved.asked:
        return PrintedFigure(
            "Approved", UNTOLD, f"no signature is kept here; {disagrees}"
        )
    count, who = approved_parts(approved)
    return PrintedFigure("Approved", count, say("{}; {}", who, disagrees))


def approved_of_frozen(sign_offs: Sequence[FrozenSignature]) -> Approved:
    """Who approved what was decided; everybody who was asked has signed then."""
    roles = [name_signed(row) for row in sign_offs]
    names = [row["printed_name"] for row in sign_offs]
    rows = [
        Signature(name, name, role, row.get("seat", ""), row["verdict"])
        for name, role, row in zip(names, roles, sign_offs, strict=True)
    ]
    return count_approvals(dict.fromkeys(roles, 1), rows)


def counted_signatures(memo: Memo) -> list[FrozenSignature]:
    """Of the frozen signatures those of the last round, on the very words, and of each
    seat the last one; memos of before froze no round, and some no words of theirs."""
    rows: list[FrozenSignature] = (memo.get("seal") or UNSEALED)["sign_offs"]
    digest = digest_of(memo.get("text", ""))
    rows = [row for row in rows if row["document__sha256"] == digest] or rows
    rounds = [(row["visit__number"], row.get("round", 1)) for row in rows]
    newest = {
        (row["role"], row["printed_name"], row.get("seat", "")): row
        for row, number in zip(rows, rounds, strict=True)
        if number == max(rounds)
    }
    return list(newest.values())


# So many lines, and letters of a text, stand under one head of the first page; the
# memo behind it has all.
LINES = 5
LETTERS = 140
STEPS = 3


def passages(memo: Memo) -> Iterator[tuple[str, tuple[Part, ...]]]:
    """What a board asks of the one that is chosen; nothing of memos of before, which
    froze no gaps and no steps."""
    inputs = memo["inputs"]
    results = memo["results"]
    chosen = chosen_of(inputs)
    if chosen is None or "gaps" not in chosen:
        return
    gaps = open_gaps(chosen)
    short = shortcomings(inputs, results, chosen)
    conditions = [*inputs["conditions"], *(memo.get("seal") or UNSEALED)["conditions"]]
    texts = {row["ref"]: row["text"] for row in inputs["requirements"]}
    does_not = [
        f"{ref} {shortened(texts[ref], LETTERS)}: {word}."
        for ref, word in short.items()
    ]
    # Those that are open come first, for not all may have a line.
    conditions.sort(key=lambda row: bool(row["closing_note"]))
    agreed = [
        shortened(line, 2 * LETTERS)
        for line in (*condition_lines(conditions), *exception_lines(inputs))
    ]
    dissent = shortened(inputs["choice"]["dissent"].strip(), 2 * LETTERS)
    for title, lines, nothing in (
        ("Dissent", [dissent] if dissent else [], "None is recorded."),
        ("What it does not do", does_not, NOTHING_SHORT),
        ("Open gaps", [gap_words(gap, conditions, LETTERS) for gap in gaps], "None."),
        ("Conditions and waivers", agreed, "None."),
        ("Benefit", [benefit(inputs, chosen, results[chosen["id"]])], ""),
        ("Risks", [*risks(inputs, short, gaps, conditions)], "None is recorded."),
        ("Next steps", [*map(step_words, chosen["steps"][:STEPS])], "None is dated."),
    ):
        left = counted_of(f"stated.{title}", len(lines) - LINES)
        if lines[LINES:]:
            more = [say("{} more, in the memo.", left)]
        else:
            more = []
        yield title, (*lines[:LINES], *more) or (nothing,)


def risks(
    inputs: Inputs,
    short: Iterable[str],
    gaps: Iterable[FrozenGap],
    conditions: Iterable[Mapping[str, Any]],
) -> Iterator[str]:
    """Who leads its trial looks after a gap, its owner after a condition, the owner of
    the evaluation after all else that it does not do."""
    owner = inputs["brief"]["owner"]
    keepers = dict.fromkeys(short, owner)
    keepers |= {gap["ref"] or gap_name(gap): gap["lead"] for gap in gaps}
    for row in conditions:
        if not row["closing_note"]:
            keepers[shortened(row["text"], LETTERS)] = row.get("owner") or owner
    for risk, keeper in keepers.items():
        yield f"{risk}: {keeper} looks after it."


def step_words(step: FrozenStep) -> str:
    who = f" ({step['who']})" if step["who"] else ""
    if step["kind"] in ("gap", "promise"):
        promised = "promised: "
    else:
        promised = ""
    what = shortened(step["text"], LETTERS).rstrip(".")
    return f"{day(step['on'])}: {promised}{what}{who}."


def benefit(inputs: Inputs, chosen: FrozenCandidate, result: CandidateResult) -> Part:
    """What the hours saved are worth, that less the likely cost, and how many months of
    it the cost takes."""
    cost = result["cost"]
    value = result["value"]
    key = chosen["id"]
    if value is None:
        return "Not counted: no value entered for hours saved."
    worth = Fraction(value["amount"])
    paid = Fraction(cost["likely"])
    figure = BoardFigure(f"benefit.worth.{key}", worth, short(float(worth)))
    parts = [say("Hours saved {} {}", figure, inputs["brief"]["currency"])]
    least = most = ""
    if cost["known"] < cost["kinds"]:
        least = "at least "
        most = "at most "
    if cost["known"]:
        left = BoardFigure(
            f"benefit.less_cost.{key}", worth - paid, short(float(worth - paid))
        )
        parts.append(say("less its cost {}{}", most, left))
    if cost["known"] and worth:
        wait = math.ceil(Decimal(chosen["months_to_live"] or 0))
        months = paid * (inputs["brief"]["horizon_months"] - wait) / worth
        figure = BoardFigure(f"benefit.months.{key}", months, str(rounded(months, 1)))
        parts.append(say("pays back after {}{} months", least, figure))
    return say("{}.", joined(parts))


DRAFT = "A draft: nothing is decided, and these words may still change."


# Of a decision that was frozen before signatures and head were kept beside its words.
UNSEALED: dict[str, Any] = {"sign_offs": [], "conditions": [], "journal": None}


def gather_seal(evaluation: Evaluation) -> dict[str, Any]:
    signed = SignOff.objects.filter(
        visit__evaluation=evaluation, visit__stage=Stage.DECISION
    ).order_by("signed_at", "pk")
    seats = [signature_of(row).seat for row in signed.select_related("on_behalf_of")]
    rows = Condition.objects.filter(
        sign_off__visit__evaluation=evaluation, sign_off__visit__stage=Stage.DECISION
    )
    frozen = mark_imported(evaluation, signed.values("round", *SIGN_OFF))
    head = JournalHead.objects.get(evaluation=evaluation)
    gathered: dict[str, Any] = as_json_value(
        {
            "sign_offs": [
                {**row, "seat": seat} for row, seat in zip(frozen, seats, strict=True)
            ],
            "conditions": list(rows.order_by("text").values("text", "closing_note")),
            "journal": {"entries": head.count, "head": head.hash},
        }
    )
    return gathered


def seal(frozen: dict[str, Any], decision: Decision) -> str:
    signed = [
        f"{name_signed(sign_off)}: {inline(sign_off['printed_name'])} "
        f"{VERDICTS[sign_off['verdict']]} on "
        f"{day_in_words(there(sign_off['signed_at'], decision))}, words "
        f"{sign_off['document__sha256'][:16]}{origin_of(sign_off)}"
        + (f". {inline(sign_off['reason'])}" if sign_off["reason"] else "")
        for sign_off in frozen["sign_offs"]
    ]
    lines = condition_lines(frozen["conditions"])
    conditions = [f"Condition: {inline(line)}" for line in lines]
    if decision.decided_by:
        decider = decision.decided_by.name
    else:
        decider = ""
    at = there(as_json_value(decision.decided_at), decision)
    journal = frozen["journal"]
    if journal:
        head = (
            f"The journal had {journal['entries']} entries; the last one's hash is "
            f"{journal['head']}."
        )
    else:
        head = (
            "Signatures and the journal's head were not yet kept here; the journal "
            "itself has them."
        )
    signatures = bullets([*signed, *conditions]) or (
        "Nobody was asked to sign." if journal else ""
    )
    parts = (
        signatures,
        f"Decided by {inline(decider)}, {day_in_words(at)}, {at:%H:%M %Z}. "
        f"Formula version {decision.formula_version}.",
        head,
        f"SHA-256 of inputs, results, words and signatures: {decision.memo_sha256}.",
    )
    return "\n\n".join(part for part in parts if part)


# Where the words begin after the title.
PARTS = "\n\n## "


@dataclass(frozen=True, slots=True)
class SealedMemo:
    head: str
    front: FrontPage
    body: str

    @property
    def text(self) -> str:
        return f"{self.head}\n\n{self.front.markdown}\n\n{self.body}\n"


def sealed_memo(
    memo: Memo, decision: Decision | None, differences: Sequence[str] | None = None
) -> SealedMemo:
    if decision and decision.decided_by:
        made = decision
    else:
        made = None
    head, mark, rest = memo["text"].rstrip("\n").partition(PARTS)
    if made:
        sealed = seal(memo.get("seal", UNSEALED), made)
    else:
        sealed = DRAFT
    body = f"{mark}{rest}\n\n{section('Seal', sealed)}".lstrip("\n")
    return SealedMemo(head, front_page(memo, made, differences), body)
