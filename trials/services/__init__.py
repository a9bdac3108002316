"""The one way to change anything on floor 4."""
