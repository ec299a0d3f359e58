"""The addresses of accounts, under /admin/accounts/."""

from django.contrib import admin
from django.urls import path

from support.accounts import invitation_pages, people_pages, second_factor_pages, session_pages

app_name = "accounts"
inside = admin.site.admin_view
urlpatterns = [
    path("", inside(people_pages.people), name="people"),
    path("<int:user>/", inside(people_pages.person), name="person"),
    path("<int:user>/<slug:act>/", inside(people_pages.act), name="act"),
    path("invitations/", inside(invitation_pages.create), name="invite"),
    path("invitations/<uuid:invitation>/revoke/", inside(invitation_pages.revoke), name="revoke"),
    path("invitations/<uuid:invitation>/resend/", inside(invitation_pages.resend), name="resend"),
    path("invitation/<str:token>/", invitation_pages.accept, name="invitation"),
    path("second-factor/", inside(second_factor_pages.verify), name="verify"),
    path("second-factor/lost/", inside(second_factor_pages.lost), name="lost"),
    path("second-factor/enrol/", inside(second_factor_pages.enrol), name="enrol"),
    path("second-factor/qr.svg", inside(second_factor_pages.qr), name="qr"),
    path("second-factor/codes/", inside(second_factor_pages.codes), name="codes"),
    path("sessions/", inside(session_pages.mine), name="sessions"),
    path("sessions/<uuid:session>/end/", inside(session_pages.end), name="end-session"),
    path("sessions/end-others/", inside(session_pages.end_others), name="end-others"),
]
