"""The Celery app. Its tasks are doorbells: each says only "look", the database says what there is to do."""

import os
from contextlib import suppress

from celery import Celery
from celery.signals import worker_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "support.settings")

app = Celery("akwaba")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["support"])


@worker_init.connect
def load_the_mind(**_: object) -> None:
    """Load the brand before the first turn: no customer waits for it, and a faulty brand or key stops the worker."""
    from django.conf import settings
    from django.db import DatabaseError

    from support import worker_mind
    from support.keys import mark
    from support.voices import roster

    try:
        with suppress(DatabaseError):  # away for now
            mark.require()
        roster.HOUSE.check()
    except (mark.WrongKey, roster.UnpricedError) as fault:
        raise SystemExit(str(fault)) from fault  # Celery would only log any other error of a signal, and go on
    worker_mind.warm_up(settings.BRAND)
