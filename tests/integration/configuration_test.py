#!/usr/bin/env python3
"""Settings: flags before environment before file, and `coffer config`."""

import harness


class Configuration(harness.Case):
    def shown(self, *flags, environment=None, code=0):
        """{name: (value, origin)} of `coffer config`."""
        done = self.run_coffer("config", *flags, environment=environment, check=code)
        lines = {}
        for line in done.stdout.splitlines():
            assignment, origin = line.rsplit("  # ", 1)
            name, value = assignment.split("=", 1)
            lines[name.strip()] = (value.strip(), origin)
        return lines

    def test_defaults(self):
        shown = self.shown()
        self.assertEqual(shown["listen_s3"], ('"127.0.0.1:9000"', "default"))
        self.assertEqual(shown["listen_s3_eu"], ('"127.0.0.1:9010"', "default"))
        self.assertEqual(shown["listen_s3_fedramp"], ('"127.0.0.1:9020"', "default"))
        self.assertEqual(shown["listen_s3_us"], ('"127.0.0.1:9030"', "default"))
        self.assertEqual(shown["listen_api"], ('"127.0.0.1:9001"', "default"))
        self.assertEqual(shown["master_key_file"], ('"data/master.key"', "default"))

    def test_precedence(self):
        file = self.work / "coffer.toml"
        file.write_text('compat = "r2"\nlog_level = "warn"\nloops = 2\n')
        shown = self.shown("--config", file, "--compat", "extended",
                           environment={"COFFER_COMPAT": "r2", "COFFER_LOG_LEVEL": "error"})
        self.assertEqual(shown["compat"], ('"extended"', "--compat"))
        self.assertEqual(shown["log_level"], ('"error"', "COFFER_LOG_LEVEL"))
        self.assertEqual(shown["loops"], ("2", str(file)))
        self.assertEqual(self.shown(environment={"COFFER_CONFIG": str(file)})["loops"], ("2", str(file)))

    def test_effective_values_follow_others(self):
        shown = self.shown("--listen-s3", "127.0.0.1:0", "--data", "/srv/coffer")
        self.assertEqual(shown["listen_s3_us"], ('"127.0.0.1:0"', "default, as listen_s3 has port 0"))
        self.assertEqual(shown["data_eu"], ('"/srv/coffer/eu"', "default"))

    def test_output_is_a_configuration_file(self):
        first = self.run_coffer("config", "--trusted-proxies", "10.0.0.0/8,::1", "--loops", "3", check=0).stdout
        file = self.work / "coffer.toml"
        file.write_text(first)
        second = self.shown("--config", file)
        self.assertEqual(second["trusted_proxies"], ('["10.0.0.0/8", "::1"]', str(file)))
        self.assertEqual(second["loops"], ("3", str(file)))

    def test_shows_also_what_a_server_would_refuse(self):
        done = self.run_coffer("config", "--compat", "s3", check=1)
        self.assertIn('compat              = "s3"', done.stdout)
        self.assertEqual(done.stderr, "coffer: --compat: 's3' is not r2 or extended\n")

    def test_server_heeds_file_and_environment(self):
        file = self.work / "coffer.toml"
        file.write_text(f'listen_s3_eu = "off"\nbootstrap_file = "{self.work}/bootstrap.json"\n')
        server = self.server("--config", file, bootstrap=False,
                             environment={"COFFER_LISTEN_S3_US": "off", "COFFER_LISTEN_S3_UK": "off"})
        self.assertEqual(list(server.boot["jurisdiction_endpoints"]), ["fedramp"])
        self.assertIn("COFFER_LISTEN_S3_UK is no setting", server.log())

    def test_help_and_version(self):
        self.assertRegex(self.run_coffer("--version", check=0).stdout, r"\Acoffer \d+\.\d+\.\d+\n\Z")
        text = self.run_coffer("--help", check=0).stdout
        for command in ("serve", "config", "token", "bucket", "account", "explain", "bench"):
            self.assertRegex(text, rf"\n  {command} +\w")
        self.assertIn("COFFER_LISTEN_S3", self.run_coffer("serve", "--help", check=0).stdout)


if __name__ == "__main__":
    harness.main()
