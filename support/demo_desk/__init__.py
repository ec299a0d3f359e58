"""An invented month of a support desk, for demonstrations: nobody in it exists, and no server ever gets it."""
