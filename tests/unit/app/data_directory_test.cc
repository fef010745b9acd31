#include "app/data_directory.h"

#include "temporary_directory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/stat.h>

namespace coffer::app {
namespace {

using test::mode_of;
using test::read_file;
using test::TemporaryDirectory;
using test::write_file;
using ::testing::HasSubstr;

TEST(DirectoryLock, IsHeldByOne) {
  const TemporaryDirectory directory;
  {
    const auto first = DirectoryLock::take(directory.path());
    ASSERT_TRUE(first);
    const auto second = DirectoryLock::take(directory.path());
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code(), ErrorCode::Locked);
    EXPECT_THAT(second.error().detail(),
                HasSubstr("coffer process, " + std::to_string(::getpid()) + ";"));
  }
  EXPECT_TRUE(DirectoryLock::take(directory.path()));
}

TEST(PrivateDirectory, IsMadeWithItsParents) {
  const TemporaryDirectory directory;
  const mode_t before = ::umask(0);
  ASSERT_TRUE(make_private_directory(directory / "a/b/c"));
  ::umask(before);
  EXPECT_EQ(mode_of(directory / "a/b/c"), 0700U);
  EXPECT_EQ(mode_of(directory / "a"), 0700U);
  EXPECT_TRUE(make_private_directory(directory / "a/b/c"));
}

TEST(PrivateDirectory, ClosesAnEmptyOneAndLeavesOthersAlone) {
  const TemporaryDirectory directory;
  ASSERT_EQ(::mkdir((directory / "empty").c_str(), 0755), 0);
  ASSERT_TRUE(make_private_directory(directory / "empty"));
  EXPECT_EQ(mode_of(directory / "empty"), 0700U);
  ASSERT_EQ(::mkdir((directory / "full").c_str(), 0755), 0);
  ASSERT_EQ(::chmod((directory / "full").c_str(), 0755), 0);
  write_file(directory / "full/file", "x");
  ASSERT_TRUE(make_private_directory(directory / "full"));
  EXPECT_EQ(mode_of(directory / "full"), 0755U);
}

TEST(PrivateDirectory, RefusesAFile) {
  const TemporaryDirectory directory;
  write_file(directory / "file", "x");
  const auto made = make_private_directory(directory / "file");
  ASSERT_FALSE(made);
  EXPECT_THAT(made.error().detail(), HasSubstr("Not a directory"));
  EXPECT_FALSE(make_private_directory(directory / "file/below"));
}

TEST(AbsoluteDirectory, HasNoSlashAtItsEnd) {
  EXPECT_EQ(absolute_directory("/srv/coffer/"), "/srv/coffer");
  EXPECT_EQ(absolute_directory("/srv/x/../coffer"), "/srv/coffer");
  EXPECT_EQ(absolute_directory("data"), std::filesystem::current_path() / "data");
}

TEST(DirectoryMarker, ComesBack) {
  const TemporaryDirectory directory;
  const auto none = read_directory_marker(directory.path());
  ASSERT_TRUE(none);
  EXPECT_FALSE(*none);
  EXPECT_FALSE(is_data_directory(directory.path()));
  DirectoryMarker marker;
  marker.master_key_fingerprint = "f00d";
  ASSERT_TRUE(write_directory_marker(directory.path(), marker));
  const auto read = read_directory_marker(directory.path());
  ASSERT_TRUE(read && *read);
  EXPECT_EQ((*read)->master_key_fingerprint, "f00d");
  EXPECT_TRUE(is_data_directory(directory.path()));
}

TEST(DirectoryMarker, TellsNewerFromDamaged) {
  const TemporaryDirectory directory;
  const struct {
    const char* text;
    ErrorCode code;
  } rows[] = {
      {"coffer data directory, format 2\nmaster key f00d\n", ErrorCode::NewerFormat},
      {"coffer data directory, format 0\n", ErrorCode::Corrupt},
      {"coffer data directory, format x\n", ErrorCode::Corrupt},
      {"coffer data directory, format 1", ErrorCode::Corrupt},
      {"coffer data root, format 1\n", ErrorCode::Corrupt},
      {"", ErrorCode::Corrupt},
  };
  for (const auto& row : rows) {
    write_file(directory / "coffer.format", row.text);
    const auto read = read_directory_marker(directory.path());
    ASSERT_FALSE(read) << row.text;
    EXPECT_EQ(read.error().code(), row.code) << row.text;
  }
}

TEST(DataRoot, IsMadeWithANewDirectoryOnly) {
  const TemporaryDirectory directory;
  const auto missing = claim_root(directory / "eu", Jurisdiction::Eu, "f00d", false);
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code(), ErrorCode::InvalidConfiguration);
  EXPECT_THAT(missing.error().detail(), HasSubstr("mount its disk, or correct --data-eu"));
  EXPECT_FALSE(std::filesystem::exists(directory / "eu"));
  EXPECT_TRUE(claim_root(directory / "eu", Jurisdiction::Eu, "f00d", true));
  write_file(index_folder(directory / "eu") / "CURRENT", "x");
  EXPECT_TRUE(claim_root(directory / "eu", Jurisdiction::Eu, "f00d", false));
  // A first start that a crash interrupted goes on.
  EXPECT_TRUE(claim_root(directory / "eu", Jurisdiction::Eu, "f00d", true));
  EXPECT_EQ(read_file(directory / "eu/coffer.root"),
            "coffer data root, format 1\njurisdiction eu\nmaster key f00d\n");
}

TEST(DataRoot, IsRefusedWithoutItsIndexOrBlobs) {
  const TemporaryDirectory directory;
  const auto root = directory / "eu";
  ASSERT_TRUE(claim_root(root, Jurisdiction::Eu, "f00d", true));
  const auto code = [&] {
    const auto claimed = claim_root(root, Jurisdiction::Eu, "f00d", false);
    return claimed ? "claimed" : std::string(to_string(claimed.error().code()));
  };
  EXPECT_EQ(code(), "Corrupt");
  write_file(index_folder(root) / "CURRENT", "x");
  EXPECT_EQ(code(), "claimed");
  std::filesystem::remove(blobs_folder(root));
  EXPECT_EQ(code(), "Corrupt");
}

TEST(DataRoot, BelongsToOneJurisdictionAndKey) {
  const TemporaryDirectory directory;
  ASSERT_TRUE(claim_root(directory / "eu", Jurisdiction::Eu, "f00d", true));
  const auto other = claim_root(directory / "eu", Jurisdiction::Us, "f00d", false);
  ASSERT_FALSE(other);
  EXPECT_THAT(other.error().detail(), HasSubstr("of jurisdiction eu, not of us"));
  for (const bool is_new : {false, true}) {
    const auto key = claim_root(directory / "eu", Jurisdiction::Eu, "beef", is_new);
    ASSERT_FALSE(key);
    EXPECT_EQ(key.error().code(), ErrorCode::WrongMasterKey);
  }
}

}  // namespace
}  // namespace coffer::app
