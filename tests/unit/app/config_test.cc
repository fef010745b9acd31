#include "app/config.h"

#include "temporary_directory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace coffer::app {
namespace {

using test::TemporaryDirectory;
using test::write_file;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Map = std::map<std::string, std::string>;

Config load(const Map& flags, const Map& environment = {}) {
  Result<Config> config = Config::load(flags, environment);
  EXPECT_TRUE(config) << config.error().detail();
  return *std::move(config);
}

std::string load_error(const Map& flags, const Map& environment = {}) {
  const Result<Config> config = Config::load(flags, environment);
  if (config) return "loaded";
  EXPECT_EQ(config.error().code(), config.error().code() == ErrorCode::IoError
                                       ? ErrorCode::IoError
                                       : ErrorCode::InvalidConfiguration);
  return config.error().detail();
}

std::string validation_error(const Map& flags, const Map& environment = {}) {
  const Result<> valid = load(flags, environment).validate();
  return valid ? "valid" : valid.error().detail();
}

TEST(Settings, HaveNamesOfThreeForms) {
  EXPECT_EQ(environment_name("listen-s3-eu"), "COFFER_LISTEN_S3_EU");
  EXPECT_EQ(toml_name("listen-s3-eu"), "listen_s3_eu");
  EXPECT_NE(find_setting("listen-s3-eu"), nullptr);
  EXPECT_EQ(find_setting("listen_s3_eu"), nullptr);
}

TEST(Config, IsValidWithoutAnything) {
  const Config config = load({});
  EXPECT_TRUE(config.validate());
  EXPECT_EQ(config.origin("listen-s3"), "default");
  EXPECT_EQ(config.s3_listener(Jurisdiction::Default), "127.0.0.1:9000");
  EXPECT_EQ(config.s3_listener(Jurisdiction::Eu), "127.0.0.1:9010");
  EXPECT_EQ(config.s3_listener(Jurisdiction::Fedramp), "127.0.0.1:9020");
  EXPECT_EQ(config.s3_listener(Jurisdiction::Us), "127.0.0.1:9030");
  EXPECT_EQ(config.api_listener(), "127.0.0.1:9001");
  EXPECT_EQ(config.number("stop-grace-s"), 20U);
  EXPECT_FALSE(config.flag("allow-insecure-http"));
}

TEST(Config, TellsOfVariablesThatAreNoSetting) {
  const Config config =
      load({}, {{"COFFER_LOPS", "2"}, {"COFFER_LOOPS", "2"}, {"COFFER_SERVICE_HOST", "10.0.0.1"}});
  EXPECT_THAT(config.unknown_variables(), ElementsAre("COFFER_LOPS", "COFFER_SERVICE_HOST"));
  EXPECT_TRUE(config.validate());
  EXPECT_THAT(config.render(), HasSubstr("# COFFER_LOPS is no setting\n"));
}

TEST(Config, TakesFlagsBeforeEnvironmentBeforeFile) {
  const TemporaryDirectory directory;
  const std::string file = directory / "coffer.toml";
  write_file(file, "compat = \"r2\"\nlog_level = \"warn\"\nloops = 3\n");
  const Config config = load({{"config", file}, {"compat", "extended"}},
                             {{"COFFER_COMPAT", "r2"}, {"COFFER_LOG_LEVEL", "error"}});
  EXPECT_EQ(config.text("compat"), "extended");
  EXPECT_EQ(config.origin("compat"), "--compat");
  EXPECT_EQ(config.text("log-level"), "error");
  EXPECT_EQ(config.origin("log-level"), "COFFER_LOG_LEVEL");
  EXPECT_EQ(config.number("loops"), 3U);
  EXPECT_EQ(config.origin("loops"), file);
  EXPECT_EQ(config.origin("data"), "default");
}

TEST(Config, FindsTheFileByFlagBeforeEnvironment) {
  const TemporaryDirectory directory;
  write_file(directory / "a.toml", "loops = 1\n");
  write_file(directory / "b.toml", "loops = 2\n");
  const Map environment{{"COFFER_CONFIG", directory / "b.toml"}};
  EXPECT_EQ(load({}, environment).number("loops"), 2U);
  EXPECT_EQ(load({{"config", directory / "a.toml"}}, environment).number("loops"), 1U);
}

TEST(Config, IgnoresVariablesThatAreNoSettings) {
  EXPECT_TRUE(load({}, {{"COFFER_ENDPOINT", "x"}, {"OTHER", "y"}}).validate());
}

TEST(Config, TakesListsFromArraysAndFromText) {
  const TemporaryDirectory directory;
  const std::string file = directory / "coffer.toml";
  write_file(file,
             "trusted_proxies = [\"10.0.0.0/8\", \"::1\"]\nhost_suffix = \"a.test, b.test\"\n");
  const Config config = load({{"config", file}});
  EXPECT_TRUE(config.validate());
  EXPECT_THAT(config.list("trusted-proxies"), ElementsAre("10.0.0.0/8", "::1"));
  EXPECT_THAT(config.list("host-suffix"), ElementsAre("a.test", "b.test"));
  EXPECT_THAT(load({{"trusted-proxies", " , "}}).list("trusted-proxies"), ElementsAre());
}

TEST(Config, RefusesFilesItCannotUse) {
  const TemporaryDirectory directory;
  const std::string file = directory / "coffer.toml";
  EXPECT_THAT(load_error({{"config", file}}), HasSubstr(file + ": No such file"));
  EXPECT_THAT(load_error({{"config", directory.path()}}), HasSubstr("Is a directory"));
  const struct {
    const char* text;
    const char* error;
  } rows[] = {
      {"loops = \n", ":1: "},
      {"loops = 1\nloops = 2\n", ":2: "},
      {"[server]\nloops = 1\n", "unknown key server; `coffer config` lists the keys"},
      {"listen-s3 = \"127.0.0.1:1\"\n", "unknown key listen-s3"},
      {"config = \"other.toml\"\n", "unknown key config"},
      {"loops = 1.5\n", "loops must be a string, a number or a boolean"},
      {"data = [\"a\"]\n", "data must be a string, a number or a boolean"},
      {"trusted_proxies = [1]\n", "or an array of strings"},
      {"loops = \"many\"\n", "coffer.toml: loops: 'many' is not a number from 0 to 1024"},
      {"allow_insecure_http = \"perhaps\"\n",
       "allow_insecure_http: 'perhaps' is not true or false"},
  };
  for (const auto& row : rows) {
    write_file(file, row.text);
    EXPECT_THAT(load_error({{"config", file}}), HasSubstr(row.error)) << row.text;
  }
}

TEST(Config, RefusesValuesOfTheWrongType) {
  EXPECT_EQ(load_error({{"loops", "1025"}}), "--loops: '1025' is not a number from 0 to 1024");
  EXPECT_EQ(load_error({}, {{"COFFER_STOP_GRACE_S", "-1"}}),
            "COFFER_STOP_GRACE_S: '-1' is not a number from 0 to 3600");
  EXPECT_EQ(load_error({{"loops", ""}}), "--loops: '' is not a number from 0 to 1024");
  EXPECT_EQ(load_error({}, {{"COFFER_ALLOW_INSECURE_HTTP", "maybe"}}),
            "COFFER_ALLOW_INSECURE_HTTP: 'maybe' is not true or false");
  EXPECT_TRUE(load({}, {{"COFFER_ALLOW_INSECURE_HTTP", "yes"}}).flag("allow-insecure-http"));
}

TEST(Config, LetsJurisdictionsFollowPortZero) {
  const Config config = load({{"listen-s3", "[::1]:0"}, {"listen-s3-us", "127.0.0.1:9030"}});
  EXPECT_TRUE(config.validate());
  EXPECT_EQ(config.s3_listener(Jurisdiction::Eu), "[::1]:0");
  EXPECT_EQ(config.origin("listen-s3-eu"), "default, as listen_s3 has port 0");
  EXPECT_EQ(config.s3_listener(Jurisdiction::Us), "127.0.0.1:9030");
  // The management listener has a flag of its own.
  EXPECT_EQ(config.api_listener(), "127.0.0.1:9001");
}

TEST(Config, TurnsListenersOff) {
  const Config config = load({{"listen-s3-eu", "off"}, {"listen-api", "off"}});
  EXPECT_TRUE(config.validate());
  EXPECT_FALSE(config.s3_listener(Jurisdiction::Eu));
  EXPECT_FALSE(config.api_listener());
  EXPECT_THAT(validation_error({{"listen-s3", "off"}}), HasSubstr("--listen-s3"));
}

TEST(Config, PutsRootsAndKeyBelowTheDataDirectory) {
  const Config config = load({{"data", "/srv/coffer"}, {"data-eu", "/eu"}});
  EXPECT_EQ(config.data_root(Jurisdiction::Default), "/srv/coffer/default");
  EXPECT_EQ(config.data_root(Jurisdiction::Eu), "/eu");
  EXPECT_EQ(config.data_root(Jurisdiction::Us), "/srv/coffer/us");
  EXPECT_EQ(config.text("master-key-file"), "/srv/coffer/master.key");
  EXPECT_EQ(load({{"master-key-file", "/k"}}).text("master-key-file"), "/k");
}

TEST(Config, RefusesPlainHttpBeyondLoopback) {
  for (const char* address : {"0.0.0.0:9000", "[::]:9000", "192.0.2.1:80", "[2001:db8::1]:0"}) {
    EXPECT_THAT(validation_error({{"listen-s3", address}}), HasSubstr("--allow-insecure-http"));
    EXPECT_EQ(validation_error({{"listen-s3", address}, {"allow-insecure-http", "true"}}), "valid");
    EXPECT_EQ(
        validation_error({{"listen-s3", address}, {"tls-cert", "c.pem"}, {"tls-key", "k.pem"}}),
        "valid");
  }
  for (const char* address : {"127.0.0.1:1", "127.9.9.9:1", "[::1]:1", "localhost:1"}) {
    EXPECT_EQ(validation_error({{"listen-s3", address}}), "valid") << address;
  }
  EXPECT_THAT(validation_error({{"listen-api", "0.0.0.0:1"}}), HasSubstr("--listen-api"));
}

TEST(Config, RefusesWhatIsNoAddress) {
  for (const char* address : {"", "9000", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "::1:9000",
                              "[127.0.0.1]:9000", "example.com:9000", "127.0.0.1:9000x", "[::1]"}) {
    EXPECT_THAT(validation_error({{"listen-s3", address}}), HasSubstr("--listen-s3: '")) << address;
  }
}

TEST(Config, NamesThePlaceOfAMistake) {
  const TemporaryDirectory directory;
  const std::string file = directory / "coffer.toml";
  write_file(file, "listen_s3 = \"nowhere\"\n");
  EXPECT_THAT(validation_error({{"config", file}}), HasSubstr(file + ": listen_s3: 'nowhere'"));
  EXPECT_THAT(validation_error({}, {{"COFFER_LISTEN_S3", "nowhere"}}),
              HasSubstr("COFFER_LISTEN_S3: 'nowhere'"));
}

TEST(Config, RefusesCollisions) {
  EXPECT_EQ(validation_error({{"listen-s3-eu", "127.0.0.1:9000"}}),
            "--listen-s3-eu and --listen-s3 both name 127.0.0.1:9000; give each a port of its own");
  EXPECT_EQ(validation_error({{"listen-s3", "127.0.0.1:0"}, {"listen-api", "127.0.0.1:0"}}),
            "valid");
  EXPECT_EQ(validation_error({{"data-eu", "/d"}, {"data-us", "/x/../d"}}),
            "jurisdictions eu and us share the data root /d; give --data-us a directory of its "
            "own");
}

TEST(Config, RefusesOtherNonsense) {
  const struct {
    const char* name;
    const char* value;
  } rows[] = {
      {"tls-cert", "c.pem"},
      {"tls-key", "k.pem"},
      {"compat", "s3"},
      {"log-level", "loud"},
      {"default-account", "abc"},
      {"data", ""},
      {"access-log", ""},
      {"public-endpoint", "s3.example.com"},
      {"public-endpoint", "https://"},
      {"public-endpoint", "https://s3.example.com/path"},
      {"host-suffix", "R2.Localhost"},
      {"host-suffix", ".localhost"},
      {"trusted-proxies", "10.0.0.0/8,proxy"},
  };
  for (const auto& row : rows) {
    EXPECT_THAT(validation_error({{row.name, row.value}}), HasSubstr(row.name)) << row.value;
  }
}

TEST(Config, RendersAFileOfTheSameValues) {
  const TemporaryDirectory directory;
  const Config config = load({{"data", "/with \"quotes\" and \\ and \t"},
                              {"trusted-proxies", "10.0.0.0/8,::1"},
                              {"allow-insecure-http", "yes"},
                              {"loops", "2"},
                              {"listen-s3", "127.0.0.1:0"}});
  const std::string text = config.render();
  EXPECT_THAT(text, HasSubstr("# --loops\n"));
  EXPECT_THAT(text, HasSubstr("# default, as listen_s3 has port 0\n"));
  const std::string file = directory / "coffer.toml";
  write_file(file, text);
  const Config again = load({{"config", file}});
  for (const Setting& setting : settings()) {
    if (setting.name == "config" || setting.kind == Setting::Kind::Flag) continue;
    if (setting.kind == Setting::Kind::List) {
      EXPECT_EQ(again.list(setting.name), config.list(setting.name));
    } else {
      EXPECT_EQ(again.text(setting.name), config.text(setting.name)) << setting.name;
    }
  }
  EXPECT_TRUE(again.flag("allow-insecure-http"));
}

}  // namespace
}  // namespace coffer::app
