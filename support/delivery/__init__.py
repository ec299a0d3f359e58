"""A message on its way to WhatsApp: its parts, what to do next, its attempts and their states, what is held back."""
