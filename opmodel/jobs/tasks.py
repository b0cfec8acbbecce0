"""The bell: Celery carries a job's number, nothing else."""

from opmodel.celery import app
from opmodel.jobs import queue


@app.task(name="opmodel.jobs.run")
def run_job(job_id: int) -> None:
    queue.run(job_id)
