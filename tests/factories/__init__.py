"""The one cast of every test: people, an evaluation, and what they make in it.

Builders go through the services, so a test starts from a state that users can reach.
"""
