#!/usr/bin/env python3
"""Every failure to start is one line that says what to do, and exit code 1."""

import os
import socket
import unittest

import harness


class StartError(harness.Case):
    def refused(self, *flags, code=1, data=None, environment=None):
        """The one line of a start that must fail."""
        server = harness.Server(self.work, *flags, name="refused", data=data, environment=environment)
        self.addCleanup(server.end)
        server.spawn()
        self.assertEqual(server.wait(), code, server.log())
        ours = [line for line in server.log().splitlines() if line.startswith("coffer: ")]
        self.assertEqual(len(ours), 1, server.log())
        self.assertEqual(server.log().splitlines()[-1], ours[0], "nothing comes after it")
        self.assertEqual(server.out_file.read_text(), "")
        server.log_file.unlink()
        return ours[0]

    def test_port_taken(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            for flag in ("--listen-s3", "--listen-s3-eu", "--listen-api"):
                line = self.refused(flag, f"127.0.0.1:{port}")
                self.assertEqual(line, f"coffer: cannot listen on 127.0.0.1:{port}: address already in use; "
                                       "stop the other program or choose another port")

    def test_port_taken_by_another_coffer(self):
        # Both have SO_REUSEPORT: without care the second would share the first one's connections.
        first = self.server()
        host, port = harness.split_url(first.boot["s3_endpoint"])
        line = self.refused("--listen-s3", f"{host}:{port}", data=self.work / "other")
        self.assertIn("address already in use", line)

    def test_keys_are_still_given_after_a_first_start_that_failed(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            self.refused("--listen-s3", f"127.0.0.1:{taken.getsockname()[1]}")
        server = self.server()
        names = [token["name"] for token in self.operate(server.data, "token", "list")]
        self.assertEqual(names, ["bootstrap"])

    def test_address_of_another_machine(self):
        line = self.refused("--listen-s3", "192.0.2.1:0", "--allow-insecure-http")
        self.assertIn("this machine has no such address", line)

    def test_directory_locked(self):
        first = self.server()
        line = self.refused()
        self.assertIn(f"data directory {first.data} is in use by another coffer process, {first.process.pid};", line)

    def test_master_key(self):
        server = self.server()
        server.stop()
        other = self.work / "other.key"
        other.write_text("ab" * 32)
        other.chmod(0o600)
        self.assertIn("give the right --master-key-file", self.refused("--master-key-file", other))
        other.write_text("not a key")
        self.assertIn("a master key is 64 hex digits", self.refused("--master-key-file", other))
        key = server.data / "master.key"
        key.rename(self.work / "moved.key")
        self.assertIn(f"cannot open master key file {key}", self.refused())
        self.assertFalse(key.exists(), "no key is made for data that is there")
        self.server("--master-key-file", self.work / "moved.key")

    def test_newer_format(self):
        server = self.server()
        server.stop()
        (server.data / "coffer.format").write_text("coffer data directory, format 99\n")
        self.assertIn("has format 99, this program knows 1; run the newer program", self.refused())

    def test_not_a_data_directory(self):
        file = self.work / "file"
        file.write_text("x")
        self.assertIn("Not a directory", self.refused(data=file))
        self.assertIn("Not a directory", self.refused(data=file / "below"))

    def test_missing_data_root(self):
        server = self.server("--data-eu", self.work / "disk")
        server.stop()
        line = self.refused("--data-eu", self.work / "mistyped")
        self.assertIn("the data root of jurisdiction eu is not at", line)
        self.assertIn("--data-eu", line)
        self.assertFalse((self.work / "mistyped").exists())

    def test_lost_index(self):
        server = self.server()
        with server.s3() as s3:
            s3.put("/photos")
        server.stop()
        index = server.data / "default" / "meta"
        index.rename(self.work / "index")
        self.assertIn("has lost its index", self.refused())
        index.mkdir()
        self.assertIn("has lost its index", self.refused(), "no index is made anew")
        index.rmdir()
        (self.work / "index").rename(index)
        server.start()
        self.assertEqual(len(self.operate(server.data, "bucket", "list")), 1)

    def test_unreadable_files(self):
        missing = self.work / "missing"
        self.assertIn(f"cannot open configuration file {missing}: No such file", self.refused("--config", missing))
        self.assertIn(f"cannot read configuration file {self.work}: Is a directory",
                      self.refused("--config", self.work))
        self.assertIn(f"cannot open access log {missing}/log", self.refused("--access-log", missing / "log"))
        self.assertIn(f"cannot use certificate {missing}", self.refused("--tls-cert", missing, "--tls-key", missing))

    @unittest.skipIf(os.geteuid() == 0, "permissions do not bind root")
    def test_forbidden_files(self):
        file = self.work / "secret.toml"
        file.write_text("")
        file.chmod(0)
        self.assertIn("Permission denied; check the owner and permissions", self.refused("--config", file))

    def test_certificate_and_key_do_not_belong_together(self):
        certificate, _ = harness.make_certificate(self.work, "one")
        _, key = harness.make_certificate(self.work, "two")
        line = self.refused("--tls-cert", certificate, "--tls-key", key)
        self.assertIn(f"cannot use key {key}: key values mismatch", line)

    def test_plain_http_beyond_loopback(self):
        line = self.refused("--listen-s3", "0.0.0.0:0")
        self.assertIn("--tls-cert and --tls-key, or --allow-insecure-http", line)

    def test_settings(self):
        self.assertIn("--compat: 's3' is not r2 or extended", self.refused("--compat", "s3"))
        self.assertIn("COFFER_LOOPS: 'many' is not a number", self.refused(environment={"COFFER_LOOPS": "many"}))
        file = self.work / "coffer.toml"
        file.write_text('listen_s4 = "x"\n')
        self.assertIn(f"{file}: unknown key listen_s4", self.refused("--config", file))

    def test_command_line(self):
        for arguments in (["serve", "--frobnicate"], ["frobnicate"], [], ["token"], ["token", "create"],
                          ["serve", "extra"]):
            done = self.run_coffer(*arguments, check=2)
            self.assertRegex(done.stderr, r"\Acoffer: .*`coffer --help` lists commands and flags\n\Z")
            self.assertEqual(done.stdout, "")

    def test_damaged_index(self):
        server = self.server()
        with server.s3() as s3:
            s3.put("/photos")
            for number in range(200):
                self.assertEqual(s3.put(f"/photos/{number}", b"x" * 500).status, 200)
        server.kill()
        log = max((server.data / "default" / "meta").glob("*.log"), key=lambda path: path.stat().st_size)
        content = bytearray(log.read_bytes())
        written = len(content.rstrip(b"\0"))
        self.assertGreater(written, 50_000)
        content[written // 2] ^= 0x40
        log.write_bytes(content)
        line = self.refused()
        self.assertIn(str(log.parent), line)
        content[written // 2] ^= 0x40
        log.write_bytes(content)
        server.start()
        with server.s3() as s3:
            self.assertEqual(s3.get("/photos/199").body, b"x" * 500)


if __name__ == "__main__":
    harness.main()
