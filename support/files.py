"""Files that agents send: judged by their content, kept encrypted, part of a reply once it is sent."""

from __future__ import annotations

import base64
import io
import re
import unicodedata
import uuid
import warnings
from collections.abc import Sequence
from typing import Any

from django.contrib.auth.models import User
from PIL import Image, ImageOps

from support import clock, db, escalate, thumbnails
from support.models import StoredFile
from support.privacy import audit

MAX_BYTES = 8_388_608
MAX_FILES = 5
MAX_PIXELS = 25_000_000
LONGEST_SIDE = 2_560  # pixels; a phone shows no more, and WhatsApp takes 5 MB of picture
PDF = "application/pdf"
ENDINGS = {"image/jpeg": ".jpg", "image/png": ".png", PDF: ".pdf"}
_UNSAFE = re.compile(r"[^\w .()-]+")


class FileError(escalate.EscalationError):
    """A file that is not taken; the text is French and fit for the agent's screen."""


def store(conversation_id: uuid.UUID, agent: User, name: str, content: bytes) -> StoredFile:
    """Keep a file for a reply of the agent who has the conversation. Raises FileError, EscalationError."""
    kind, clean = checked(content)
    small = thumbnails.of(clean) if kind != PDF else None
    with db.write():
        conversation = escalate.owned(conversation_id, agent)
        width, height, preview = (small.width, small.height, small.content) if small else (0, 0, b"")
        kept = StoredFile.objects.create(
            conversation=conversation,
            agent=agent,
            name=clean_name(name, kind),
            content_type=kind,
            size=len(clean),
            width=width,
            height=height,
            small=base64.b64encode(preview).decode(),
            content=base64.b64encode(clean).decode(),
            at=clock.now(),
        )
        audit.record(agent, "attach", f"conversation:{conversation_id}", {"type": kind, "size": len(clean)})
    return kept


def checked(content: bytes) -> tuple[str, bytes]:
    """What a file really is, and its bytes as they may be sent: pictures are drawn anew. Raises FileError."""
    if not content:
        raise FileError("Ce fichier est vide.")
    if len(content) > MAX_BYTES:
        raise FileError("Ce fichier dépasse 8 Mo.")
    if content.startswith(b"%PDF-"):
        if b"%%EOF" not in content[-2048:]:
            raise FileError("Ce PDF est incomplet.")
        return PDF, content
    return _picture(content)


def _picture(content: bytes) -> tuple[str, bytes]:
    """Nothing but the pixels is kept: no place, no comment, no second file behind the first."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=("JPEG", "PNG", "WEBP")) as found:
                if found.width * found.height > MAX_PIXELS:
                    raise FileError("Cette image a trop de pixels : réduisez-la.")
                found.verify()
            with Image.open(io.BytesIO(content), formats=("JPEG", "PNG", "WEBP")) as opened:
                kind = "PNG" if opened.format == "PNG" else "JPEG"
                image = ImageOps.exif_transpose(opened).convert("RGBA" if kind == "PNG" else "RGB")
    except FileError:
        raise
    except Exception as error:  # Pillow's decoders raise of every kind on what is broken
        raise FileError("Seuls les PDF et les images JPEG, PNG ou WebP sont acceptés.") from error
    image.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    written = io.BytesIO()
    image.save(written, kind, quality=85) if kind == "JPEG" else image.save(written, kind)
    if written.tell() > MAX_BYTES:
        raise FileError("Cette image est trop lourde : réduisez-la.")
    return f"image/{kind.lower()}", written.getvalue()


def clean_name(name: str, kind: str) -> str:
    """A name that is safe in a header, on a disk and on a screen, with the ending of what the file is."""
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    stem = _UNSAFE.sub(" ", last.rpartition(".")[0] or last)
    return (" ".join(stem.split()).strip(" .")[:60] or "fichier") + ENDINGS[kind]


def of(conversation_id: uuid.UUID, names: object) -> list[dict[str, Any]]:
    """The files of this conversation called ``names``, as a message keeps them. Raises FileError for any other."""
    if not isinstance(names, Sequence) or isinstance(names, str) or len(names) > MAX_FILES:
        raise FileError(f"Au plus {MAX_FILES} fichiers à la fois.")
    rows = {
        row.id.hex: row for row in StoredFile.objects.filter(conversation=conversation_id).defer("content", "small")
    }
    try:
        found = [rows[uuid.UUID(str(name)).hex] for name in names]
    except (KeyError, ValueError):
        raise FileError("Une pièce jointe n'est plus là : ajoutez-la de nouveau.") from None
    return [attachment(row) for row in found]


def attachment(row: StoredFile) -> dict[str, Any]:
    """A file as a message keeps it; its address is made anew each time it is shown."""
    shown = {"width": row.width, "height": row.height} if row.width else {}
    return {"file": row.id.hex, "name": row.name, "type": row.content_type, "size": row.size, **shown}


def discard(conversation_id: uuid.UUID, agent: User, file_id: uuid.UUID) -> None:
    """Delete a file that its agent has not sent."""
    row = (
        StoredFile.objects.filter(conversation=conversation_id, agent=agent, id=file_id)
        .defer("content", "small")
        .first()
    )
    if row is None or is_said(row):
        raise FileError("Ce fichier est déjà parti.")
    with db.write():
        row.delete()
        audit.record(agent, "detach", f"conversation:{conversation_id}", {"type": row.content_type, "size": row.size})


def is_said(row: StoredFile) -> bool:
    """Whether a message or a reply on its way out speaks of it."""
    said = [
        *row.conversation.messages.filter(agent=row.agent_id, at__gte=row.at).values_list("attachments", flat=True),
        *row.conversation.pending_replies.values_list("attachments", flat=True),
    ]
    return any(each.get("file") == row.id.hex for attachments in said for each in attachments)


def content(row: StoredFile) -> bytes:
    """The file itself."""
    return base64.b64decode(row.content)


def preview(row: StoredFile) -> bytes:
    """The picture, small; nothing for a file that is none."""
    return base64.b64decode(row.small)
