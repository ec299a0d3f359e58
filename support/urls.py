"""What is where."""

from django.contrib import admin
from django.urls import include, path

from support import file_page
from support.accounts import password_page
from support.api import api
from support.insight import health, metrics
from support.pages import demo
from support.transports.whatsapp import webhook

urlpatterns = [
    path("", demo),
    path("admin/accounts/", include("support.accounts.urls")),
    path("admin/password_change/", admin.site.admin_view(password_page.change)),  # in front of the admin's own
    path("admin/", include("support.console.urls")),
    path("admin/", admin.site.urls),
    path("files/<str:token>", file_page.show, name="file"),
    path("api/v1/", api.urls),
    path("webhooks/whatsapp/", webhook.inbound),
    path("webhooks/whatsapp/status/", webhook.status),
    path("health", health.health),
    path("ready", health.ready),
    path("metrics", metrics.metrics),
    path("simulator/", include("support.simulator.urls")),  # answers 404 itself where there is none
]
