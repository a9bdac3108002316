"""The second wall on PostgreSQL: what the role of a vendor process may do, and how.

`access` is the allow-list, `roles` puts it into a database. docs/isolation.md tells it
all.
"""
