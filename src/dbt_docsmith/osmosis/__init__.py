"""`dbt-osmosis ... --synthesize`, served by this engine.

dbt-osmosis is the host: it says which nodes and columns there are and what is written of them, and writes the YAML
itself from what is put into its context.
"""
