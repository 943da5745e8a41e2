"""Report -> one self-contained page, to be read and decided on in a browser."""
