"""The decision memo: inputs gathered, results computed, words written.

`inputs` reads the database once, `results` is a pure function of those inputs, and
`text` writes both as Markdown, from which page, PDF and file are made. What is frozen
with a decision is inputs, results and words, so that `replay` can prove them.
"""

from evaltracker.decision.memo.inputs import gather_inputs
from evaltracker.decision.memo.results import compute_results, replay
from evaltracker.decision.memo.signed_words import document_of
from evaltracker.decision.memo.text import write_memo

__all__ = ["compute_results", "document_of", "gather_inputs", "replay", "write_memo"]
