"""`python -m dbt_docsmith` is `dbt-docsmith`."""

from dbt_docsmith.cli.main import main

if __name__ == "__main__":
    main()
