"""Akwaba's body: the Django project that receives, stores, runs turns, delivers and shows."""

from support.celery import app as celery_app

__all__ = ["celery_app"]
