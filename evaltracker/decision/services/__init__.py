"""The one way to change what was decided."""
