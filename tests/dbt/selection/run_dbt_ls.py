"""Run as a program of its own: real dbt parses one project, and answers many `dbt ls` in one process.

    python run_dbt_ls.py PROJECT_DIR PROFILES_DIR < calls.json > answers.json

``calls.json`` is a list of argument lists. An answer is the list of unique ids, or null where dbt refuses. dbt
keeps its flags, loggers and plugins in globals, which is why it does not run inside the test process.
"""

from __future__ import annotations

import contextlib
import io
import json
import sys

from dbt.cli.main import dbtRunner


def main() -> None:
    project_dir, profiles_dir = sys.argv[1:]
    calls = json.load(sys.stdin)
    places = ["--project-dir", project_dir, "--profiles-dir", profiles_dir]
    quiet = ["--quiet", "--no-send-anonymous-usage-stats", "--log-level-file", "none", "--no-use-colors"]
    with contextlib.redirect_stdout(io.StringIO()) as said:
        parsed = dbtRunner().invoke([*quiet, "parse", *places])
    if not parsed.success:
        sys.exit(f"dbt cannot parse {project_dir}: {parsed.exception or said.getvalue()}")
    runner = dbtRunner(manifest=parsed.result)
    output = ["--output", "json", "--output-keys", "unique_id"]
    answers = []
    for call in calls:
        with contextlib.redirect_stdout(io.StringIO()):
            listed = runner.invoke([*quiet, "ls", *places, *output, *call])
        answers.append([json.loads(line)["unique_id"] for line in listed.result] if listed.success else None)
    json.dump(answers, sys.stdout)


if __name__ == "__main__":
    main()
