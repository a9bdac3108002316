"""A whole evaluation as a file, and back."""
