"""The simulator's addresses."""

from django.urls import path

from support.simulator import twilio_api, views

ACCOUNT = "twilio/2010-04-01/Accounts/<slug:account>/"
urlpatterns = [
    path("", views.page, name="simulator"),
    path("look/", views.look),
    path("send/", views.send),
    path("send-again/", views.send_again),
    path("switch/", views.turn),
    path("fail/", views.fail),
    path("forget/", views.forget),
    path("clock/", views.move_clock),
    path("media/<slug:sid>/", views.media),
    path(ACCOUNT + "Messages.json", twilio_api.messages),
    path(ACCOUNT + "Messages/<slug:sid>.json", twilio_api.message),
    path(ACCOUNT + "Messages/<slug:sid>/Media/<slug:media_sid>", twilio_api.media),
]
