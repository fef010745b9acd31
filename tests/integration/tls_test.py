#!/usr/bin/env python3
"""TLS 1.2 and 1.3 on every listener, and a new certificate on SIGHUP."""

import contextlib
import signal
import socket
import ssl
import warnings

import harness


class Tls(harness.Case):
    def setUp(self):
        super().setUp()
        self.certificate, self.key = self.work / "cert.pem", self.work / "key.pem"
        self.use("first")
        self.running = self.server("--tls-cert", self.certificate, "--tls-key", self.key)

    def use(self, name):
        """Puts a certificate of that name where the server reads it."""
        certificate, key = harness.make_certificate(self.work, name)
        key.replace(self.key)
        certificate.replace(self.certificate)

    def context(self, version=None):
        context = ssl.create_default_context(cafile=self.certificate)
        if version:
            context.minimum_version = context.maximum_version = version
        return context

    def connect(self, context, url=None):
        host, port = harness.split_url(url or self.running.boot["s3_endpoint"])
        plain = socket.create_connection((host, port), timeout=harness.DEADLINE_S)
        return contextlib.closing(context.wrap_socket(plain, server_hostname=host))

    def subject(self):
        """Of the certificate that a new connection gets."""
        with self.connect(self.context()) as connection:
            return dict(pair[0] for pair in connection.getpeercert()["subject"])["commonName"]

    def test_requests_of_both_versions(self):
        for url in (self.running.boot["s3_endpoint"], self.running.boot["api_endpoint"],
                    *self.running.boot["jurisdiction_endpoints"].values()):
            self.assertTrue(url.startswith("https://"))
        body = b"x" * 1_000_000
        for version, name in ((ssl.TLSVersion.TLSv1_2, "TLSv1.2"), (ssl.TLSVersion.TLSv1_3, "TLSv1.3")):
            with self.connect(self.context(version)) as connection:
                self.assertEqual(connection.version(), name)
            with self.running.s3(context=self.context(version)) as s3:
                self.assertIn(s3.put("/photos").status, (200, 409))
                self.assertEqual(s3.put("/photos/a", body).status, 200)
                self.assertEqual(s3.get("/photos/a").body, body)

    def test_older_versions_are_refused(self):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            context.set_ciphers("DEFAULT@SECLEVEL=0")
            context.minimum_version, context.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
        with self.assertRaises(ssl.SSLError), self.connect(context):
            pass

    def test_plain_http_is_no_request(self):
        with self.running.raw() as raw:
            raw.send(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n")
            self.assertIsNone(raw.receive())

    def test_other_protocols_are_refused(self):
        context = self.context()
        context.set_alpn_protocols(["h2"])
        with self.assertRaises(ssl.SSLError), self.connect(context):
            pass
        context.set_alpn_protocols(["h2", "http/1.1"])
        with self.connect(context) as connection:
            self.assertEqual(connection.selected_alpn_protocol(), "http/1.1")

    def test_reload(self):
        with self.running.s3(context=self.context()) as before:
            before.put("/photos")
            self.assertEqual(self.subject(), "first")
            self.use("second")
            self.running.send_signal(signal.SIGHUP)
            self.running.wait_for_log("TLS certificate and key read again")
            self.assertEqual(self.subject(), "second")
            self.assertEqual(before.put("/photos/a", b"x").status, 200, "a connection keeps what it began with")

    def test_reload_of_a_broken_certificate(self):
        good = self.certificate.read_bytes()
        self.certificate.write_text("not a certificate")
        self.running.send_signal(signal.SIGHUP)
        self.running.wait_for_log("the old TLS certificate stays")
        self.certificate.write_bytes(good)
        self.assertEqual(self.subject(), "first")
        # A key that belongs to another certificate is no better.
        harness.make_certificate(self.work, "other")[1].replace(self.key)
        self.running.send_signal(signal.SIGHUP)
        self.running.wait_for_log("key values mismatch")
        self.assertEqual(self.subject(), "first")


if __name__ == "__main__":
    harness.main()
