"""Clients in a process of their own, as every function has one."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

FUNCTIONS = Path(__file__).parents[2] / "functions"

EVENT_FIRST = """
import firebase_admin
from experience import clients
sdks_own = firebase_admin.initialize_app()
assert clients.app() is sdks_own
"""

MANY_THREADS = """
from concurrent.futures import ThreadPoolExecutor
from experience import clients
with ThreadPoolExecutor(20) as pool:
    [app] = {id(app) for app in pool.map(lambda _: clients.app(), range(20))}
"""

IMPATIENT = """
from firebase_admin.exceptions import UnavailableError
from experience import clients
clients.ENQUEUE_SECONDS = 0.2
try:
    clients.enqueue("runTransform", {}, task_id="one")
except UnavailableError:
    raise SystemExit(0)
raise SystemExit("the task was accepted")
"""

AS_THE_CLI = """
import json, threading
from http.server import BaseHTTPRequestHandler, HTTPServer

accepted = []

class Tasks(BaseHTTPRequestHandler):
    def do_POST(self):
        sent = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["task"]
        again = sent["name"] in accepted
        accepted.append(sent["name"])
        body = b"A task with the same name already exists" if again else json.dumps({"task": sent})
        self.send_response(409 if again else 200)
        self.end_headers()
        self.wfile.write(body if again else body.encode())

    def log_message(self, *_):
        pass

server = HTTPServer(("127.0.0.1", 0), Tasks)
threading.Thread(target=server.serve_forever, daemon=True).start()
import os
os.environ["CLOUD_TASKS_EMULATOR_HOST"] = "127.0.0.1:%d" % server.server_port
from experience import clients
for _ in range(2):
    clients.enqueue("runTransform", {}, task_id="one")
queue = "projects/demo-cli/locations/us-central1/queues/runTransform"
assert accepted == [f"{queue}/tasks/one"] * 2, accepted
"""


def run(code: str, **env: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(FUNCTIONS), **env},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr


class TestApp:
    def test_an_app_that_the_sdk_made_to_read_an_event_is_used(self) -> None:
        run(EVENT_FIRST)

    def test_of_many_first_calls_at_once_none_fails(self) -> None:
        run(MANY_THREADS)


class TestEnqueue:
    def test_a_queue_that_does_not_answer_is_not_waited_for(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as silent:
            address = "127.0.0.1:{1}".format(*silent.getsockname())
            run(IMPATIENT, CLOUD_TASKS_EMULATOR_HOST=address, GCLOUD_PROJECT="demo-silent")

    def test_the_clis_emulator_names_tasks_as_they_were_sent(self) -> None:
        config = json.dumps({"projectId": "demo-cli"})
        run(AS_THE_CLI, FIREBASE_CONFIG=config, REGION="us-central1")
