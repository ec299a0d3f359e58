"""The project's one Django app."""

from django.apps import AppConfig


class SupportConfig(AppConfig):
    """Registers the models, the admin and the system checks."""

    name = "support"
    verbose_name = "Service client"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Time the tasks of a worker; notice who signs in and out; bring notes and claims into the search."""
        from support import handing
        from support.accounts import signals
        from support.insight import work
        from support.keys import checks
        from support.search import hooks

        work.connect()
        handing.connect()
        signals.connect()
        hooks.connect()
        checks.connect()
