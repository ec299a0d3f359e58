"""The twin's one table."""

from django.db import models


class Inbound(models.Model):
    """A message as it came."""

    sid = models.CharField(max_length=64, unique=True)
    sender = models.CharField(max_length=40)
    text = models.TextField()
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = "twin"

    def __str__(self) -> str:
        return self.sid
