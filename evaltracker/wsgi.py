"""The web application, for gunicorn."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "evaltracker.settings")

application = get_wsgi_application()

# What is loaded by now stays: looking through it again whenever a large page is made
# costs a tenth of the page.
gc.collect()
gc.freeze()
