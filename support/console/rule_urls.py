"""Addresses of the trial of a rule; the rules themselves are the admin's."""

from django.contrib import admin
from django.urls import path

from support.console import rule_pages

urlpatterns = [
    path("rules/<int:rule>/trial/", admin.site.admin_view(rule_pages.show), name="rule-trial"),
    path("rules/<int:rule>/switch/", admin.site.admin_view(rule_pages.switch), name="rule-switch"),
]
