"""The stock admin's application, for gunicorn."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bench.contenders.stock_admin.settings")
application = get_wsgi_application()
