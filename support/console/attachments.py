"""What customers and agents attach: its name for everybody, a picture or a voice note for those who may see numbers.

A customer's file is fetched when somebody clicks, never before, and stored nowhere. A picture is decoded and written
anew, so that what reaches the browser is pixels; everything else than pictures and voice notes stays a name.
"""

from __future__ import annotations

import io
import time
import uuid
import warnings
from collections.abc import Mapping
from typing import Any

import structlog
from django.conf import settings
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from PIL import Image, ImageOps

from support import db, file_links
from support.console import appetite, roles, values, words
from support.console.lookups import lookup
from support.console.masking import mask_name
from support.media.fetch import MediaAway, MediaRefused, Medium, fetch
from support.media.pictures import FORMATS, MAX_PIXELS
from support.models import Author, Conversation, Message
from support.privacy import audit
from support.problems import document

log = structlog.get_logger(__name__)
SHOWN_SIDE = 1_600  # pixels
FAMILIES = {"image": "image", "sticker": "image", "audio": "audio"}
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class Unshowable(Exception):
    """Not a picture that can be opened here."""


def listed(message: Message, *, whole_numbers: bool = False, opens: bool = True) -> list[dict[str, Any]]:
    """Each attachment as the transcript shows it: name, kind, size, and where it can be opened, if it can.

    ``opens``: for those who may see whole numbers, which stand on pictures.
    """
    files = [_one(message, place, each, whole_numbers, opens) for place, each in enumerate(message.attachments)]
    kind = words.kind_of_message(message.kind)
    return files or ([] if message.text or not kind else [{"name": kind, "kind": message.kind, "size": 0, "url": ""}])


def _one(
    message: Message, place: int, attachment: Mapping[str, Any], whole_numbers: bool, opens: bool
) -> dict[str, Any]:
    kind = str(attachment.get("kind") or message.kind)
    name = attachment.get("name") or attachment.get("filename") or words.kind_of_message(kind) or "Pièce jointe"
    size = attachment.get("size")
    own = message.author != Author.CUSTOMER
    url = "" if not opens else _own(attachment) if own else _route(message, place, attachment, kind)
    shown = {
        "name": str(name) if whole_numbers else mask_name(str(name)),
        "kind": kind,
        "size": size if isinstance(size, int) else 0,
        "url": url,
    }
    if url and "file" in attachment and attachment.get("width"):
        shown |= {"small": f"{url}?small", "width": attachment["width"], "height": attachment["height"]}
    return shown


def _own(attachment: Mapping[str, Any]) -> str:
    """The address of a file of the house's own; nothing else is ever linked to."""
    if "file" in attachment:
        return file_links.path(str(attachment["file"]))
    url = str(attachment.get("url") or "")
    inside = (url.startswith("/") and not url.startswith(("//", "/\\"))) or url.startswith(settings.PUBLIC_URL + "/")
    return url if inside else ""


def _route(message: Message, place: int, attachment: Mapping[str, Any], kind: str) -> str:
    if kind not in FAMILIES or not attachment.get("url"):
        return ""
    return reverse("console:attachment", args=[message.conversation_id, message.id, place])


def reading_of(message: Message) -> str:
    """What was read in the picture or heard in the note, in French; "" where nothing was tried."""
    stored = message.reading
    if not stored:
        return ""
    if text := stored.get("text"):
        return f"Entendu : « {text} »"
    facts = [f"{words.code('facts', fact['type'])} {_written(fact)}" for fact in stored.get("facts", [])]
    return f"Lu : {', '.join(facts)}" if facts else words.tables()["readings"].get(stored.get("outcome", ""), "")


def _written(fact: Mapping[str, Any]) -> str:
    year, _, rest = str(fact["value"]).partition("-")
    if fact["type"] == "date" and rest.count("-") == 1:
        month, day = rest.split("-")
        return f"{day}/{month}/{year}"
    return values.shown(fact["type"], fact["value"], whole_numbers=True)


@lookup
def show(request: HttpRequest, conversation: Conversation, user: User, message: uuid.UUID, place: int) -> HttpResponse:
    """A customer's picture, or voice note, on the record: numbers in it cannot be masked."""
    if not roles.may_reveal(user):
        return document(
            403, "Votre rôle ne permet pas d'ouvrir les pièces jointes : elles montrent des numéros entiers."
        )
    row = conversation.messages.filter(id=message, author=Author.CUSTOMER).first()
    attachment = row.attachments[place] if row and place < len(row.attachments) else {}
    kind = str(attachment.get("kind") or (row.kind if row else ""))
    if kind not in FAMILIES or not attachment.get("url"):
        return document(404, "Cette pièce jointe ne s'ouvre pas ici.", code="not_found")
    if seconds := appetite.wait(user, appetite.REVEALS, conversation.id):
        return document(429, appetite.TOO_MANY, code="too_many", retry_after=seconds)
    with db.write():
        audit.record(user, "attachment_seen", f"conversation:{conversation.id}", {"message": str(message)})
    try:
        medium = fetch(str(attachment["url"]), FAMILIES[kind], time.monotonic() + settings.MEDIA_SECONDS)
        return _answer(medium, kind, f"{kind}-{row.seq if row else 0}")
    except MediaAway:
        return document(502, "Le fournisseur ne donne pas ce fichier pour l'instant. Réessayez.", code="away")
    except (MediaRefused, Unshowable) as refusal:
        log.info("attachment_refused", reason=str(refusal))
        return document(422, "Ce fichier n'est plus là, ou ne peut pas être ouvert sans risque.", code="refused")


def _answer(medium: Medium, kind: str, name: str) -> HttpResponse:
    if FAMILIES[kind] == "image":
        answer = HttpResponse(redrawn(medium.content), content_type="image/jpeg")
        answer.headers["Content-Disposition"] = f'inline; filename="{name}.jpg"'
    else:
        answer = HttpResponse(medium.content, content_type=medium.content_type)
        answer.headers["Content-Disposition"] = f'attachment; filename="{name}.{medium.content_type[6:]}"'
    for header, value in HEADERS.items():
        answer.headers[header] = value
    return answer


def redrawn(content: bytes) -> bytes:
    """The picture's pixels as a new JPEG, upright, at most SHOWN_SIDE wide and high. Raises Unshowable."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(content), formats=FORMATS)
            if image.width * image.height > MAX_PIXELS:
                raise Unshowable("too many pixels")
            image.draft("RGB", (SHOWN_SIDE, SHOWN_SIDE))
            image.load()
            upright = ImageOps.exif_transpose(image).convert("RGBA")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Unshowable(type(error).__name__) from error
    upright.thumbnail((SHOWN_SIDE, SHOWN_SIDE), Image.Resampling.LANCZOS)
    flat = Image.new("RGB", upright.size, "white")
    flat.paste(upright, mask=upright.getchannel("A"))
    out = io.BytesIO()
    flat.save(out, "JPEG", quality=85)
    return out.getvalue()
