"""Tags that pages of vendors and trials load."""
