"""The brief, answered, as the memo prints it."""

from typing import Any

from evaltracker.workflow.memo.brief_answers import AnsweredBrief, answered_briefs
from evaltracker.workflow.memo.cells import knows_lists
from evaltracker.workflow.memo.markdown import bullets, inline, table

HEAD = ("The brief asks", "Wanted", "Answer", "How far it is proven")


def own_answers(inputs: dict[str, Any]) -> str:
    """What the brief's own questions were answered; older memos have none."""
    return bullets(
        f"{inline(label)}: {inline(answer)}"
        for label, answer in inputs.get("brief_questions", ())
        if answer
    )


def brief_of_choice(inputs: dict[str, Any], results: dict[str, Any]) -> str:
    """The table of the choice, or of every finalist while nothing is chosen; memos from
    before the lists of the brief have none."""
    found = finalists(inputs, results)
    choice = inputs["choice"]["candidate"]
    if chosen := [finalist for finalist in found if finalist.key == choice]:
        return brief_table(chosen[0])
    return "\n\n".join(map(named_table, found))


def briefs_of_others(inputs: dict[str, Any], results: dict[str, Any]) -> str:
    """A table for each finalist that is not chosen."""
    found, choice = finalists(inputs, results), inputs["choice"]["candidate"]
    if all(finalist.key != choice for finalist in found):
        return ""
    others = (finalist for finalist in found if finalist.key != choice)
    return "\n\n".join(map(named_table, others))


def finalists(inputs: dict[str, Any], results: dict[str, Any]) -> list[AnsweredBrief]:
    """Who can be chosen and answers something that the brief asks."""
    if not knows_lists(inputs):
        return []
    memo = {"inputs": inputs, "results": results}
    return [one for one in answered_briefs(memo, prices=True) if one.rows]


def named_table(finalist: AnsweredBrief) -> str:
    """Its table under its name."""
    return f"**{inline(finalist.name)}**\n\n{brief_table(finalist)}"


def brief_table(finalist: AnsweredBrief) -> str:
    """What it answers to each question of the brief, and how far it is proven."""
    rows = ((row.question, row.wanted, row.answer, row.proof) for row in finalist.rows)
    return table(HEAD, rows)
