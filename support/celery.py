"""The Celery app. Its tasks are doorbells: each says only "look", the database says what there is to do."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "support.settings")

app = Celery("akwaba")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["support"])
