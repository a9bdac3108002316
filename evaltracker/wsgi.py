"""The web application, for gunicorn."""

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

from evaltracker.serving.https import refuse_https_without_proxy

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "evaltracker.settings")

application = get_wsgi_application()
refuse_https_without_proxy()
# Else the first request of each process would load all pages.
_ = get_resolver().url_patterns

# What is loaded by now stays: looking through it again whenever a large page is made
# costs a tenth of the page.
gc.collect()
gc.freeze()
