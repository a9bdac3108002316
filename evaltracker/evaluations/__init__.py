"""The record: evaluations, their visits, their journal, and who may see them."""
