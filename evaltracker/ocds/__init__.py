"""An evaluation as an OCDS 1.1 release.

Where the words of the Open Contracting Data Standard fit ours; docs/export.md says
field by field what is mapped and what is not.
"""
