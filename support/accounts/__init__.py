"""Who staff are and how they get in: invitations, second factor, sessions, lock-out."""
