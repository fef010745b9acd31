#!/usr/bin/env python3
"""Each jurisdiction's listener sees its own buckets, and its bytes lie in its own root."""

import harness

ALL = (None, "eu", "fedramp", "us")


class Jurisdiction(harness.Case):
    def test_buckets_are_apart(self):
        server = self.server()
        with server.s3(jurisdiction="eu") as eu:
            self.assertEqual(eu.put("/letters").status, 200)
            self.assertEqual(eu.put("/letters/a", b"eu only").status, 200)
        for jurisdiction in ALL:
            with server.s3(jurisdiction=jurisdiction) as s3:
                here = jurisdiction == "eu"
                self.assertEqual(b"letters" in s3.get("/").body, here)
                self.assertEqual(s3.get("/letters/a").status, 200 if here else 404)
                self.assertEqual(s3.send("HEAD", "/letters").status, 200 if here else 404)

    def test_one_name_may_be_used_in_each(self):
        server = self.server()
        for jurisdiction in ALL:
            with server.s3(jurisdiction=jurisdiction) as s3:
                self.assertEqual(s3.put("/photos").status, 200)
                self.assertEqual(s3.put("/photos/a", f"in {jurisdiction}".encode()).status, 200)
        for jurisdiction in ALL:
            with server.s3(jurisdiction=jurisdiction) as s3:
                self.assertEqual(s3.get("/photos/a").body, f"in {jurisdiction}".encode())
        with server.s3(jurisdiction="us") as us:
            self.assertEqual(us.delete("/photos/a").status, 204)
            self.assertEqual(us.delete("/photos").status, 204)
        with server.s3() as s3:
            self.assertEqual(s3.get("/photos/a").status, 200)

    def test_bytes_lie_in_the_root_of_their_jurisdiction(self):
        server = self.server("--data-eu", self.work / "disk" / "eu")
        with server.s3(jurisdiction="eu") as eu:
            eu.put("/letters")
            eu.put("/letters/a", b"x" * 300_000)

        def sizes(root):
            return [path.stat().st_size for path in (root / "blobs").rglob("*") if path.is_file()]

        self.assertEqual(len(sizes(self.work / "disk" / "eu")), 1)
        for name in ("default", "fedramp", "us"):
            self.assertEqual(sizes(server.data / name), [])
        self.assertFalse((server.data / "eu").exists())

    def test_nothing_of_a_large_object_reaches_another_root(self):
        """256 MiB under a fixed master key: the other roots neither grow nor know a thing of it."""
        master_key = self.work / "master.key"
        master_key.write_text("5a" * 32 + "\n")
        master_key.chmod(0o600)
        server = self.server("--master-key-file", master_key)
        marker = b"plaintext that may lie nowhere:" + bytes(range(256))
        body = (marker + b"\0" * (65_536 - len(marker))) * 4096
        others = [server.data / name for name in ("default", "fedramp", "us")]

        def files(root):
            return [path for path in root.rglob("*") if path.is_file()]

        def size(root):
            return sum(path.stat().st_size for path in files(root))

        before = {root: size(root) for root in others}
        with server.s3(jurisdiction="eu") as eu:
            self.assertEqual(eu.put("/vault").status, 200)
            self.assertEqual(eu.put("/vault/name-of-the-secret", body).status, 200)
        self.assertEqual(server.stop(), 0)

        blobs = files(server.data / "eu" / "blobs")
        self.assertEqual(len(blobs), 1)
        sealed = blobs[0].read_bytes()
        self.assertGreater(len(sealed), len(body))
        self.assertNotIn(marker, sealed)
        # Any 48 bytes of a frame are as good as unique.
        frames = {sealed[at:at + 48] for at in range(0, len(sealed), 65_536)}
        self.assertGreater(len(frames), 4000)
        for root in others:
            self.assertLess(size(root) - before[root], 65_536, root)
            for path in files(root):
                held = path.read_bytes()
                for secret in (b"name-of-the-secret", b"vault", marker):
                    self.assertNotIn(secret, held, path)
                self.assertFalse(any(frame in held for frame in frames), path)

    def test_tokens_are_scoped_by_jurisdiction(self):
        server = self.server()
        for jurisdiction in (None, "eu"):
            with server.s3(jurisdiction=jurisdiction) as s3:
                s3.put("/photos")
                s3.put("/photos/a", b"x")
        token = self.operate(server.data, "token", "create", "--name", "eu", "--permission", "object-read-only",
                             "--bucket", "eu/photos")
        with server.s3(token, jurisdiction="eu") as eu, server.s3(token) as s3:
            self.assertEqual(eu.get("/photos/a").status, 200)
            self.assertEqual(s3.get("/photos/a").status, 403)

    def test_host_names(self):
        server = self.server()
        account = server.boot["account_id"]
        with server.s3() as s3:
            s3.put("/photos")
            s3.put("/photos/a", b"hello")
            port = s3.port

            def get(host, path):
                host = f"{host}.r2.localhost:{port}"
                return s3.exchange("GET", path, headers=s3.signer.sign("GET", host, path))

            self.assertEqual(get(f"photos.{account}", "/a").body, b"hello")
            self.assertEqual(get(account, "/photos/a").body, b"hello")
            self.assertEqual(get(f"photos.{'0' * 32}", "/a").status, 401)
            self.assertEqual(get(f"photos.{account}.eu", "/a").status, 400)


if __name__ == "__main__":
    harness.main()
