"""The steps of the GitHub Action in ``action.yml``, each a program of its own."""
