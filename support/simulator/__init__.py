"""A telephone on a page, and a stand-in for Twilio behind it. Exists only where SIMULATOR is on."""
