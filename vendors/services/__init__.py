"""The one way to change anything in vendors."""
