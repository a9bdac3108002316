"""Pages and acts of what was decided."""
