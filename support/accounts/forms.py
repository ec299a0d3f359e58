"""The forms of accounts: whom to invite, and what the invited say of themselves."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth import password_validation
from django.contrib.auth.models import User
from django.contrib.auth.validators import UnicodeUsernameValidator

from support.accounts import invitations
from support.models import Invitation

ROLE_WORDS = {
    "agent": "Agent : répond aux clients",
    "senior": "Agent confirmé : confie aussi les cas et tient les réponses types",
    "supervisor": "Superviseur : rapports, réglages, leçons, incidents",
    "admin": "Administrateur : gère aussi les comptes et les jetons",
    "auditor": "Auditeur : lit tout, numéros masqués, ne change rien",
}


class InviteForm(forms.Form):
    """A role that the inviter may give, and perhaps an address."""

    role = forms.ChoiceField(label="Rôle")
    email = forms.EmailField(label="Adresse e-mail (facultative)", required=False)

    def __init__(self, by: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(name, ROLE_WORDS[name]) for name in invitations.grantable(by)]
        self.fields["role"].choices = choices  # type: ignore[attr-defined]


class AcceptForm(forms.Form):
    """Name and password; of who only needs a new password, the password."""

    username = forms.CharField(
        label="Identifiant", max_length=150, validators=[UnicodeUsernameValidator()], help_text="Pour vous connecter."
    )
    first_name = forms.CharField(label="Prénom", max_length=150)
    last_name = forms.CharField(label="Nom", max_length=150, required=False)
    password = forms.CharField(
        label="Mot de passe",
        strip=False,
        max_length=1000,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label="Mot de passe, encore une fois",
        strip=False,
        max_length=1000,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, invitation: Invitation, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._invitation = invitation
        self.fields["username"].widget.attrs["autocomplete"] = "username"
        if invitation.user:
            for name in ("username", "first_name", "last_name"):
                del self.fields[name]

    def clean_username(self) -> str:
        """Free, whatever its capitals."""
        name: str = User.normalize_username(self.cleaned_data["username"])
        if User.objects.filter(username__iexact=name).exists():
            raise forms.ValidationError("Cet identifiant est déjà pris.")
        return name

    def clean(self) -> dict[str, Any]:
        """Both the same, and good enough for the validators, which know the name."""
        said = super().clean() or {}
        password = said.get("password")
        if password and said.get("again") and password != said["again"]:
            self.add_error("again", "Les deux mots de passe ne sont pas les mêmes.")
        elif password:
            names = {name: said.get(name, "") for name in ("username", "first_name", "last_name")}
            user = self._invitation.user or User(email=self._invitation.email, **names)
            try:
                password_validation.validate_password(password, user)
            except forms.ValidationError as error:
                self.add_error("password", error)
        return said
