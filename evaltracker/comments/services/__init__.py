"""The one way to say something, and to take it back."""
