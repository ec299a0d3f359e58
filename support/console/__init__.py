"""The agents' room inside the admin: the live queue, the case, and the records behind them."""
