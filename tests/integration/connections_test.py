#!/usr/bin/env python3
"""10,000 idle connections cost under 300 MB; more than the limit are turned away; descriptors last."""

import resource
import socket

import harness

WANTED = 10_000
BYTES_MAX = 300 * 10**6
# Of this process and the server: everything that is no connection of the test.
DESCRIPTORS_SPARE = 200
BATCH = 250


def raise_limit():
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard


class Connections(harness.Case):
    def open_idle(self, server, count):
        """Kept connections, each of which has been served one request."""
        address = harness.split_url(server.boot["s3_endpoint"])
        connections = []
        while len(connections) < count:
            batch = []
            for _ in range(min(BATCH, count - len(connections))):
                connection = socket.create_connection(address, timeout=harness.DEADLINE_S)
                connection.sendall(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n")
                batch.append(connection)
            for connection in batch:
                self.assertTrue(connection.recv(65536).startswith(b"HTTP/1.1 400"))
            connections += batch
        return connections

    def test_idle_connections_are_cheap(self):
        # The server keeps some descriptors for files: half of them, or 4,096 (src/app/descriptors.cc).
        limit = raise_limit()
        count = min(WANTED, limit - min(limit // 2, 4096) - DESCRIPTORS_SPARE)
        server = self.server()
        before = server.memory()
        connections = self.open_idle(server, count)
        self.addCleanup(lambda: [connection.close() for connection in connections])
        with server.s3() as s3:
            self.assertEqual(s3.get("/").status, 200, "others are served meanwhile")
        after = server.memory()
        print(f"{count} idle connections: {before / 1e6:.1f} MB before, {after / 1e6:.1f} MB with them, "
              f"{(after - before) / count:.0f} bytes each", flush=True)
        if not harness.SANITIZED:
            self.assertLess(after, BYTES_MAX * count / WANTED)
        # They are alive.
        for connection in connections[:: max(1, count // 100)]:
            connection.sendall(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n")
            self.assertTrue(connection.recv(65536).startswith(b"HTTP/1.1 400"))

    def test_few_descriptors(self):
        """Connections over what the descriptors allow are told so, and the engines still get theirs."""
        files = 256

        def few():
            resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))

        server = self.server(limit_files=few)
        address = harness.split_url(server.boot["s3_endpoint"])
        with server.s3() as s3:
            self.assertEqual(s3.put("/photos").status, 200)
            crowd = []
            refused = None
            while refused is None and len(crowd) < files:
                connection = socket.create_connection(address, timeout=harness.DEADLINE_S)
                self.addCleanup(connection.close)
                connection.sendall(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n")
                answer = connection.recv(65536)
                if answer.startswith(b"HTTP/1.1 503"):
                    refused = answer
                else:
                    self.assertTrue(answer.startswith(b"HTTP/1.1 400"), answer)
                    crowd.append(connection)
            self.assertIsNotNone(refused)
            self.assertIn(b"too many connections", refused)
            self.assertGreater(len(crowd), files // 4)
            body = b"x" * 300_000
            for number in range(20):
                self.assertEqual(s3.put(f"/photos/{number}", body).status, 200)
            for number in range(20):
                self.assertEqual(s3.get(f"/photos/{number}").body, body)
        for connection in crowd:
            connection.close()
        harness.wait_until(lambda: self.answers(address), "room for new connections")

    @staticmethod
    def answers(address):
        with socket.create_connection(address, timeout=harness.DEADLINE_S) as connection:
            connection.sendall(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n")
            return connection.recv(65536).startswith(b"HTTP/1.1 400")


if __name__ == "__main__":
    harness.main()
