"""The addresses of the vendor pages about demos and a trial.

They live here and not among the vendor's pages, because floors look down only.
"""

from django.urls import path

from trials.portal import pages as demos
from trials.portal import pages as trial

app_name = "vendor_trial"
urlpatterns = [
    path("<str:invitation>/demos/", demos.demos, name="demos"),
    path("<str:invitation>/demos/demo.ics", demos.dates, name="demo_dates"),
    path("<str:invitation>/trial/", trial.trial, name="trial"),
    path("<str:invitation>/gaps/<str:gap>/reply/", trial.reply, name="reply"),
]
