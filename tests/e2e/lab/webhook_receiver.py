# SPDX-License-Identifier: Apache-2.0
"""A program of the house that webhooks are sent to: one more host of the segment with an HTTP server, over TLS if wanted."""
import json
import ssl
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

from .network import call_in_namespace


class WebhookReceiver:
    def __init__(self, lab, address="10.99.0.60", port=9000, certificate=None, status=204, silent=False):
        self.requests: list[dict] = []
        self.status, self._silence = status, threading.Event()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.requests.append({"path": self.path, "headers": dict(self.headers), "body": body, "json": json.loads(body)})
                if silent:
                    receiver._silence.wait(120)
                    return
                self.send_response(receiver.status)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.namespace = lab.network.add_host(address)
        self.server = call_in_namespace(self.namespace, lambda: HTTPServer((address, port), Handler))
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*certificate)
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def of_kind(self, kind: str) -> list[dict]:
        return [request for request in self.requests if request["json"]["kind"] == kind]

    def close(self):
        self._silence.set()
        self.server.shutdown()
        self.server.server_close()
