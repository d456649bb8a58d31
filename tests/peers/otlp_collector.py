"""A collector that takes only what the published schema allows: parses each request with
opentelemetry-proto, and prints a line for what it found."""
import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from google.protobuf import json_format
from opentelemetry.proto.collector.metrics.v1 import metrics_service_pb2
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2

REQUESTS = {
    "/v1/traces": trace_service_pb2.ExportTraceServiceRequest,
    "/v1/metrics": metrics_service_pb2.ExportMetricsServiceRequest,
}


def with_ids_as_base64(text):
    """The published JSON mapping of ids is hex, that of protobuf base64."""
    import base64

    def walk(value):
        if isinstance(value, list):
            return [walk(v) for v in value]
        if not isinstance(value, dict):
            return value
        out = {}
        for key, v in value.items():
            if key in ("traceId", "spanId"):
                assert len(v) == (32 if key == "traceId" else 16) and v == v.lower(), v
                out[key] = base64.b64encode(bytes.fromhex(v)).decode()
            else:
                out[key] = walk(v)
        return out

    return json.dumps(walk(json.loads(text)))


class Collector(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        try:
            assert self.headers["Content-Type"] == "application/json"
            request = json_format.Parse(with_ids_as_base64(body), REQUESTS[self.path]())
            print(self.path, json.dumps(json_format.MessageToDict(request)), flush=True)
            status, answer = 200, b"{}"
        except Exception as e:  # what the schema does not know is refused
            print("refused", self.path, repr(e), flush=True)
            status, answer = 400, b'{"message":"bad request"}'
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *args):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Collector)
print(server.server_port, flush=True)
server.serve_forever()
