"""The admin of floor 4: matrix, ledger, demos, trials and scores.

Imports nothing by itself, for the reason that floor 1's admin gives; the app's
`ready` loads `register`.
"""
