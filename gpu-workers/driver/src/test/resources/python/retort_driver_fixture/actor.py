"""An actor with the trainer's contract and scripted behaviour: the job's name selects what `start` does."""

import json
import os
import threading


class TrainerActor:
    def __init__(self) -> None:
        # Ray does not load a class without a constructor for a Java caller.
        self._stopped = threading.Event()
        self._status = {"state": "TRAINER_STATE_STARTING"}

    def ping(self) -> str:
        return "pong"

    def start(self, job_json: str, fencing_token: int) -> str:
        job = json.loads(job_json)
        match job["job_name"]:
            case "exit":
                os._exit(1)
            case "raise":
                raise ValueError("no such job")
            case "garbage":
                return "not JSON"
        self._status = {
            "state": "TRAINER_STATE_RUNNING",
            "progress": {"done": str(fencing_token), "unit": job["run_id"]},
            "of_a_later_version": {},
        }
        if job["job_name"] == "hang":
            self._stopped.wait()
        return json.dumps(self._status)

    def status(self) -> str:
        return json.dumps(self._status)

    def stop(self) -> str:
        self._stopped.set()
        self._status["state"] = "TRAINER_STATE_STOPPED"
        return json.dumps(self._status)
