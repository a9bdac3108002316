"""A fixed purchase, played by its six people, who are counted while they work."""
