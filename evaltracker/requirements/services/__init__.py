"""The one way to change what is needed."""
