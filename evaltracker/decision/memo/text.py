"""The memo's words: why this one, what would change our mind, who disagreed, the brief
answered. These stand first, under the first page's figures; the working stands behind
them, after the heading that begins with `APPENDIX`.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from evaltracker.decision.memo import figures
from evaltracker.decision.memo.brief import (
    SHORT,
    brief_of_choice,
    briefs_of_others,
    effort_rows,
    own_answers,
    price_gap,
    pursued,
)
from evaltracker.decision.memo.certainty import need_names, weighed
from evaltracker.decision.memo.markdown import (
    APPENDIX,
    amount,
    block,
    bullets,
    day,
    inline,
    section,
    table,
)
from evaltracker.decision.memo.record import (
    CandidateResult,
    FrozenCandidate,
    FrozenGap,
    FrozenPromises,
    FrozenSignature,
    FrozenWorth,
    Inputs,
    Memo,
    Results,
    name_signed,
)
from evaltracker.toolbox.measures import CellNumbers
from evaltracker.toolbox.text import listed, named_ref, shortened
from stakeholders.selectors import people_needed
from trials.choices import Severity
from trials.scoring import Standing
from vendors.choices import PriceSource
from vendors.claims import named_words
from vendors.selectors.dialogue import stands_alone

NOT_STATED = "not stated"


def chosen_of(inputs: Inputs) -> FrozenCandidate | None:
    key = inputs["choice"]["candidate"]
    return next((row for row in inputs["candidates"] if row["id"] == key), None)


def ahead_of(counted: figures.Figures, key: str) -> str:
    fit = counted.fit(key)
    people = counted.people(key)
    total = counted.total(key)
    if total.exact is None:
        return ""
    rival = best_of_others(counted, key)
    if rival:
        best = f" The best of the others is {rival}."
    else:
        best = ""
    return f"Total {total} of 100: fit {fit}, people's score {people}.{best}"


def best_of_others(counted: figures.Figures, key: str) -> figures.Sentence:
    others = [
        row
        for row in counted.inputs["candidates"]
        if row["id"] != key and counted.total(row["id"]).exact is not None
    ]
    if not others:
        return figures.BLANK
    best = max(others, key=lambda row: counted.total(row["id"]).exact or 0)
    if best["state"] == "eliminated":
        out = ", which was eliminated"
    else:
        out = ""
    total = counted.total(best["id"])
    return figures.say("{} at {}{}", counted.names[best["id"]], total, out)


def costs_really(counted: figures.Figures, chosen: FrozenCandidate | None) -> str:
    if chosen is None:
        return ""
    inputs = counted.inputs
    results = counted.results
    key = chosen["id"]
    result = results[key]
    currency = inputs["brief"]["currency"]
    cost = result["cost"]
    value, sentence = price_words(counted, key)
    return "\n\n".join(
        part
        for part in (
            f"Price: {value}; {sentence}.",
            str(price_gap(inputs, results, key, inline)),
            bullets(
                f"Budget {limit['name']}, {amount(limit['limit'])}: "
                f"{limit['sentence']}."
                for limit in cost.get("limits", ())
            ),
            f"Not stated: {inline(', '.join(cost['unsaid']))}."
            if cost["unsaid"]
            else "",
            ruled_out(inputs, chosen, inline),
            hours_saved_sentence(result["value"], currency),
            rates(inputs),
        )
        if part
    )


def ruled_out(
    inputs: Inputs, chosen: FrozenCandidate, inline: Callable[[str], str]
) -> str:
    """“Ruled not applicable: exit (they stay).”, of the purchase and of the chosen."""
    kinds = inputs.get("kinds", [])
    names = {kind["key"]: kind["name"] for kind in kinds}
    rows = [
        (kind["name"], kind["not_applicable"])
        for kind in kinds
        if kind["not_applicable"]
    ] + [
        (row.get("label") or names.get(row["kind"], row["kind"]), row["ruled"] or "")
        for row in chosen["cost_lines"]
        if row.get("ruled")
    ]
    reasons = "; ".join(f"{name} ({why.rstrip('.')})" for name, why in rows)
    if reasons:
        return f"Ruled not applicable: {inline(reasons)}."
    return ""


def price_words(
    counted: figures.Figures, key: str
) -> tuple[figures.Part, figures.Sentence]:
    brief = counted.inputs["brief"]
    cost = counted.results[key]["cost"]
    low = counted.cost(key, "low")
    likely = counted.cost(key, "likely")
    high = counted.cost(key, "high")
    unknown = counted.unknown(key)
    parts = []
    if cost["known"]:
        months = figures.counted_of("brief.months", brief["horizon_months"])
        parts.append(figures.say("likely, over {} months", months))
        if low.exact != high.exact:
            parts.append(figures.say("{} to {}", low, high))
    if unknown.exact:
        parts.append(figures.say("{} kinds not stated", unknown))
    budget = brief["budget"]
    parts.append(
        figures.say("budget {}", figures.money("brief.budget", budget))
        if budget
        else figures.say("no budget set")
    )
    value = (
        figures.say("{} {}", likely, brief["currency"])
        if cost["known"]
        else "not known"
    )
    return value, figures.joined(parts, "; ")


# What a board reads first of the one that is chosen.
DOES_NOT = (Standing.REFUTED, Standing.PARTLY, Standing.NEVER, Standing.SLIPPED)
NOTHING_SHORT = "No requirement is refuted, held in part, never, slipped or excused."


def shortcomings(
    inputs: Inputs, results: Results, chosen: FrozenCandidate
) -> dict[str, str]:
    """By ref what it does not do: refuted, only partly, never or slipped, whatever it
    weighs, and what is excused, which is not done either."""
    standings = results[chosen["id"]]["standings"]
    excused = {
        excuse["requirement__ref"]
        for excuse in inputs["excuses"]
        if excuse["candidate__name"] == chosen["name"] and not excuse["withdrawn_at"]
    }
    by_ref = {}
    for ref in (need["ref"] for need in inputs["requirements"]):
        standing = standings.get(ref, "")
        if standing in DOES_NOT:
            marks = [SHORT[Standing(standing)]]
        else:
            marks = []
        marks += ["excused"] if ref in excused else []
        if marks:
            by_ref[ref] = ", ".join(marks)
    return by_ref


def open_gaps(row: FrozenCandidate) -> list[FrozenGap]:
    """None in memos from before gaps were frozen."""
    return [gap for gap in row.get("gaps", ()) if not gap["closed"]]


def gap_name(gap: FrozenGap) -> str:
    severity = Severity(gap["severity"]).label.lower()
    if gap["ref"]:
        return f"{gap['ref']} ({severity})"
    return f"a {severity}"


def gaps_in_short(row: FrozenCandidate) -> str:
    days = [(gap, gap["promised_for"]) for gap in open_gaps(row)]
    return "; ".join(
        f"{gap_name(gap)}, {f'by {day(on)}' if on else 'no day'}" for gap, on in days
    )


def gap_words(
    gap: FrozenGap, conditions: Sequence[Mapping[str, Any]], most: int = 4_000
) -> str:
    """What was found, what the vendor replies, by when it is mended, and whether a
    condition covers it: one that names its ref."""
    reply = gap["reply"]
    on = gap["promised_for"]
    ref = gap["ref"]
    covered = any(ref and stands_alone(ref, row["text"]) for row in conditions)
    return "".join(
        (
            f"{gap_name(gap)}: {shortened(gap['text'], most).rstrip('.')}. ",
            f"Reply: “{shortened(reply, most)}” " if reply else "No reply. ",
            f"Promised for {day(on)}; " if on else "No day is promised; ",
            f"{'a' if covered else 'no'} condition is recorded.",
        )
    )


def what_it_does_not_do(
    inputs: Inputs, results: Results, chosen: FrozenCandidate | None
) -> str:
    if chosen is None or "gaps" not in chosen:
        return ""
    short = shortcomings(inputs, results, chosen)
    texts = {row["ref"]: row["text"] for row in inputs["requirements"]}
    lines = [f"{ref} {texts[ref]}: {word}." for ref, word in short.items()]
    lines += [
        f"Open gap, {gap_words(gap, inputs['conditions'])}" for gap in open_gaps(chosen)
    ]
    return plain_lines(lines, NOTHING_SHORT)


STATES = {"unsaid": NOT_STATED, "not_applicable": "not applicable"}


def working(inputs: Inputs, results: Results, chosen: FrozenCandidate | None) -> str:
    if chosen is None:
        return ""
    result = results[chosen["id"]]
    must_rows = [
        (row["ref"], row["text"], result["standings"].get(row["ref"], ""))
        for row in inputs["requirements"]
        if row["priority"] == "must"
    ]
    costs = table(
        ("Kind", "State", "Likely", "Working"),
        (
            (
                row.get("name", row["kind"]),
                STATES.get(row["state"], row["state"]),
                amount(row["likely"] or "–"),
                "–" if row["working"] == row["state"] else row["working"],
            )
            for row in result["cost"]["rows"]
        ),
    )
    name = inline(chosen["name"])
    head = ("Ref", "Requirement", "Standing")
    parts = (
        section(f"Must-haves of {name}", table(head, must_rows)),
        section("Promise record", promise_sentences(result, inputs)),
        section(f"Costs of {name}, sum by sum", costs),
    )
    return "\n\n".join(parts)


def promise_sentences(result: CandidateResult, inputs: Inputs) -> str:
    demos = result.get("promises_in_demos")
    if demos is None:
        return promise_sentence(result["promises"])
    return bullets(
        (
            figures.in_words(inputs, "In trials: ")
            + promise_sentence(result["promises"]),
            figures.in_words(inputs, "In demos: ") + promise_sentence(demos, "shown"),
        )
    )


def promise_sentence(record: FrozenPromises, judged: str = "tested") -> str:
    if record["hidden"]:
        return (
            f"{record['tested']} promises were {judged}; below five nothing can be "
            "said."
        )
    if record.get("short"):
        short = f"{record['short']} short of its claim, "
    else:
        short = ""
    return (
        f"Of {record['tested']} promises {judged}, {record['held']} held, {short}"
        f"{record['partly']} held partly and {record['failed']} failed."
    )


def rates(inputs: Inputs) -> str:
    parts = [
        f"1 {row['currency']} = {amount(row['rate'])} {row['base']} "
        f"({day(row['rated_on'])}, {inline(row['source'])})"
        for row in inputs.get("rates", ())
    ]
    if parts:
        return f"Exchange rates: {'; '.join(parts)}."
    return ""


def hours_saved_sentence(value: FrozenWorth | None, currency: str) -> str:
    if value is None:
        return "What the hours saved are worth has not been said."
    return (
        f"Hours saved are worth {amount(value['amount'])} {currency} "
        f"({inline(value['working'])}). Opportunity cost until it is live: "
        f"{amount(value['opportunity'])} {currency} "
        f"({inline(value['opportunity_working'])})."
    )


KINDS = {
    "buy": "Buy",
    "build": "Build in-house",
    "open_source": "Open source",
    "as_is": "Stay as is",
}
HEAD = (
    *("Option", "Kind", "State", "Fit", "Answered, shown, tested", "People", "Total"),
    *("Likely cost", "Knocked out by"),
)


def options(counted: figures.Figures) -> str:
    """Every option on equal terms, price beside the score."""
    inputs = counted.inputs
    results = counted.results
    rows = []
    named = []
    for row in sorted(inputs["candidates"], key=lambda row: rank(results[row["id"]])):
        key = row["id"]
        result = results[row["id"]]
        if not pursued(row, result):
            named.append(
                inline(f"{row['name']} ({state_words(row, inputs).rstrip('.')})")
            )
            continue
        price = counted.cost(key)
        left = counted.unknown(key)
        cost = "not known"
        if result["cost"]["known"]:
            cost = f"{price} {inputs['brief']['currency']}"
            if left.exact:
                cost += f" + {left} kinds not known"
        rows.append(
            (
                *(row["name"], KINDS[row["kind"]], state_words(row, inputs)),
                *(counted.fit(key), counted.coverage(key)),
                *(counted.people(key), counted.total(key)),
                cost,
                "; ".join(need_names(inputs, result["knock_outs"], str)) or "none",
            )
        )
    if named:
        left_out = f"Neither answered nor quoted: {', '.join(named)}."
    else:
        left_out = ""
    return "\n\n".join(filter(None, (table(HEAD, rows), left_out)))


def state_words(row: FrozenCandidate, inputs: Inputs) -> str:
    """“eliminated in trials: 41 errors”; memos of before do not know in which stage."""
    if row["state"] != "eliminated":
        return row["state"]
    stage = row.get("eliminated_in")
    if stage:
        place = figures.in_words(inputs, f" in {stage}")
    else:
        place = ""
    return f"eliminated{place}: {row['state_reason']}"


def rank(result: CandidateResult) -> tuple[float, float]:
    return (-float(result["total"] or 0), -float(result["fit"] or 0))


PRICES = {
    PriceSource.VENDOR: "quoted by the vendor",
    PriceSource.FILE: "imported from a spreadsheet",
    PriceSource.OWNER: "entered by the procurement lead",
}


def said_by(inputs: Inputs, results: Results) -> str:
    """Of each option that is compared, who entered its answers and said its prices.
    Blank in memos from before that was kept."""
    return bullets(
        f"{inline(candidate['name'])}: {'; '.join(parts)}."
        for candidate in inputs["candidates"]
        if pursued(candidate, results[candidate["id"]])
        and (parts := [*sheets(candidate), *prices(candidate)])
    )


def sheets(candidate: FrozenCandidate) -> Iterator[str]:
    for sheet in candidate.get("mailed_sheets", ()):
        if sheet["confirmed_at"]:
            confirmed = f"confirmed by the vendor on {day(sheet['confirmed_at'])}"
        else:
            confirmed = "not confirmed by the vendor"
        number = sheet["submission__claims"]
        yield (
            f"{number} answer{'' if number == 1 else 's'} of "
            f"{inline(sheet['submission__submitted_by'])}, which arrived on "
            f"{day(sheet['arrived_at'])}, {confirmed}"
        )


def prices(candidate: FrozenCandidate) -> Iterator[str]:
    counts = Counter(row.get("said_by") for row in candidate["cost_lines"])
    parts = [
        f"{counts[source]} {label}"
        for source, label in PRICES.items()
        if counts[source]
    ]
    if parts:
        yield f"prices: {listed(parts)}"


NUMBERS_HEAD = (
    *("Requirement", "Must reach", "Option", "Claimed", "Measured", "Standing"),
)
NOT_ASKED = "not asked"
NOT_CLAIMED = "no number"
NOT_MEASURED = "not yet"


@dataclass(frozen=True, slots=True)
class NumberRow:
    key: str
    ref: str
    option: str
    standing: str
    numbers: CellNumbers

    @property
    def claimed(self) -> str:
        if self.numbers.bound_words:
            nothing = NOT_CLAIMED
        else:
            nothing = NOT_ASKED
        return self.numbers.claimed_words or nothing

    @property
    def measured(self) -> figures.Figure:
        """The words of all readings, with the value of the first."""
        first = next(iter(self.numbers.measured), None)
        exact = None
        if first is not None:
            exact = Fraction(first.failed if first.value is None else first.value)
        shown = self.numbers.measured_words or NOT_MEASURED
        return figures.Figure(f"measured.{self.key}.{self.ref}", exact, shown)

    @property
    def against(self) -> figures.Figure | None:
        beyond = self.numbers.beyond_claim
        if beyond is None:
            return None
        name = f"measured.against.{self.key}.{self.ref}"
        return figures.Figure(name, Fraction(beyond), self.numbers.against_claim)


@dataclass(frozen=True, slots=True)
class MeasuredNeed:
    ref: str
    text: str
    rows: list[NumberRow]

    @property
    def bound(self) -> str:
        return next(filter(None, (row.numbers.bound_words for row in self.rows)), "")

    @property
    def is_measured(self) -> bool:
        return any(row.numbers.measured for row in self.rows)


def measured_needs(memo: Memo) -> list[MeasuredNeed]:
    """The requirements with numbers of an option that is compared, in their order, and
    every such option, also one that has none.

    None in memos from before numbers were kept; those from before empty cells were kept
    have the options with numbers alone.
    """
    inputs = memo["inputs"]
    results = memo["results"]
    options = [
        row
        for row in inputs["candidates"]
        if row.get("numbers") and pursued(row, results[row["id"]])
    ]
    needs = []
    for need in inputs["requirements"]:
        ref = need["ref"]
        rows = [
            NumberRow(
                key=row["id"],
                ref=ref,
                option=row["name"],
                standing=results[row["id"]]["standings"].get(ref, ""),
                numbers=CellNumbers.from_json(row["numbers"][ref]),
            )
            for row in options
            if ref in row["numbers"]
        ]
        if any(row.numbers.words for row in rows):
            needs.append(MeasuredNeed(ref, need["text"], rows))
    return needs


def number_lines(memo: Memo) -> Iterator[tuple[str, ...]]:
    for need in measured_needs(memo):
        for row in need.rows:
            measured = ", ".join(map(str, filter(None, (row.measured, row.against))))
            yield (
                *(named_ref(need.ref, need.text), need.bound, row.option),
                *(row.claimed, measured, row.standing),
            )


def write_memo(inputs: Inputs, results: Results) -> str:
    """The memo as Markdown; every embedded text is escaped."""
    brief = inputs["brief"]
    chosen = chosen_of(inputs)
    choice = inputs["choice"]
    memo: Memo = {"inputs": inputs, "results": results}
    counted = figures.figures_of(memo, inline)
    numbers = [*number_lines(memo)]
    efforts = effort_rows(memo)
    lines = [
        f"{inline(interest['person'])} in {inline(interest['candidate'])}: "
        f"{what_became(interest)}"
        for interest in inputs["interests"]
    ]
    parts = [
        f"# Decision memo: {inline(brief['title'])}",
        f"{inline(brief['buyer'])}. Prepared by {inline(brief['owner'])}.",
        section("Why this one", decision(counted, chosen)),
        section("What it does not do", what_it_does_not_do(inputs, results, chosen)),
        section("What would change our mind", block(choice["revisit_when"])),
        section("Dissent", block(choice["dissent"]) or "None was recorded."),
        section("The brief, answered", brief_of_choice(inputs, results)),
        section("What it really costs", costs_really(counted, chosen)),
        section("Effort to meet", table(efforts[0], efforts[1:]) if efforts else ""),
        section("How sure the first place is", robustness(counted)),
        section("Options compared", options(counted)),
        section(
            "Claimed and measured", table(NUMBERS_HEAD, numbers) if numbers else ""
        ),
        section(
            "Conditions",
            plain_lines(condition_lines(inputs["conditions"]), "None was asked for."),
        ),
        section(
            "Rules waived and knock-outs excused",
            plain_lines(exception_lines(inputs), "None."),
        ),
        f"## {APPENDIX}: what it rests on",
        section("What was needed", needs(inputs)),
        working(inputs, results, chosen),
        section("The brief, answered by others", briefs_of_others(inputs, results)),
        section("What the score meeting settled", meeting(inputs)),
        section("Who said it", said_by(inputs, results)),
        section("Interests declared", bullets(lines) or "None."),
        section("Who signed before", signed(inputs)),
        section("How this was counted", method(inputs)),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


APART = ["Does it set us apart?", "no"]
SETS_NOT_APART = "Building was chosen although it does not set us apart."


def decision(counted: figures.Figures, chosen: FrozenCandidate | None) -> str:
    if chosen is None:
        return "No candidate is chosen yet."
    is_alike = APART in counted.inputs.get("brief_questions", ())
    parts = (
        f"**{inline(chosen['name'])}** ({KINDS[chosen['kind']].lower()}).",
        block(counted.inputs["choice"]["rationale"]),
        SETS_NOT_APART if chosen["kind"] == "build" and is_alike else "",
        ahead_of(counted, chosen["id"]),
    )
    return "\n\n".join(filter(None, parts))


def needs(inputs: Inputs) -> str:
    brief = inputs["brief"]
    musts = sum(row["priority"] == "must" for row in inputs["requirements"])
    lines = [
        f"{inline(metric['name'])}: {inline(metric['baseline'] or 'today')} → "
        f"{inline(metric['target'] or 'better')}"
        for metric in inputs["metrics"]
    ]
    return "\n\n".join(
        part
        for part in (
            block(brief["problem"]),
            f"It must be running by {day(brief['must_run_by']) or 'no fixed date'}. "
            f"{len(inputs['requirements'])} requirements, {musts} of them must-haves.",
            own_answers(inputs),
            bullets(lines),
        )
        if part
    )


def robustness(counted: figures.Figures) -> str:
    weighing = weighed(counted)
    start = f"{weighing.most} {weighing.price}".strip()
    if weighing.untold:
        return f"{weighing.untold}\n\n{start}"
    lines = (
        *(weighing.certainty.markdown, weighing.level, weighing.smallest[1]),
        *(weighing.roles[1], *weighing.grounds),
    )
    return "\n\n".join(
        (
            start,
            bullets(str(line) for line in lines if line),
            "What would have to be true for the runner-up to win:",
            bullets(map(str, weighing.second)),
        )
    )


def method(inputs: Inputs) -> str:
    share = inputs["brief"]["evidence_share"]
    reasons = "".join(
        f"{inline(row['name'])} is scored although it is about price: {inline(why)} "
        for row in inputs["categories"]
        if row["weight"] and (why := row.get("price_reason"))
    )
    return (
        f"Formula version {inputs['formula_version']}. Fit is the sum of weight × "
        "credit by the weight of all scored requirements; what is unanswered earns "
        f"nothing. Total is {share} × fit and the rest people's scores. "
        f"{reasons}{scale_words(inputs)}"
        "The inputs are frozen with the decision; recalculating from them has to give "
        "the same results, and the decision's page says whether it does."
    )


def origin_of(row: FrozenSignature) -> str:
    if not row.get("imported"):
        return ""
    return ", imported with a file: nobody signed it here"


VERDICTS = {
    "approve": "approved",
    "conditions": "gave a conditional approval",
    "decline": "declined",
    "return": "returned",
}


def exception_lines(inputs: Inputs) -> Iterator[str]:
    for waiver in inputs["waivers"]:
        yield (
            f"Waived in {waiver['visit__stage']}: {waiver['rule']} Reason: "
            f"{waiver['reason']}"
        )
    for excuse in inputs["excuses"]:
        if excuse["withdrawn_at"]:
            withdrawn = (
                f" Withdrawn on {day(excuse['withdrawn_at'])}: "
                f"{excuse['withdrawn_reason']}"
            )
        else:
            withdrawn = ""
        yield (
            f"Excused: {excuse['candidate__name']} on "
            f"{need_names(inputs, [excuse['requirement__ref']], str)[0]}"
            f"{for_values(excuse)}. Reason: {excuse['reason']}{withdrawn}"
        )


def for_values(excuse: dict[str, Any]) -> str:
    """For which values it is excused; blank for all, and in memos of before."""
    named = named_words(excuse.get("named_values") or {})
    return f" ({named})" if named else ""


def what_became(interest: dict[str, Any]) -> str:
    if interest["cleared_reason"]:
        return f"cleared by the owner. Reason: {inline(interest['cleared_reason'])}"
    if interest["replaced"]:
        return "replaced by other words later."
    return "not cleared; it bars from scoring and signing."


def meeting(inputs: Inputs) -> str:
    if not inputs["consensus"]:
        return ""
    moved = [
        f"{inline(candidate['name'])}, {inline(row['category__name'])}: "
        f"{row['value']} ({inline(row['reason'])})"
        for candidate in inputs["candidates"]
        for row in candidate["settled"] or ()
    ]
    return "\n\n".join(
        part for part in (block(inputs["consensus"]["outcome"]), bullets(moved)) if part
    )


def signed(inputs: Inputs) -> str:
    rows = [
        f"{sign_off['visit__stage'].capitalize()}, {name_signed(sign_off)}: "
        f"{inline(sign_off['printed_name'])} {VERDICTS[sign_off['verdict']]} on "
        f"{day(sign_off['signed_at'])}{origin_of(sign_off)}"
        for sign_off in inputs["sign_offs"]
    ]
    rows += [
        f"{stage.capitalize()}: {people_needed(number)}"
        for stage, number in sorted(inputs.get("different_people", {}).items())
    ]
    return bullets(rows)


def condition_lines(rows: Iterable[Mapping[str, Any]]) -> list[str]:
    return [f"{row['text']} ({row['closing_note'] or 'open'})" for row in rows]


def plain_lines(lines: Iterable[str], nothing: str) -> str:
    return bullets(map(inline, lines)) or nothing


def scale_words(inputs: Inputs) -> str:
    meanings = inputs.get("scale")
    if not meanings:
        return ""
    scale = "; ".join(f"{value} {inline(text)}" for value, text in enumerate(meanings))
    return f"People's scores mean: {scale}. "
