"""Between two tests the database is emptied of all that they wrote, and of nothing that migrations made."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.contrib.contenttypes.models import ContentType

from chatbot.types import HandoffReason
from support import db, escalate
from support.console.roles import sync_roles
from support.models import Conversation
from tests.emptying import empty, with_rows
from tests.support.journeys import write

pytestmark = pytest.mark.django_db(transaction=True)


def test_what_a_test_wrote_is_gone_and_the_schemas_own_rows_stand() -> None:
    reason: HandoffReason = "human_request"
    made = Permission.objects.count(), ContentType.objects.count()
    sync_roles()
    User.objects.create_user("awa").groups.add(Group.objects.get(name="agent"))
    conversation = write("bonjour").conversation
    with db.write():
        escalate.open_locked(conversation, reason, "normal", "résumé")
    assert {"auth_user", "auth_group_permissions", Conversation._meta.db_table} <= set(with_rows())
    empty()
    assert with_rows() == []
    assert (Permission.objects.count(), ContentType.objects.count()) == made
    empty()  # of nothing
