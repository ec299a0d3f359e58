"""What the brand knows: prices, limits, fixed answers."""
