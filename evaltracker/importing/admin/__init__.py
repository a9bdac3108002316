"""The page of imports: upload, say how it is read, preview, yes, undo.

A floor registers each kind of thing that comes in (`importing.kinds`).
"""
