"""The decision memo: inputs gathered, results computed, words written.

`inputs` reads the database once, `results` is a pure function of those inputs, and
`text` writes both as Markdown, from which page, PDF and file are made. What is frozen
with a decision is inputs, results and words, so that `replay` can prove them.
"""
