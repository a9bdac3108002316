"""The brief, answered, as the memo prints it."""

from typing import Any

from evaltracker.workflow.memo.brief_answers import answered_briefs
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


def brief_tables(inputs: dict[str, Any], results: dict[str, Any]) -> str:
    """A table per finalist; memos from before the lists of the brief have none."""
    if not knows_lists(inputs):
        return ""
    memo = {"inputs": inputs, "results": results}
    return "\n\n".join(
        f"**{inline(finalist.name)}**\n\n"
        + table(
            HEAD,
            (
                (row.question, row.wanted, row.answer, row.proof)
                for row in finalist.rows
            ),
        )
        for finalist in answered_briefs(memo, prices=True)
        if finalist.rows
    )
