"""What people of an evaluation say to each other about its things, and attach."""
