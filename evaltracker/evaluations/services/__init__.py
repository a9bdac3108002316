"""The one way to change anything in the record."""
