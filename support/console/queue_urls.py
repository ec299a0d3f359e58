"""Addresses of the queue page, beside those of one case."""

from django.urls import path

from support.console import bulk, case_status, history, notice_panel, saved_views

urlpatterns = [
    path("file/history/", history.history, name="history"),
    path("file/bulk/", bulk.bulk, name="bulk"),
    path("file/views/", saved_views.create, name="views"),
    path("file/views/order/", saved_views.order, name="views-order"),
    path("file/views/<int:view>/", saved_views.change, name="view"),
    path("file/views/<int:view>/delete/", saved_views.delete, name="view-delete"),
    path("file/notices/", notice_panel.unseen, name="notices"),
    path("file/notices/seen/", notice_panel.mark_seen, name="notices-seen"),
    path("file/<uuid:conversation>/status/", case_status.set_status, name="status"),
]
