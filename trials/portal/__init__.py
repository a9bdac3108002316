"""A vendor's own trial in the vendor pages."""
