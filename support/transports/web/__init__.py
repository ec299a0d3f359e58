"""The web widget: sessions and sockets."""
