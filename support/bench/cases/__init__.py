"""One benchmark a file: ``TITLE`` says what it measures, ``run(setup)`` gives rows. A new file is a new benchmark."""
