"""Faults around the sending of notices; T1 to T12.

An app, so that a worker knows the kinds that only tests know.
"""
