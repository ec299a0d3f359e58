"""The twin's way in."""

from channels.routing import ProtocolTypeRouter, URLRouter
from django.core.asgi import get_asgi_application
from django.urls import path

from .hop import Consumer, Silent

application = ProtocolTypeRouter(
    {
        "http": get_asgi_application(),
        "websocket": URLRouter([path("ws/chat/", Consumer.as_asgi()), path("ws/silent/", Silent.as_asgi())]),
    }
)
