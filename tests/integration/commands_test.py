#!/usr/bin/env python3
"""The operator's commands, on a running server and on a stopped one."""

import contextlib
import os
import socket
import stat
import subprocess
import threading

import harness

NOBODY = 65534


class Commands(harness.Case):
    def exercise(self, data):
        """The same on both: tokens, buckets, explanations."""
        made = self.operate(data, "token", "create", "--name", "ci", "--permission", "object-read-only",
                            "--bucket", "photos", "--bucket", "eu/photos", "--ip", "127.0.0.0/8")
        self.assertEqual(made["access_key_id"], made["id"])
        self.assertEqual(made["status"], "active")
        listed = {token["id"]: token for token in self.operate(data, "token", "list")}
        self.assertNotIn("secret_access_key", listed[made["id"]])
        key = ("--access-key", made["id"])
        self.assertEqual(self.operate(data, "token", "disable", *key)["status"], "disabled")
        self.assertEqual(self.operate(data, "token", "show", *key)["status"], "disabled")
        self.assertEqual(self.operate(data, "token", "enable", *key)["status"], "active")
        self.assertNotEqual(self.operate(data, "token", "roll", *key)["secret_access_key"], made["secret_access_key"])

        self.assertEqual(self.operate(data, "bucket", "create", "--bucket", "photos")["jurisdiction"], "default")
        self.assertEqual(self.operate(data, "bucket", "create", "--bucket", "photos", "--jurisdiction", "eu",
                                      "--location", "weur")["location"], "WEUR")
        self.assertEqual(len(self.operate(data, "bucket", "list")), 2)

        explain = ("explain", *key, "--bucket", "photos", "--key", "a")
        allowed = self.operate(data, *explain, "--operation", "GetObject")
        self.assertTrue(allowed["allowed"])
        self.assertIn("Bucket Item Read", allowed["reason"])
        self.assertEqual(self.operate(data, *explain, "--operation", "PutObject")["answer"], "AccessDenied")
        self.assertEqual(self.operate(data, *explain, "--operation", "GetObject", "--ip", "10.0.0.1")["answer"],
                         "Unauthorized")

        for jurisdiction in ("default", "eu"):
            self.operate(data, "bucket", "delete", "--bucket", "photos", "--jurisdiction", jurisdiction)
        self.assertEqual(self.operate(data, "bucket", "list"), [])
        self.operate(data, "token", "revoke", *key)
        done = self.run_coffer("token", "show", *key, "--data", data, check=1)
        self.assertEqual(done.stderr, f"coffer: NoSuchToken: there is no token {made['id']}\n")

    def test_on_a_running_server(self):
        self.exercise(self.server().data)

    def test_on_a_stopped_server(self):
        server = self.server()
        server.stop()
        self.exercise(server.data)
        server.start()
        with server.s3() as s3:
            self.assertEqual(s3.get("/").status, 200)

    def test_commands_of_a_stopped_server_act_on_the_next_start(self):
        server = self.server()
        server.stop()
        made = self.operate(server.data, "token", "create", "--name", "ci", "--permission", "admin-read-write")
        self.operate(server.data, "bucket", "create", "--bucket", "photos")
        server.start()
        with server.s3(made) as s3:
            self.assertEqual(s3.put("/photos/a", b"x").status, 200)

    def test_refusals_read_well(self):
        server = self.server()
        with server.s3() as s3:
            s3.put("/photos")
            s3.put("/photos/a", b"x")
        rows = [
            (("bucket", "delete", "--bucket", "photos"), "coffer: BucketNotEmpty: "),
            (("bucket", "delete", "--bucket", "none"), "coffer: NoSuchBucket: The specified bucket does not exist."),
            (("bucket", "create", "--bucket", "photos"), "coffer: BucketAlreadyOwnedByYou: "),
            (("bucket", "create", "--bucket", "No"), "coffer: InvalidBucketName: "),
            (("token", "create", "--name", "x", "--permission", "root"),
             "coffer: InvalidArgument: --permission: 'root' is not admin-read-write"),
            (("token", "roll", "--access-key", "0" * 32), "coffer: NoSuchToken: "),
            (("explain", "--access-key", "0" * 32, "--operation", "Fly"),
             "coffer: InvalidArgument: --operation: 'Fly' is not an S3 operation"),
        ]
        for command, text in rows:
            done = self.run_coffer(*command, "--data", server.data, check=1)
            self.assertTrue(done.stderr.startswith(text), done.stderr)
            self.assertEqual(done.stderr.count("\n"), 1)
            self.assertEqual(done.stdout, "")

    def test_output_for_people(self):
        server = self.server()
        text = self.run_coffer("token", "list", "--data", server.data, check=0).stdout
        self.assertRegex(text, r"(?m)^name +bootstrap$")
        self.assertRegex(text, r"(?m)^status +active$")

    def test_without_a_data_directory(self):
        done = self.run_coffer("token", "list", "--data", self.work / "none", check=1)
        self.assertIn("start the server once with `coffer serve`, or give --data", done.stderr)
        self.assertFalse((self.work / "none").exists())

    def test_while_a_start_holds_the_directory(self):
        server = self.server()
        server.stop()
        # Held by somebody who has no control socket.
        with open(server.data / "lock") as lock:
            subprocess.run(["flock", "--nonblock", str(lock.fileno())], pass_fds=[lock.fileno()], check=True)
            done = self.run_coffer("token", "list", "--data", server.data, check=1)
        self.assertIn("try again", done.stderr)

    def test_directory_by_environment_and_file(self):
        server = self.server()
        done = self.run_coffer("account", "list", environment={"COFFER_DATA": str(server.data)}, check=0)
        self.assertIn(server.boot["account_id"], done.stdout)
        file = self.work / "coffer.toml"
        file.write_text(f'data = "{server.data}"\nlisten_s3 = "127.0.0.1:0"\n')
        self.run_coffer("account", "list", "--config", file, check=0)

    def test_many_at_once(self):
        server = self.server()
        results = []

        def create(number):
            results.append(self.operate(server.data, "token", "create", "--name", f"t{number}",
                                        "--permission", "admin-read-only")["id"])

        threads = [threading.Thread(target=create, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(len(set(results)), 8)
        self.assertEqual(len(self.operate(server.data, "token", "list")), 9)

    def test_control_socket(self):
        server = self.server()
        path = server.data / "control.sock"
        self.assertEqual(stat.S_IMODE(os.lstat(path).st_mode), 0o600)
        with socket.socket(socket.AF_UNIX) as peer:
            peer.settimeout(harness.DEADLINE_S)
            peer.connect(str(path))
            peer.sendall(b'garbage\n{"command":"account.list"}\n')
            reader = peer.makefile("r")
            self.assertIn('"ok":false', reader.readline())
            self.assertIn('"ok":true', reader.readline())

    def test_control_socket_is_not_for_other_users(self):
        if os.geteuid() != 0:
            self.skipTest("only root can become another user")
        server = self.server()
        # Even with the doors open: what counts is who asks.
        for path in (self.work, server.data, server.data / "control.sock"):
            os.chmod(path, 0o777)
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            said = b"could not become another user"
            with contextlib.suppress(OSError):
                os.setgroups([])
                os.setgid(NOBODY)
                os.setuid(NOBODY)
                said = self.conversation(server.data / "control.sock")
            os.write(writer, said)
            os._exit(0)
        os.close(writer)
        os.waitpid(child, 0)
        with open(reader, "rb") as pipe:
            self.assertEqual(pipe.read(), b"")

    @staticmethod
    def conversation(path):
        """What the control socket answers; nothing when it hangs up."""
        with socket.socket(socket.AF_UNIX) as peer:
            peer.connect(str(path))
            try:
                peer.sendall(b'{"command":"account.list"}\n')
                return peer.recv(1000)
            except ConnectionError:
                return b""


if __name__ == "__main__":
    harness.main()
