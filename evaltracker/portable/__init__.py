"""A whole evaluation as one JSON file, and back; docs/export.md is its promise.

`registry` says which tables travel, `schema` what the file looks like, `writing` makes
one, `reading` takes one apart and says by JSON pointer what is wrong with it.
"""

FORMAT = "evaltracker-evaluation"
VERSION = 1
