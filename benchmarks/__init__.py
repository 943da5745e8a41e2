"""What it costs: `python -m benchmarks`. Quote medians and ratios; absolute times lie on busy machines."""
