#include "app/installation.h"

#include "app/run.h"
#include "temporary_directory.h"

#include <boost/asio/io_context.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace coffer::app {
namespace {

using ::testing::HasSubstr;

/// A data directory on disk, and what opens it.
class InstallationTest : public ::testing::Test {
 protected:
  Result<std::unique_ptr<Installation>> open(std::map<std::string, std::string> flags = {}) {
    flags.try_emplace("data", (directory_ / "data").string());
    return Installation::open(Config::load(flags, {}).value());
  }
  /// As a whole start and stop; the first error.
  Result<> start_and_stop(std::map<std::string, std::string> flags = {}) {
    TRY(const std::unique_ptr<Installation> installation, open(std::move(flags)));
    TRY_VOID(run_blocking(loop_, installation->recover()));
    return run_blocking(loop_, installation->close());
  }
  std::string error_of(std::map<std::string, std::string> flags, ErrorCode code) {
    const auto opened = open(std::move(flags));
    if (opened) return "opened";
    EXPECT_EQ(opened.error().code(), code) << opened.error().describe();
    return opened.error().detail();
  }

  test::TemporaryDirectory directory_;
  boost::asio::io_context loop_{1};
};

TEST_F(InstallationTest, OpensAgainWhatItMade) {
  AccountId account;
  {
    const auto installation = open();
    ASSERT_TRUE(installation) << installation.error().describe();
    ASSERT_TRUE(run_blocking(loop_, (*installation)->recover()));
    account =
        run_blocking(loop_, (*installation)->identity().create_account("default", true)).value().id;
    ASSERT_TRUE(run_blocking(loop_, (*installation)->close()));
  }
  const auto again = open();
  ASSERT_TRUE(again) << again.error().describe();
  ASSERT_TRUE(run_blocking(loop_, (*again)->recover()));
  EXPECT_TRUE((*again)->identity().find_account(account));
}

TEST_F(InstallationTest, IsForItsOwnerAlone) {
  ASSERT_TRUE(start_and_stop());
  EXPECT_EQ(test::mode_of(directory_ / "data"), 0700U);
  EXPECT_EQ(test::mode_of(directory_ / "data/master.key"), 0600U);
  EXPECT_EQ(test::mode_of(directory_ / "data/eu"), 0700U);
}

TEST_F(InstallationTest, IsOpenedByOne) {
  const auto first = open();
  ASSERT_TRUE(first);
  EXPECT_THAT(error_of({}, ErrorCode::Locked), HasSubstr("in use by another coffer process"));
}

TEST_F(InstallationTest, RefusesAnotherMasterKey) {
  ASSERT_TRUE(start_and_stop());
  test::write_file(directory_ / "other.key", std::string(64, 'a') + "\n");
  EXPECT_THAT(error_of({{"master-key-file", directory_ / "other.key"}}, ErrorCode::WrongMasterKey),
              HasSubstr("give the right --master-key-file"));
  EXPECT_THAT(error_of({{"master-key-file", directory_ / "none.key"}}, ErrorCode::IoError),
              HasSubstr("none.key"));
}

TEST_F(InstallationTest, KeepsTheMasterKeyWhereItIsTold) {
  const std::map<std::string, std::string> flags{{"master-key-file", directory_ / "the.key"}};
  ASSERT_TRUE(start_and_stop(flags));
  EXPECT_FALSE(std::filesystem::exists(directory_ / "data/master.key"));
  EXPECT_TRUE(start_and_stop(flags));
}

TEST_F(InstallationTest, RefusesANewerFormat) {
  ASSERT_TRUE(start_and_stop());
  test::write_file(directory_ / "data/coffer.format", "coffer data directory, format 7\n");
  EXPECT_THAT(error_of({}, ErrorCode::NewerFormat), HasSubstr("run the newer program"));
}

TEST_F(InstallationTest, RefusesARootThatIsNotThere) {
  const std::map<std::string, std::string> flags{{"data-eu", directory_ / "disk/eu"}};
  ASSERT_TRUE(start_and_stop(flags));
  ASSERT_TRUE(start_and_stop(flags));
  std::filesystem::rename(directory_ / "disk/eu", directory_ / "elsewhere");
  EXPECT_THAT(error_of(flags, ErrorCode::InvalidConfiguration), HasSubstr("mount its disk"));
  EXPECT_TRUE(start_and_stop({{"data-eu", directory_ / "elsewhere"}}));
}

TEST_F(InstallationTest, RefusesADirectoryThatIsAFile) {
  test::write_file(directory_ / "data", "x");
  EXPECT_THAT(error_of({}, ErrorCode::IoError), HasSubstr("Not a directory"));
}

TEST_F(InstallationTest, GoesOnAfterAFirstStartThatDidNotGetFar) {
  ASSERT_TRUE(start_and_stop());
  std::filesystem::remove(directory_ / "data/coffer.format");
  EXPECT_TRUE(start_and_stop());
  EXPECT_TRUE(std::filesystem::exists(directory_ / "data/coffer.format"));
}

}  // namespace
}  // namespace coffer::app
