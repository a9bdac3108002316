"""The one way to change anything in trials."""
