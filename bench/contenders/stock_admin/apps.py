"""The stock admin's app."""

from django.apps import AppConfig


class StockAdmin(AppConfig):
    """Its tables are the product's, so it makes none."""

    name = "bench.contenders.stock_admin"
    label = "stock_admin"
