"""Acts and pages of files."""
