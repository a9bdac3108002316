"""The admin of floor 5: my work, the workspace, signing and deciding.

Imports nothing by itself, for the reason that floor 1's admin gives; the app's
`ready` loads `register`.
"""
