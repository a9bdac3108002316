"""The memo as it is read everywhere: first page, words, and what seals them.

Page, PDF, Word file and Markdown are all made from this.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from evaltracker.workflow.memo.front_page import FrontPage, front_page
from evaltracker.workflow.memo.markdown import section
from evaltracker.workflow.memo.signature_seal import DRAFT, UNSEALED, seal
from evaltracker.workflow.models import Decision

# Where the words begin after the title.
PARTS = "\n\n## "


@dataclass(frozen=True, slots=True)
class SealedMemo:
    """Title and author, the first page, and the words with their seal as Markdown."""

    head: str
    front: FrontPage
    body: str

    @property
    def text(self) -> str:
        """All of it as Markdown."""
        return f"{self.head}\n\n{self.front.markdown}\n\n{self.body}\n"


def sealed_memo(
    memo: dict[str, Any],
    decision: Decision | None,
    differences: Sequence[str] | None = None,
) -> SealedMemo:
    """Of a frozen memo, or of a draft; `differences` is what its proof found."""
    made = decision if decision and decision.decided_by else None
    head, mark, rest = memo["text"].rstrip("\n").partition(PARTS)
    sealed = seal(memo.get("seal", UNSEALED), made) if made else DRAFT
    body = f"{mark}{rest}\n\n{section('Seal', sealed)}".lstrip("\n")
    return SealedMemo(head, front_page(memo, made, differences), body)


def sealed_words(memo: dict[str, Any], decision: Decision | None) -> str:
    """The memo as Markdown."""
    return sealed_memo(memo, decision).text
