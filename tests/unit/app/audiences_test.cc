#include "app/audiences.h"

#include <gtest/gtest.h>

#include <map>

namespace coffer::app {
namespace {

using Listeners = std::vector<std::pair<Jurisdiction, std::string>>;

const std::string kAccount = "0123456789abcdef0123456789abcdef";

auth::Audiences audiences(const std::map<std::string, std::string>& flags,
                          const Listeners& listeners) {
  const auto config = Config::load(flags, {});
  EXPECT_TRUE(config) << config.error().describe();
  return audiences_of(*config, listeners);
}

std::optional<Jurisdiction> find(const auth::Audiences& known, const std::string& audience) {
  const auto match = known.find(audience);
  if (!match) return std::nullopt;
  return match->jurisdiction;
}

TEST(AudiencesOf, AreTheListenersAsTheirClientsWriteThem) {
  const auto known = audiences({}, {{Jurisdiction::Default, "127.0.0.1:9000"},
                                    {Jurisdiction::Eu, "0.0.0.0:9010"},
                                    {Jurisdiction::Us, "192.0.2.1:9030"},
                                    {Jurisdiction::Fedramp, "[::1]:9020"}});
  const std::map<std::string, std::optional<Jurisdiction>> expected{
      {"127.0.0.1:9000", Jurisdiction::Default},
      {"localhost:9000", Jurisdiction::Default},
      {"127.0.0.1:9010", Jurisdiction::Eu},
      {"localhost:9010", Jurisdiction::Eu},
      {"[::1]:9010", Jurisdiction::Eu},
      {"[::1]:9020", Jurisdiction::Fedramp},
      {"192.0.2.1:9030", Jurisdiction::Us},
      {"r2.localhost:9010", Jurisdiction::Eu},
      {kAccount + ".r2.localhost:9000", Jurisdiction::Default},
      {kAccount + ".eu.r2.localhost:9010", Jurisdiction::Eu},
      {kAccount + ".eu.r2.localhost", Jurisdiction::Eu},
      {"0.0.0.0:9010", std::nullopt},
      {"192.0.2.1:9000", std::nullopt},
      {"127.0.0.1", std::nullopt},
      {"127.0.0.1:9001", std::nullopt},
      {"example.com:9000", std::nullopt},
      {kAccount + ".r2.localhost:9001", std::nullopt}};
  for (const auto& [name, jurisdiction] : expected) {
    EXPECT_EQ(find(known, name), jurisdiction) << name;
  }
  EXPECT_EQ(known.find(kAccount + ".r2.localhost")->account->hex(), kAccount);
  EXPECT_EQ(known.preferred(Jurisdiction::Default), "127.0.0.1:9000");
}

TEST(AudiencesOf, ThePublicEndpointIsTheFirst) {
  const auto known = audiences({{"public-endpoint", "https://S3.example.com:8443"},
                                {"host-suffix", "s3.example.com,r2.example.net"}},
                               {{Jurisdiction::Default, "127.0.0.1:9000"}});
  EXPECT_EQ(known.preferred(Jurisdiction::Default), "s3.example.com:8443");
  EXPECT_EQ(find(known, "s3.example.com:8443"), Jurisdiction::Default);
  EXPECT_EQ(find(known, kAccount + ".s3.example.com:8443"), Jurisdiction::Default);
  EXPECT_EQ(find(known, kAccount + ".us.r2.example.net"), Jurisdiction::Us);
  EXPECT_EQ(find(known, "127.0.0.1:9000"), Jurisdiction::Default);
  EXPECT_EQ(find(known, "s3.example.com"), std::nullopt);
}

TEST(AudiencesOf, ASchemesOwnPortIsLeftOut) {
  const auto plain = audiences({}, {{Jurisdiction::Default, "192.0.2.1:80"}});
  EXPECT_EQ(find(plain, "192.0.2.1"), Jurisdiction::Default);
  const auto tls = audiences({{"tls-cert", "c.pem"}, {"tls-key", "k.pem"}},
                             {{Jurisdiction::Default, "192.0.2.1:443"}});
  EXPECT_EQ(find(tls, "192.0.2.1"), Jurisdiction::Default);
  EXPECT_EQ(find(tls, "r2.localhost"), Jurisdiction::Default);
}

}  // namespace
}  // namespace coffer::app
