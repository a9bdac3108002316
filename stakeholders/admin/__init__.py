"""The admin of floor 2: who has a say, for whom, and what each role must sign.

Imports nothing by itself, for the reason that floor 1's admin gives; the app's
`ready` loads `register`.
"""
