"""Spreadsheets as people have them, and what each of them means.

`files/` holds the spreadsheets, each with its oracle beside it (NAME.json), written by
`python -m tests.data.corpus.make`. SOURCE.md says what an oracle holds.
"""
