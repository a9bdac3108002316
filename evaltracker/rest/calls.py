"""Calls of an API, each with its address; a view names its own."""

from django.urls import URLPattern, path
from rest_framework.views import APIView

from evaltracker.kit.registry import Registry


def new_calls() -> Registry[str, type[APIView]]:
    """Where the views of one API register, by the address below the API's."""
    return Registry("API call")


def routes(calls: Registry[str, type[APIView]]) -> list[URLPattern]:
    """Their addresses; what takes any text, also with slashes, comes last."""
    ordered = sorted(calls, key=lambda address: ("<path:" in address, -len(address)))
    return [path(address, calls[address].as_view()) for address in ordered]
