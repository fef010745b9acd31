#!/usr/bin/env python3
"""SIGTERM: what runs may end, what idles is closed, and nobody waits for ever."""

import signal
import socket

import harness


class Stopping(harness.Case):
    def begin_upload(self, server, size, sent):
        """An upload of `size` bytes of which `sent` are on their way."""
        raw = server.raw()
        self.addCleanup(raw.socket.close)
        signer = harness.Signer(server.boot["access_key_id"], server.boot["secret_access_key"])
        headers = signer.sign("PUT", raw.authority, "/photos/slow")
        raw.send(harness.head_bytes("PUT", "/photos/slow", {**headers, "content-length": str(size)}))
        raw.send(b"x" * sent)
        # Its bytes arrive at the store, so it is under way.
        harness.wait_until(lambda: self.received(server) > sent, "the upload to begin")
        return raw

    @staticmethod
    def received(server):
        for line in server.api("/metrics").body.decode().splitlines():
            if line.startswith("coffer_http_received_bytes_total "):
                return float(line.split(" ")[1])
        return 0

    def server_with_bucket(self, *flags):
        server = self.server(*flags)
        with server.s3() as s3:
            self.assertEqual(s3.put("/photos").status, 200)
        return server

    def test_a_slow_upload_may_finish(self):
        server = self.server_with_bucket("--stop-grace-s", "600")
        idle = server.s3()
        self.addCleanup(idle.connection.close)
        self.assertEqual(idle.get("/").status, 200)
        upload = self.begin_upload(server, 200_000, 100_000)
        server.send_signal(signal.SIGTERM)
        # The idle connection is closed, and nobody new is let in.
        self.assertEqual(idle.connection.sock.recv(1), b"")
        harness.wait_until(lambda: self.refused(upload.authority), "the listener to close")
        self.assertIsNone(server.process.poll())
        upload.send(b"x" * 100_000)
        answer = upload.receive()
        self.assertEqual(answer.status, 200)
        self.assertEqual(answer.headers["connection"], "close")
        self.assertEqual(server.wait(), 0)
        server.start()
        with server.s3() as s3:
            self.assertEqual(len(s3.get("/photos/slow").body), 200_000)

    @staticmethod
    def refused(authority):
        host, port = authority.rsplit(":", 1)
        try:
            socket.create_connection((host, int(port)), timeout=harness.DEADLINE_S).close()
        except ConnectionError:
            return True
        return False

    def test_grace_has_an_end(self):
        server = self.server_with_bucket("--stop-grace-s", "1")
        upload = self.begin_upload(server, 200_000, 100_000)
        server.send_signal(signal.SIGTERM)
        self.assertEqual(server.wait(), 0)
        self.assertIsNone(upload.receive())
        server.start()
        with server.s3() as s3:
            self.assertEqual(s3.get("/photos/slow").status, 404)

    def test_a_second_signal_ends_it_at_once(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            server = self.server_with_bucket("--stop-grace-s", "3600") if number == signal.SIGTERM else server
            upload = self.begin_upload(server, 200_000, 100_000)
            server.send_signal(signal.SIGTERM)
            harness.wait_until(lambda: self.refused(upload.authority), "the listener to close")
            server.send_signal(number)
            self.assertEqual(server.wait(), 130)
            self.assertIn("stopped at once by a second signal", server.log())
            server.start()

    def test_sigint_stops_as_sigterm_does(self):
        server = self.server()
        server.send_signal(signal.SIGINT)
        self.assertEqual(server.wait(), 0)

    def test_sighup_does_not_stop(self):
        server = self.server()
        for _ in range(3):
            server.send_signal(signal.SIGHUP)
        with server.s3() as s3:
            self.assertEqual(s3.get("/").status, 200)
        self.assertEqual(server.stop(), 0)

    def test_a_command_under_way_is_answered(self):
        server = self.server()
        with socket.socket(socket.AF_UNIX) as peer:
            peer.settimeout(harness.DEADLINE_S)
            peer.connect(str(server.data / "control.sock"))
            peer.sendall(b'{"command":"token.create","name":"x","permission":"admin-read-only"}\n')
            peer.makefile("r").readline()
            server.send_signal(signal.SIGTERM)
            self.assertEqual(peer.recv(1), b"")
        self.assertEqual(server.wait(), 0)


if __name__ == "__main__":
    harness.main()
