"""The memo's words: why this one, what would change our mind, who disagreed, the brief
answered. These stand first, under the first page's figures; the working stands behind
them, after the heading that begins with `APPENDIX`.
"""

from typing import Any

from evaltracker.decision.memo.brief import (
    brief_of_choice,
    briefs_of_others,
    own_answers,
)
from evaltracker.decision.memo.chosen import (
    KINDS,
    ahead_of,
    chosen_of,
    costs_really,
    options,
    said_by,
    working,
)
from evaltracker.decision.memo.html import APPENDIX
from evaltracker.decision.memo.inputs import conditions, exceptions, meeting, signed
from evaltracker.decision.memo.inputs import record_interests as interests
from evaltracker.decision.memo.markdown import (
    block,
    bullets,
    day,
    inline,
    scale_words,
    section,
)
from evaltracker.decision.memo.numbers import numbers_table
from evaltracker.decision.memo.text import weighed
from evaltracker.requirements.price_names import is_about_price
from evaltracker.toolbox.text import listed


def write_memo(inputs: dict[str, Any], results: dict[str, Any]) -> str:
    """The memo as Markdown; every embedded text is escaped."""
    brief = inputs["brief"]
    chosen, choice = chosen_of(inputs), inputs["choice"]
    parts = [
        f"# Decision memo: {inline(brief['title'])}",
        f"{inline(brief['buyer'])}. Prepared by {inline(brief['owner'])}.",
        section("Why this one", decision(inputs, results, chosen)),
        section("What would change our mind", block(choice["revisit_when"])),
        section("Dissent", block(choice["dissent"]) or "None was recorded."),
        section("The brief, answered", brief_of_choice(inputs, results)),
        section("What it really costs", costs_really(inputs, results, chosen)),
        section("How sure the first place is", robustness(inputs, results)),
        section("Options compared", options(inputs, results)),
        section("Claimed and measured", numbers_table(inputs, results)),
        section("Conditions", conditions(inputs)),
        section("Rules waived and knock-outs excused", exceptions(inputs)),
        section("Eliminated", eliminated(inputs)),
        f"## {APPENDIX}: what it rests on",
        section("What was needed", needs(inputs)),
        working(inputs, results, chosen),
        section("The brief, answered by others", briefs_of_others(inputs, results)),
        section("What the score meeting settled", meeting(inputs)),
        section("Who said it", said_by(inputs, results)),
        section("Interests declared", interests(inputs)),
        section("Who signed before", signed(inputs)),
        section("How this was counted", method(inputs)),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def decision(
    inputs: dict[str, Any], results: dict[str, Any], chosen: dict[str, Any] | None
) -> str:
    """What is chosen, why, and how far ahead it is."""
    if chosen is None:
        return "No candidate is chosen yet."
    kind = KINDS[chosen["kind"]].lower()
    return "\n\n".join(
        part
        for part in (
            f"**{inline(chosen['name'])}** ({kind}).",
            block(inputs["choice"]["rationale"]),
            ahead_of(inputs, results, chosen),
        )
        if part
    )


def drivers(inputs: dict[str, Any]) -> str:
    """What weighs most, by category."""
    weighty = sorted(
        (category for category in inputs["categories"] if category["weight"]),
        key=lambda row: (-row["weight"], row["name"]),
    )
    named = ", ".join(
        f"{inline(row['name'])} (weight {row['weight']})" for row in weighty[:5]
    )
    if not named:
        return ""
    weighed_price = any(is_about_price(row["name"]) for row in weighty[:5])
    return f"What weighed most: {named}.{f' {price(inputs)}' if weighed_price else ''}"


def price(inputs: dict[str, Any]) -> str:
    """That price is part of no score, or in which categories it is, and why."""
    scored = [
        f"{inline(row['name'])} ({inline(why.strip().removesuffix('.'))})"
        if (why := row.get("price_reason"))
        else f"{inline(row['name'])} (nobody wrote down why)"
        for row in inputs["categories"]
        if row["weight"] and is_about_price(row["name"])
    ]
    if not scored:
        return "Price is part of neither fit nor scores."
    return f"Price is part of fit and scores through {listed(scored)}; else it is not."


def needs(inputs: dict[str, Any]) -> str:
    """The problem, the metrics and how much was asked."""
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


def robustness(inputs: dict[str, Any], results: dict[str, Any]) -> str:
    """Answers that say what the ranking rests on, and what would turn it."""
    said = weighed(inputs, results, inline, "**")
    if said.untold:
        return "\n\n".join(filter(None, (said.untold, drivers(inputs))))
    answers = (said.wins, said.smallest, said.roles)
    return "\n\n".join(
        (
            *filter(None, (drivers(inputs),)),
            bullets([*(sentence for _, sentence in answers), *said.grounds]),
            "What would have to be true for the runner-up to win:",
            bullets(said.second),
        )
    )


def eliminated(inputs: dict[str, Any]) -> str:
    """Who left the race, and why."""
    return bullets(
        f"{inline(candidate['name'])}: {inline(candidate['state_reason'])}"
        for candidate in inputs["candidates"]
        if candidate["state"] == "eliminated"
    )


def method(inputs: dict[str, Any]) -> str:
    """The formula version and how anyone can count again."""
    share = inputs["brief"]["evidence_share"]
    return (
        f"Formula version {inputs['formula_version']}. Fit is the sum of weight × "
        "credit by the weight of all scored requirements; what is unanswered earns "
        f"nothing. Total is {share} × fit and the rest people's scores. "
        f"{price(inputs)}{scale_words(inputs)} "
        "The inputs are frozen with the decision; recalculating from them has to give "
        "the same results, and the decision's page says whether it does."
    )
