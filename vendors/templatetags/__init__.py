"""Tags of vendors."""
