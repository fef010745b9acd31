#!/usr/bin/env python3
"""Starting: from nothing, again, and after a crash; what stays and what it costs."""

import os
import pty
import re
import signal

import harness

MIB = 1024 * 1024


class Start(harness.Case):
    def test_first_and_second_start(self):
        server = self.server()
        with server.s3() as s3:
            self.assertEqual(s3.put("/photos").status, 200)
            self.assertEqual(s3.put("/photos/a", b"hello").status, 200)
        first, boot, resident = server.started_in_s, dict(server.boot), server.memory()
        self.assertEqual(server.stop(), 0)
        self.assertFalse((server.data / "control.sock").exists())
        server.start()
        print(f"first start {first * 1000:.0f} ms, second {server.started_in_s * 1000:.0f} ms, "
              f"resident {resident / MIB:.1f} MiB", flush=True)
        for field in ("account_id", "api_token", "access_key_id", "secret_access_key"):
            self.assertEqual(server.boot[field], boot[field])
        with server.s3() as s3:
            self.assertEqual(s3.get("/photos/a").body, b"hello")

    def test_everything_answers_once_the_bootstrap_file_is_there(self):
        server = self.server()
        self.assertEqual(server.api("/readyz").status, 200)
        for jurisdiction in (None, *server.boot["jurisdiction_endpoints"]):
            with server.s3(jurisdiction=jurisdiction) as s3:
                self.assertEqual(s3.get("/").status, 200)
        self.assertTrue(self.operate(server.data, "account", "list"))

    def test_kept_data_after_a_kill(self):
        server = self.server()
        with server.s3() as s3:
            s3.put("/photos")
            s3.put("/photos/small", b"s" * 100)
            s3.put("/photos/large", b"l" * 300_000)
        server.kill()
        # The socket of the dead server is in the way of neither the next one nor a command.
        self.assertTrue((server.data / "control.sock").exists())
        self.assertEqual(len(self.operate(server.data, "bucket", "list")), 1)
        server.start()
        with server.s3() as s3:
            self.assertEqual(s3.get("/photos/small").body, b"s" * 100)
            self.assertEqual(s3.get("/photos/large").body, b"l" * 300_000)

    def test_files_are_for_their_owner_alone(self):
        server = self.server()
        with server.s3() as s3:
            s3.put("/photos")
            s3.put("/photos/a", b"x" * 300_000)
        checked = 0
        for folder, folders, files in os.walk(server.data):
            for name in (*folders, *files):
                mode = os.lstat(os.path.join(folder, name)).st_mode
                self.assertEqual(mode & 0o077, 0, f"{folder}/{name}")
                checked += 1
        self.assertGreater(checked, 10)
        self.assertEqual(os.stat(server.data).st_mode & 0o777, 0o700)

    def test_sigterm_during_the_start(self):
        """Whenever it comes, the process ends soon, and the next start finds nothing broken."""
        for moment in ("data", "data/lock", "data/master.key", "data/default/meta/CURRENT", "data/coffer.format",
                       "data/control.sock", "bootstrap.json"):
            folder = self.work / moment.replace("/", "-")
            folder.mkdir()
            server = harness.Server(folder)
            self.addCleanup(server.end)
            server.spawn()
            harness.wait_until((folder / moment).exists, moment)
            server.send_signal(signal.SIGTERM)
            self.assertIn(server.wait(), (0, -signal.SIGTERM), moment)
            server.bootstrap_file.unlink(missing_ok=True)
            server.start()
            with server.s3() as s3:
                self.assertEqual(s3.put("/photos").status, 200, moment)
            self.assertEqual(server.stop(), 0)

    def test_sigterm_while_idle_ends_at_once(self):
        server = self.server("--stop-grace-s", "3600")
        self.assertEqual(server.stop(), 0)


class Terminal(harness.Case):
    """`make run` at a terminal, without any flag for secrets."""

    def run_at_terminal(self, stdout_is_terminal=True):
        """What a start prints until it is ready, and how it ends."""
        pid, terminal = pty.fork()
        if pid == 0:
            if not stdout_is_terminal:
                os.dup2(os.open(self.work / "out", os.O_CREAT | os.O_WRONLY, 0o600), 1)
            os.execve(harness.PROGRAM, ["coffer", "serve", "--data", str(self.work / "data"), "--listen-s3",
                                        "127.0.0.1:0", "--listen-api", "127.0.0.1:0"], harness.clean_environment())
        text = b""
        # The welcome follows the log's last line, and a signal waits for both.
        while (b"Region" if stdout_is_terminal else b" ready after ") not in text:
            text += os.read(terminal, 65536)
        os.kill(pid, signal.SIGTERM)
        try:
            while piece := os.read(terminal, 65536):
                text += piece
        except OSError:  # the other side is closed
            pass
        os.close(terminal)
        self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), 0)
        return text.decode()

    def test_keys_are_shown_once_and_on_a_terminal_only(self):
        first = self.run_at_terminal()
        access = re.search(r"Access Key ID\s+([0-9a-f]{32})\s", first).group(1)
        self.assertRegex(first, r"Secret Access Key\s+[0-9a-f]{64}\s")
        self.assertRegex(first, r"API token\s+cofa_\w+\s")
        second = self.run_at_terminal()
        self.assertNotIn("Secret Access Key", second)
        self.assertIn("coffer token create", second)
        names = [token["id"] for token in self.operate(self.work / "data", "token", "list")]
        self.assertEqual(names, [access])

    def test_no_key_goes_into_a_file_or_a_pipe(self):
        text = self.run_at_terminal(stdout_is_terminal=False) + (self.work / "out").read_text()
        self.assertIn("S3 endpoint", text)
        self.assertNotIn("Secret Access Key", text)
        self.assertNotIn("cofa_", text)
        self.assertEqual(self.operate(self.work / "data", "token", "list"), [])


if __name__ == "__main__":
    harness.main()
