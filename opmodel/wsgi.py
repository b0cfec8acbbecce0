import gc
import os
from importlib import import_module

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "opmodel.settings")
application = get_wsgi_application()
import_module(settings.ROOT_URLCONF)  # all views are there before the first request, and before the next line
# What is loaded now stays as long as the process. The collector would walk its 180,000 objects in the middle of a request.
gc.freeze()
