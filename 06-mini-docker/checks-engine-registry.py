#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A registry that may behave badly: it stands before a good one, and the file `mode` says how.

checks-engine-registry.py UPSTREAM-PORT DIR [CERT KEY]: prints its port, and goes on. Reads DIR/mode at each
request, words with a space between; writes a line a request to DIR/log: METHOD PATH Basic|Bearer|- RANGE|- HOST
"""
import base64
import hashlib
import http.client
import http.server
import json
import os
import re
import ssl
import sys
import threading
import time
import urllib.parse

UPSTREAM, DIR = int(sys.argv[1]), sys.argv[2]
TOKENS = set()
COUNTS = {}
LOCK = threading.Lock()


def mode():
    try:
        with open(os.path.join(DIR, "mode")) as file:
            return file.read().split()
    except FileNotFoundError:
        return []


class Between(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def note(self):
        with LOCK, open(os.path.join(DIR, "log"), "a") as file:
            said = self.headers.get("Authorization", "-").split(" ")[0]
            file.write(f"{self.command} {self.path} {said} {self.headers.get('Range', '-')} {self.headers['Host']}\n")

    def times(self, what):
        with LOCK:
            COUNTS[what] = COUNTS.get(what, 0) + 1
            return COUNTS[what]

    def answer(self, status, headers, body=b""):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        if not any(name.lower() == "content-length" for name, _ in headers):
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def token(self):
        """The token server: as somebody (user:secret), or as nobody, who may pull."""
        query = urllib.parse.parse_qs(urllib.parse.urlparse(self.path).query)
        said = self.headers.get("Authorization", "")
        if said and said != "Basic " + base64.b64encode(b"user:secret").decode():
            return self.answer(401, [], b'{"errors":[{"code":"UNAUTHORIZED","message":"wrong"}]}')
        if not said and "push" in query.get("scope", [""])[0]:
            return self.answer(401, [])
        made = hashlib.sha256(repr((time.time(), query)).encode()).hexdigest()
        TOKENS.add(made)
        self.answer(200, [("Content-Type", "application/json")], json.dumps({"token": made}).encode())

    def challenge(self):
        here = f"http://{self.headers['Host']}/token"
        self.answer(401, [("WWW-Authenticate", f'Bearer realm="{here}",service="test, of tokens"')],
                    b'{"errors":[{"code":"UNAUTHORIZED","message":"authentication required"}]}')

    def forward(self):
        there = http.client.HTTPConnection("127.0.0.1", UPSTREAM)
        headers = {name: value for name, value in self.headers.items()
                   if name.lower() not in ("authorization", "transfer-encoding", "connection")}
        if "norange" in mode():
            headers.pop("Range", None)
        there.request(self.command, self.path, self.body, headers)
        got = there.getresponse()
        data = got.read()
        return got.status, [(name, value) for name, value in got.getheaders()
                            if name.lower() not in ("transfer-encoding", "connection", "date")], data

    def chunks(self):
        if self.headers.get("Transfer-Encoding") != "chunked":
            return None
        whole = b""
        while size := int(self.rfile.readline(), 16):
            whole += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return whole

    def any(self):
        self.note()
        words = mode()
        length = self.headers.get("Content-Length")
        self.body = self.rfile.read(int(length)) if length else self.chunks()
        if self.path.startswith("/token"):
            return self.token()
        elsewhere = "away" in words and self.headers["Host"].startswith("127.0.0.1")
        if "token" in words and not elsewhere:
            said = self.headers.get("Authorization", "")
            if not said.startswith("Bearer ") or said[7:] not in TOKENS:
                return self.challenge()
            if "short" in words and "/blobs/" in self.path and self.times("short") == 1:
                TOKENS.clear()  # it has become too old
                return self.challenge()
        if "flaky" in words and self.times(self.command + re.sub("uploads/.*", "", self.path)) == 1:
            return self.answer(503, [])
        if "bomb" in words:
            return self.answer(200, [(f"X-{n}", "x" * 1000) for n in range(1000)])
        if self.command == "PUT" and len(self.body) > 5000:
            if "refuses" in words:
                return self.answer(403, [], b'{"errors":[{"code":"DENIED","message":"not today"}]}')
            if "hangs" in words:
                with open(os.path.join(DIR, "hangs"), "w"):
                    pass
                time.sleep(600)
        status, headers, data = self.forward()
        if "away" in words and not elsewhere:  # go on at what is another host, by its name
            other = self.headers["Host"].replace("localhost", "http://127.0.0.1")
            headers = [(name, re.sub("^http://[^/]*", other, value) if name == "Location" else value) for name, value in headers]
            if self.path.endswith("/tags/list"):
                headers.append(("Link", f'<{other}{self.path}?last=x>; rel="next"'))
        if status in (200, 206) and self.command == "GET" and "/manifests/" in self.path:
            return self.manifest(words, status, headers, data)
        if status in (200, 206) and self.command == "GET" and "/blobs/" in self.path and len(data) > 5000:
            return self.blob(words, status, headers, data)
        self.answer(status, headers, data)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = any

    def manifest(self, words, status, headers, data):
        plain = [(name, value) for name, value in headers if name.lower() not in ("content-length", "docker-content-digest")]
        if "huge" in words:
            return self.answer(status, plain, data + b" " * (5 << 20))
        if "other" in words:  # another manifest than the digest says
            return self.answer(status, headers[:0] + plain, data + b" ")
        for word in words:
            if word.startswith("set:"):  # set:size:N, of the first layer; set:digest:X
                _, key, value = word.split(":", 2)
                changed = json.loads(data)
                changed["layers"][0][key] = int(value) if value.isdigit() else value
                return self.answer(status, plain, json.dumps(changed).encode())
            if word == "escape":
                changed = json.loads(data)
                changed["config"]["mediaType"] = "\x1b]0;owned\x07\u009b2J"
                return self.answer(status, plain, json.dumps(changed).encode())
            if word.startswith("type:"):
                plain = [(n, v) for n, v in plain if n.lower() != "content-type"]
                return self.answer(status, plain + [("Content-Type", word[5:])], data)
        self.answer(status, headers, data)

    def blob(self, words, status, headers, data):
        for word in words:
            if word.startswith("to:") and not word.endswith(self.headers["Host"]):
                return self.answer(307, [("Location", word[3:] + self.path)])
            if word == "swap":
                return self.answer(status, headers, data[:-1] + bytes([data[-1] ^ 1]))
            if word in ("cut", "hang"):
                self.send_response(status)
                for name, value in headers:
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(data[: len(data) * 7 // 8 + 1])
                self.wfile.flush()
                if word == "hang":
                    with open(os.path.join(DIR, "hangs"), "w"):
                        pass
                    time.sleep(600)
                self.close_connection = True
                self.connection.close()
                return None
        return self.answer(status, headers, data)


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Between)
server.daemon_threads = True
print(server.server_address[1], flush=True)
sys.stdout.close()
if len(sys.argv) > 3:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[3], sys.argv[4])
    server.socket = context.wrap_socket(server.socket, server_side=True)
server.serve_forever()
