"""Writes the missing documentation of a dbt project.

Weightless on purpose: dbt itself imports every installed ``dbt_*`` module when it parses.
"""
