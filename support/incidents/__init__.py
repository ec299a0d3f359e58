"""When many are hit at once: the switch of the assistant, declared incidents, and the radar that finds them."""
