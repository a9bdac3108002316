"""The view that the REST framework's tutorial teaches, for the same claims.

A ModelViewSet with a ModelSerializer, its token and its throttle, in a project as
`startproject` makes it. `CONN_MAX_AGE` (0 by default, as Django's) is the variant.
"""
