"""Taking a whole evaluation in from a file."""
