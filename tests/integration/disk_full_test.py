#!/usr/bin/env python3
"""A full disk: writes are refused in clear words, reads and deletes work, the server lives."""

import subprocess

import harness

# The index keeps some megabytes for itself; the rest is bodies.
DISK_BYTES = 256 * 1024 * 1024
BODY = b"x" * (4 * 1024 * 1024)
SMALL = b"s" * 2000


class DiskFull(harness.Case):
    def mount(self):
        folder = self.work / "disk"
        folder.mkdir()
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", str(folder)],
                              capture_output=True, text=True, check=False)
        if done.returncode != 0:
            self.skipTest(f"no file system can be mounted here: {done.stderr.strip()}")
        self.addCleanup(subprocess.run, ["umount", "--lazy", str(folder)], check=False)
        return folder

    def fill(self, s3, name, body):
        """Puts until it is refused: (how many went in, the refusal)."""
        for number in range(10_000):
            answer = s3.put(f"/photos/{name}{number}", body)
            if answer.status != 200:
                return number, answer
        raise AssertionError("the disk is never full")

    def test_full_disk(self):
        folder = self.mount()
        server = self.server(data=folder / "data")
        with server.s3() as s3:
            self.assertEqual(s3.put("/photos").status, 200)
            large, refusal = self.fill(s3, "large", BODY)
            self.assertGreater(large, 10)
            self.refused_in_clear_words(refusal)
            print(f"{large} bodies of {len(BODY)} bytes fitted: {refusal.status} {refusal.body!r}", flush=True)
            self.reads(s3, large)
            # Small bodies lie in the index.
            small, refusal = self.fill(s3, "small", SMALL) if self.has_room(s3) else (0, refusal)
            self.refused_in_clear_words(refusal)
            self.reads(s3, large)
            for number in range(large):
                self.assertEqual(s3.delete(f"/photos/large{number}").status, 204, f"delete {number} on a full disk")
            self.assertEqual(server.api("/healthz").status, 200)
            harness.wait_until(lambda: s3.put("/photos/again", BODY).status == 200, "room again")
            self.assertEqual(s3.get("/photos/again").body, BODY)
        self.assertEqual(server.stop(), 0)
        server.start()
        with server.s3() as s3:
            self.assertEqual(s3.get("/photos/again").body, BODY)
            for number in range(0, small, max(1, small // 20)):
                self.assertEqual(s3.get(f"/photos/small{number}").body, SMALL)

    def has_room(self, s3):
        return s3.put("/photos/probe", SMALL).status == 200

    def refused_in_clear_words(self, answer):
        self.assertIn(answer.status, (500, 503, 507))
        self.assertRegex(answer.body, rb"<Code>[A-Za-z]+</Code><Message>[^<]{10,}</Message>")

    def reads(self, s3, count):
        self.assertEqual(s3.get(f"/photos/large{count - 1}").body, BODY)
        self.assertEqual(s3.get("/photos", {"list-type": "2"}).status, 200)

    def fill_with_ballast(self, folder):
        """What somebody else writes: to the last byte."""
        ballast = folder / "ballast"
        with open(ballast, "wb", buffering=0) as file:
            try:
                while True:
                    file.write(b"\0" * 4096)
            except OSError:
                return ballast

    def test_disk_filled_by_others(self):
        folder = self.mount()
        server = self.server(data=folder / "data")
        with server.s3() as s3:
            s3.put("/photos")
            for number in range(50):
                self.assertEqual(s3.put(f"/photos/{number}", SMALL).status, 200)
            ballast = self.fill_with_ballast(folder)
            self.refused_in_clear_words(s3.put("/photos/more", BODY))
            self.assertEqual(s3.get("/photos/0").body, SMALL)
            self.assertEqual(server.api("/healthz").status, 200)
        self.assertEqual(server.stop(), 0, "no room to tidy up is no reason to die")
        ballast.unlink()
        server.start()
        with server.s3() as s3:
            self.assertEqual(s3.get("/photos/49").body, SMALL)
            self.assertEqual(s3.put("/photos/more", BODY).status, 200)

    def test_start_on_a_full_disk(self):
        folder = self.mount()
        server = self.server(data=folder / "data")
        with server.s3() as s3:
            s3.put("/photos")
            s3.put("/photos/a", b"hello")
        server.stop()
        ballast = self.fill_with_ballast(folder)
        server.spawn()
        self.assertEqual(server.wait(), 1)
        self.assertRegex(server.log().splitlines()[-1], r"\Acoffer: .*free space")
        ballast.unlink()
        server.start()
        with server.s3() as s3:
            self.assertEqual(s3.get("/photos/a").body, b"hello")


if __name__ == "__main__":
    harness.main()
