"""Measurements; each module with a `main` is one, and its name is how it is called."""
