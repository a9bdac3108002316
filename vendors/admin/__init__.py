"""The admin of floor 3: candidates, what they say, and what they cost.

Imports nothing by itself, for the reason that floor 1's admin gives; the app's
`ready` loads `register`.
"""
