"""The one admin site of the product."""

from unfold.sites import UnfoldAdminSite

site = UnfoldAdminSite(name="admin")
