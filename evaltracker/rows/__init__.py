"""Rows that people type, paste or send as a file: what their cells say."""
