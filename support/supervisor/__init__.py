"""One command for all processes of a small installation: starts, watches and stops them."""
