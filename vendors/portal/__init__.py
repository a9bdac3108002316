"""The vendor pages: the vendor's part of an evaluation, in a browser."""
