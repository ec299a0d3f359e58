"""The console's addresses, in front of the admin's own."""

from django.contrib import admin
from django.urls import include, path

from support.console import actions, views

app_name = "console"
CASE = "file/<uuid:conversation>"
urlpatterns = [
    path("", admin.site.admin_view(views.front), name="front"),
    path("file/", admin.site.admin_view(views.queue), name="queue"),
    path("voices/spending/", admin.site.admin_view(views.spending), name="spending"),
    path(f"{CASE}/", admin.site.admin_view(views.case), name="case"),
    path(f"{CASE}/take/", actions.take, name="take"),
    path(f"{CASE}/reply/", actions.reply, name="reply"),
    path(f"{CASE}/hand-back/", actions.hand_back, name="hand-back"),
    path(f"{CASE}/close/", actions.close, name="close"),
    path(f"{CASE}/keep/", actions.keep, name="keep"),
    path(f"{CASE}/reveal/", actions.reveal, name="reveal"),
    path(f"{CASE}/", include("support.console.case_urls")),
]
