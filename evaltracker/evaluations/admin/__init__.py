"""The admin of floor 1."""
