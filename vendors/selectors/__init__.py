"""Reads of vendors, for people by scope and for a vendor by its token."""
