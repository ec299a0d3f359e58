"""The web processes' way in. Nothing reachable from here imports torch, transformers or peft, or trains anything."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "support.settings")

from django.core.asgi import get_asgi_application

django_application = get_asgi_application()

from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from django.urls import path

from support import minds
from support.console.consumer import ConsoleConsumer
from support.insight.watch import Watch
from support.keys.door import KeyDoor
from support.transports.origins import CheckOrigin
from support.transports.web.consumer import ChatConsumer
from support.transports.whatsapp.door import WebhookDoor

minds.never_train()
application = Watch(
    KeyDoor(
        ProtocolTypeRouter(
            {
                "http": WebhookDoor(django_application),
                "websocket": CheckOrigin(
                    URLRouter(
                        [
                            path("ws/chat/", ChatConsumer.as_asgi()),
                            path("ws/console/", AuthMiddlewareStack(ConsoleConsumer.as_asgi())),
                        ]
                    )
                ),
            }
        )
    )
)
