"""The step that runs dbt-docsmith. It ends well whatever comes of it: what was made is delivered first."""

from __future__ import annotations

import shlex
import subprocess
import sys

from action.ground import obstacle
from action.job import Job, annotate, this_job


def main(job: Job) -> None:
    """Run the command, show its result on the page of the run, and leave its exit code to the last step."""
    hindered = obstacle(job) if job.asked("COMMAND") == "document" else None
    if hindered:
        annotate("error", hindered)
    code = 2 if hindered else _run(job)
    if job.summary_file.exists():
        job.summarize(job.summary_file.read_text(encoding="utf-8"))
    files = (job.report or {}).get("files", [])
    job.put_out("exit-code", code)
    job.put_out("descriptions", sum(file["descriptions"] for file in files))


def _run(job: Job) -> int:
    """The exit code. What is said on stdout is shown as it comes; an error of usage is an annotation, too."""
    for file in (job.report_file, job.summary_file):
        file.unlink(missing_ok=True)
    running = subprocess.Popen(
        command_line(job), cwd=job.workspace, stderr=subprocess.PIPE, text=True, encoding="utf-8"
    )
    assert running.stderr is not None
    for line in running.stderr:
        sys.stderr.write(line)
        if line.startswith("error: "):
            annotate("error", line.removeprefix("error: ").rstrip())
    return running.wait()


def command_line(job: Job) -> list[str]:
    """The program with the options given to the action."""
    command = job.asked("COMMAND")
    form = "github" if command == "check" else "text"
    return [
        *(sys.executable, "-P", "-m", "dbt_docsmith", command),
        *("--project-dir", str(job.workspace / job.asked("PROJECT_DIR")), "--format", form),
        *("--report", str(job.report_file), "--report", str(job.summary_file)),
        *shlex.split(job.asked("ARGUMENTS")),
    ]


if __name__ == "__main__":
    main(this_job())
