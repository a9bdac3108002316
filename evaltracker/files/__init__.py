"""Files that people attach to things of an evaluation: offers, contracts, pictures."""
