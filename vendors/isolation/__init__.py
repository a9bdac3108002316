"""The second wall on PostgreSQL: what the role of a vendor process may do, and how.

`access` is the allow-list, `tables` says which tables have row-level security, and
`building` puts both into a database. docs/isolation.md tells it
all.
"""
