"""The web application, for gunicorn."""

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "evaltracker.settings")

application = get_wsgi_application()
# Else the first request of each process would load all pages.
_ = get_resolver().url_patterns

# What is loaded by now stays: looking through it again whenever a large page is made
# costs a tenth of the page.
gc.collect()
gc.freeze()
