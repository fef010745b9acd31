#include "app/bootstrap_file.h"

#include "temporary_directory.h"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/stat.h>

namespace coffer::app {
namespace {

using test::mode_of;
using test::read_file;
using test::TemporaryDirectory;
using test::write_file;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

Bootstrap example() {
  Bootstrap bootstrap;
  bootstrap.account_id = "account";
  bootstrap.api_token = "cofa_token";
  bootstrap.access_key_id = "access";
  bootstrap.secret_access_key = "secret";
  bootstrap.endpoints.s3 = "http://127.0.0.1:1";
  bootstrap.endpoints.jurisdictions = {{"eu", "http://127.0.0.1:2"}, {"us", "http://127.0.0.1:3"}};
  bootstrap.endpoints.api = "http://127.0.0.1:4/client/v4";
  return bootstrap;
}

std::string refusal(const std::filesystem::path& path) {
  const auto read = read_bootstrap_file(path);
  if (read) return "read";
  EXPECT_EQ(read.error().code(), ErrorCode::InvalidConfiguration);
  return read.error().detail();
}

TEST(BootstrapFile, HasExactlyTheDocumentedFields) {
  const TemporaryDirectory directory;
  ASSERT_TRUE(write_bootstrap_file(directory / "b.json", example()));
  const auto object = boost::json::parse(read_file(directory / "b.json")).as_object();
  std::vector<std::string> names;
  for (const auto& [name, value] : object) names.emplace_back(name);
  EXPECT_THAT(names, ElementsAre("account_id", "api_token", "access_key_id", "secret_access_key",
                                 "s3_endpoint", "jurisdiction_endpoints", "api_endpoint"));
  EXPECT_EQ(object.at("jurisdiction_endpoints").at("eu").as_string(), "http://127.0.0.1:2");
}

TEST(BootstrapFile, ComesBackAsItWasWritten) {
  const TemporaryDirectory directory;
  ASSERT_TRUE(write_bootstrap_file(directory / "b.json", example()));
  const auto read = read_bootstrap_file(directory / "b.json");
  ASSERT_TRUE(read && *read);
  EXPECT_EQ((*read)->account_id, "account");
  EXPECT_EQ((*read)->api_token, "cofa_token");
  EXPECT_EQ((*read)->access_key_id, "access");
  EXPECT_EQ((*read)->secret_access_key, "secret");
  EXPECT_EQ((*read)->endpoints.s3, "http://127.0.0.1:1");
  EXPECT_THAT((*read)->endpoints.jurisdictions,
              ElementsAre(Pair("eu", "http://127.0.0.1:2"), Pair("us", "http://127.0.0.1:3")));
  EXPECT_EQ((*read)->endpoints.api, "http://127.0.0.1:4/client/v4");
}

TEST(BootstrapFile, IsForItsOwnerAlone) {
  const TemporaryDirectory directory;
  const mode_t before = ::umask(0);
  ASSERT_TRUE(write_bootstrap_file(directory / "b.json", example()));
  ::umask(before);
  EXPECT_EQ(mode_of(directory / "b.json"), 0600U);
}

TEST(BootstrapFile, ReplacesAnOldOneAndLeavesNothingElse) {
  const TemporaryDirectory directory;
  write_file(directory / "b.json.new", "of a crash");
  ASSERT_TRUE(write_bootstrap_file(directory / "b.json", example()));
  ASSERT_TRUE(write_bootstrap_file(directory / "b.json", example()));
  const auto entries = std::distance(std::filesystem::directory_iterator(directory.path()),
                                     std::filesystem::directory_iterator());
  EXPECT_EQ(entries, 1);
}

TEST(BootstrapFile, FollowsNoLinkPlantedAsItsTemporary) {
  const TemporaryDirectory directory;
  write_file(directory / "victim", "mine");
  std::filesystem::create_symlink(directory / "victim", directory / "b.json.new");
  ASSERT_TRUE(write_bootstrap_file(directory / "b.json", example()));
  EXPECT_EQ(read_file(directory / "victim"), "mine");
}

TEST(BootstrapFile, SaysWhenItCannotBeWritten) {
  const TemporaryDirectory directory;
  const auto missing = write_bootstrap_file(directory / "no/b.json", example());
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code(), ErrorCode::IoError);
  std::filesystem::create_directory(directory / "folder");
  EXPECT_FALSE(write_bootstrap_file(directory / "folder", example()));
  EXPECT_FALSE(std::filesystem::exists(directory / "folder.new"));
}

TEST(BootstrapFile, IsAbsentWhenThereIsNoneOrAnEmptyOne) {
  const TemporaryDirectory directory;
  const auto none = read_bootstrap_file(directory / "b.json");
  ASSERT_TRUE(none);
  EXPECT_FALSE(*none);
  write_file(directory / "empty", "");
  const auto empty = read_bootstrap_file(directory / "empty");
  ASSERT_TRUE(empty);
  EXPECT_FALSE(*empty);
}

TEST(BootstrapFile, RefusesWhatIsNotOurs) {
  const TemporaryDirectory directory;
  for (const char* text : {"hello", "[]", "{}", "{\"account_id\":\"a\"}",
                           "{\"account_id\":1,\"access_key_id\":\"k\"}"}) {
    write_file(directory / "b.json", text);
    EXPECT_THAT(refusal(directory / "b.json"), HasSubstr("holds something else")) << text;
    EXPECT_EQ(read_file(directory / "b.json"), text);
  }
  write_file(directory / "b.json", std::string(100'000, ' '));
  EXPECT_THAT(refusal(directory / "b.json"), HasSubstr("holds something else"));
}

TEST(BootstrapFile, RefusesALink) {
  const TemporaryDirectory directory;
  ASSERT_TRUE(write_bootstrap_file(directory / "real.json", example()));
  std::filesystem::create_symlink(directory / "real.json", directory / "b.json");
  EXPECT_THAT(refusal(directory / "b.json"), HasSubstr("symbolic link"));
}

TEST(BootstrapFile, RefusesWhatOthersMayHaveRead) {
  const TemporaryDirectory directory;
  ASSERT_TRUE(write_bootstrap_file(directory / "b.json", example()));
  for (const mode_t mode : {0640U, 0604U, 0620U, 0666U}) {
    ASSERT_EQ(::chmod((directory / "b.json").c_str(), mode), 0);
    EXPECT_THAT(refusal(directory / "b.json"), HasSubstr("open to other users"));
  }
}

TEST(BootstrapFile, RefusesWhatIsNoRegularFile) {
  const TemporaryDirectory directory;
  ASSERT_EQ(::mkfifo((directory / "pipe").c_str(), 0600), 0);
  EXPECT_THAT(refusal(directory / "pipe"), HasSubstr("not a regular file"));
  std::filesystem::create_directory(directory / "folder");
  EXPECT_THAT(refusal(directory / "folder"), HasSubstr("not a regular file"));
}

}  // namespace
}  // namespace coffer::app
