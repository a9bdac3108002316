"""An evaluation as an OCDS 1.1 release, and what of one starts an evaluation.

Where the words of the Open Contracting Data Standard fit ours; docs/export.md says
field by field what is mapped and what is not.
"""
