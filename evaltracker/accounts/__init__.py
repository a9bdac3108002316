"""Who signs in: the glue between allauth, axes and our own people.

People, their log and what may be done with a login are the record's; this package
teaches the libraries our rules. It has no table of its own, and nothing imports it but
the settings, by name.
"""
