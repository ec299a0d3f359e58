"""The addresses of the supervisor's pages, under the console's name."""

from django.contrib import admin
from django.urls import path

from support.console.reports import looking, views

urlpatterns = [
    path("rapports/", admin.site.admin_view(views.report), name="reports"),
    path("rapports/<slug:name>/", admin.site.admin_view(views.report), name="report"),
    path("rapports/<slug:name>.<slug:kind>", admin.site.admin_view(views.export), name="report-file"),
    path("tableau/", admin.site.admin_view(views.board), name="board"),
    path("tableau/etat/", views.board_state, name="board-state"),
    path("tableau/notes/<int:rating>/vue/", looking.look, name="board-look"),
]
