"""Tags of floor 3."""
