"""The console's addresses, in front of the admin's own."""

from django.contrib import admin
from django.urls import include, path

from support.console import (
    actions,
    composing,
    incident_pages,
    lessons,
    passing,
    queue_urls,
    rule_urls,
    searching,
    team,
    views,
)
from support.console.reports import urls as reports

app_name = "console"
CASE = "file/<uuid:conversation>"
urlpatterns = [
    path("", admin.site.admin_view(views.front), name="front"),
    path("file/", admin.site.admin_view(views.queue), name="queue"),
    path("incidents/", admin.site.admin_view(incident_pages.incidents_page), name="incidents"),
    path("incidents/<uuid:incident>/fix/", admin.site.admin_view(incident_pages.fix), name="incident-fix"),
    path("assistant/", admin.site.admin_view(incident_pages.assistant_page), name="assistant"),
    path("file/search/", searching.search, name="search"),
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
    path(f"{CASE}/lesson/", lessons.propose, name="lesson"),
    path(f"{CASE}/give/", passing.give, name="give"),
    path(f"{CASE}/put-back/", passing.put_back, name="put-back"),
    path(f"{CASE}/take-over/", passing.take_over, name="take-over"),
    path(f"{CASE}/instruct/", passing.instruct, name="instruct"),
    path("team/", team.show, name="team"),
    path("team/availability/", team.set_availability, name="availability"),
    *queue_urls.urlpatterns,
    *rule_urls.urlpatterns,
    *reports.urlpatterns,
    path(f"{CASE}/", include("support.console.case_urls")),
]
