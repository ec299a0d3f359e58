"""Where voices meet the house: settings, the ledger, Redis."""
