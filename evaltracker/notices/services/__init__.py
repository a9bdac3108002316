"""Scheduling notices, and the sweep that delivers them."""
