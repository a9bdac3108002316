"""The one way to change a login."""
