"""The admin of floor 1, and the shell that every floor hangs its pages into.

Imports nothing by itself: template tags need a part of this package, and unfold
loads template tags while its own admin is half imported. The app's `ready` loads
`register`, when all of that is over.
"""
