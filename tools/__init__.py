"""What makes parts of this repository: `make docs`."""
