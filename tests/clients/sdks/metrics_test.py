"""A real Prometheus scrapes /metrics, and promtool has nothing to say against it."""
import json
import pathlib
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.parse
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from support import WithServer  # noqa: E402
from proof import servers, wire  # noqa: E402

CONFIGURATION = """
global: {{scrape_interval: 1s, scrape_timeout: 1s}}
scrape_configs:
  - job_name: dynadeck
    static_configs: [{{targets: ['{target}']}}]
"""


class Metrics(WithServer):
    def setUp(self):
        with wire.Client(self.endpoint) as client:
            client.call("ListTables", {})
            client.call("DescribeTable", {"TableName": "Nowhere"})

    def test_promtool_is_content(self):
        text = urllib.request.urlopen(f"{self.endpoint}/metrics").read()
        checked = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True,
                                 check=False)
        self.assertEqual((checked.returncode, checked.stdout, checked.stderr), (0, b"", b""))

    def test_prometheus_scrapes(self):
        with tempfile.TemporaryDirectory() as folder:
            configuration = pathlib.Path(folder, "prometheus.yml")
            configuration.write_text(CONFIGURATION.format(
                target=self.endpoint.removeprefix("http://")))
            port = servers.free_port()
            with servers.Server("prometheus", [
                    "prometheus", f"--config.file={configuration}",
                    f"--storage.tsdb.path={folder}/data",
                    f"--web.listen-address=127.0.0.1:{port}"],
                    endpoint=f"http://127.0.0.1:{port}") as prometheus:
                up = self.ask(prometheus, "up", lambda found: found and found[0] == 1)
                self.assertEqual(up, [1])
                requests = self.ask(prometheus, 'sum(dynadeck_requests_total)',
                                    lambda found: found and found[0] >= 2)
                self.assertGreaterEqual(requests[0], 2)

    def ask(self, prometheus, query, wanted, patience_seconds=20):
        deadline = time.monotonic() + patience_seconds
        url = f"{prometheus.endpoint}/api/v1/query?query={urllib.parse.quote(query)}"
        values = []
        while time.monotonic() < deadline:
            try:
                answer = json.load(urllib.request.urlopen(url))
                values = [float(series["value"][1]) for series in answer["data"]["result"]]
            except OSError:
                values = []
            if wanted(values):
                break
            time.sleep(0.2)
        return values


if __name__ == "__main__":
    unittest.main()
