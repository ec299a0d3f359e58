"""The console's addresses, in front of the admin's own."""

from django.contrib import admin
from django.urls import path

from support.console import actions, composing, views

app_name = "console"
CASE = "file/<uuid:conversation>"
urlpatterns = [
    path("", admin.site.admin_view(views.front), name="front"),
    path("file/", admin.site.admin_view(views.queue), name="queue"),
    path("voices/spending/", admin.site.admin_view(views.spending), name="spending"),
    path(f"{CASE}/", admin.site.admin_view(views.case), name="case"),
    path(f"{CASE}/take/", actions.take, name="take"),
    path(f"{CASE}/reply/", actions.reply, name="reply"),
    path(f"{CASE}/undo/", composing.take_back, name="undo"),
    path(f"{CASE}/again/", composing.again, name="again"),
    path(f"{CASE}/cancel/", composing.cancel, name="cancel"),
    path(f"{CASE}/insertable/", composing.insertable, name="insertable"),
    path(f"{CASE}/canned/keep/", composing.keep_reply, name="canned-keep"),
    path(f"{CASE}/canned/drop/", composing.drop_reply, name="canned-drop"),
    path(f"{CASE}/macro/", composing.run_macro, name="macro"),
    path(f"{CASE}/suggest/", composing.suggestion, name="suggest"),
    path(f"{CASE}/files/", composing.attach, name="attach"),
    path(f"{CASE}/files/drop/", composing.detach, name="detach"),
    path(f"{CASE}/hand-back/", actions.hand_back, name="hand-back"),
    path(f"{CASE}/close/", actions.close, name="close"),
    path(f"{CASE}/keep/", actions.keep, name="keep"),
    path(f"{CASE}/reveal/", actions.reveal, name="reveal"),
]
