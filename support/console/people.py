"""Members of staff and their roles. Accounts come by invitation and go on « Comptes »; here are names and roles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as BaseGroupAdmin
from django.contrib.auth.admin import UserAdmin as BaseUserAdmin
from django.contrib.auth.models import Group, User
from django.core.exceptions import PermissionDenied
from django.db import models
from django.forms import ModelMultipleChoiceField
from django.http import HttpRequest, HttpResponse
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice
from unfold.admin import ModelAdmin
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from support import db
from support.accounts import invitations, sessions, staff
from support.accounts.pages import user_of
from support.privacy import audit

if TYPE_CHECKING:
    _UserAdmin = BaseUserAdmin[User]
else:
    _UserAdmin = BaseUserAdmin

admin.site.unregister(User)
admin.site.unregister(Group)
for _secrets in (TOTPDevice, StaticDevice):  # django-otp shows secrets there; a lost device has a page of its own
    admin.site.unregister(_secrets)


@admin.register(User)
class UserAdmin(_UserAdmin, ModelAdmin):
    """A member of staff. Superusers may do all here; administrators change the names and roles of those below them."""

    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ("username", "first_name", "last_name", "is_staff", "is_active", "last_login")

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        """What is changed elsewhere, or by superusers alone, is not on the form."""
        if user_of(request).is_superuser:
            return super().get_fieldsets(request, obj)
        return ((None, {"fields": ("username", "first_name", "last_name", "email", "groups")}),)

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        """« Actif » is set on « Comptes », where cases go back and sessions end."""
        return ("is_active", "last_login", "date_joined") if obj else ()

    def has_add_permission(self, request: HttpRequest) -> bool:
        """By invitation; a superuser may do otherwise."""
        return user_of(request).is_superuser

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Nobody's own, nor of anybody with more."""
        may = super().has_change_permission(request, obj)
        return may and (obj is None or user_of(request).is_superuser or staff.may_touch(user_of(request), obj))

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Never, so that what they did keeps its name: deactivate."""
        return False

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:  # noqa: A002
        """A superuser alone sets another's password; others send a link by which people set their own."""
        if not user_of(request).is_superuser:
            raise PermissionDenied
        with db.write():
            answer = super().user_change_password(request, id, form_url)
            if request.method == "POST" and answer.status_code == 302:
                user = User.objects.get(pk=id)
                sessions.end_all(user)
                audit.record(user_of(request), "password_set", f"user:{user.pk}")
        return answer

    def formfield_for_manytomany(
        self, db_field: models.ManyToManyField[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> ModelMultipleChoiceField[Any] | None:
        """Only roles that the administrator has all of."""
        if db_field.name == "groups" and not user_of(request).is_superuser:
            kwargs["queryset"] = Group.objects.filter(name__in=invitations.grantable(user_of(request)))
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Who gets which role is on the record, and what a superuser gives beside roles."""
        with db.write():
            super().save_related(request, form, formsets, change)
            person = form.instance
            given = {
                "roles": sorted(person.groups.values_list("name", flat=True)),
                "superuser": person.is_superuser,
                "permissions": sorted(person.user_permissions.values_list("codename", flat=True)),
            }
            audit.record(user_of(request), "roles_set", f"user:{person.pk}", given)


@admin.register(Group)
class GroupAdmin(BaseGroupAdmin, ModelAdmin):
    """A role. Superusers alone may change one, until the roles are synced again."""

    def has_delete_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        """Never: people would lose what they may do without a trace."""
        return False

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """What a role may is on the record."""
        with db.write():
            super().save_related(request, form, formsets, change)
            codenames = sorted(form.instance.permissions.values_list("codename", flat=True))
            said = {"name": form.instance.name, "permissions": codenames}
            audit.record(user_of(request), "role_saved", f"group:{form.instance.pk}", said)
