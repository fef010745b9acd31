#include "rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>

namespace coffer::tidy {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// The sources in `root / folder`, by their paths from `root`.
std::vector<SourceFile> read_tree(const std::filesystem::path& root,
                                  const std::filesystem::path& folder = {}) {
  std::vector<SourceFile> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root / folder)) {
    const auto extension = entry.path().extension();
    if (!entry.is_regular_file() || (extension != ".cc" && extension != ".h")) continue;
    std::ostringstream text;
    text << std::ifstream(entry.path()).rdbuf();
    SourceFile file;
    file.path = entry.path().lexically_relative(root).generic_string();
    file.text = text.str();
    files.push_back(std::move(file));
  }
  std::sort(files.begin(), files.end(),
            [](const SourceFile& a, const SourceFile& b) { return a.path < b.path; });
  return files;
}

std::vector<std::string> check_one(std::string path, std::string text) {
  return check_tree({SourceFile{std::move(path), std::move(text)}});
}

TEST(Tree, KeepsItsLayersAndRules) {
  const auto files = read_tree(std::filesystem::path(COFFER_SOURCE_DIR) / "src");
  ASSERT_GT(files.size(), 20U) << "the tree was not found";
  for (const std::string& note : long_files(files)) std::cout << "note: " << note << "\n";
  for (const std::string& breach : check_tree(files)) ADD_FAILURE() << "src/" << breach;
}

TEST(Tree, TestSupportKeepsThemToo) {
  const auto files = read_tree(std::filesystem::path(COFFER_SOURCE_DIR) / "tests", "support");
  ASSERT_FALSE(files.empty()) << "the headers were not found";
  for (const std::string& breach : check_tree(files)) ADD_FAILURE() << "tests/" << breach;
}

TEST(Tidy, CatchesArrowsUpwardAndSideways) {
  const struct {
    const char* path;
    const char* include;
    bool allowed;
  } rows[] = {
      {"base/a.cc", "store/store.h", false},   {"base/a.cc", "base/b.h", true},
      {"meta/a.cc", "store/store.h", false},   {"meta/a.cc", "blob/engine.h", false},
      {"http/a.cc", "auth/sigv4.h", false},    {"http/a.cc", "meta/engine.h", false},
      {"auth/a.cc", "store/store.h", false},   {"auth/a.cc", "meta/engine.h", true},
      {"store/a.cc", "blob/engine.h", true},   {"store/a.cc", "http/message.h", false},
      {"s3/a.cc", "api/service.h", false},     {"s3/a.cc", "store/store.h", true},
      {"s3/a.cc", "meta/engine.h", false},     {"s3/a.cc", "app/config.h", false},
      {"jobs/a.cc", "s3/service.h", false},    {"records/a.cc", "base/codec.h", true},
      {"app/a.cc", "jobs/jobs.h", true},       {"s3/a.cc", "error.h", false},
      {"s3/a.cc", "nowhere/a.h", false},       {"base/a.cc", "support/run.h", false},
      {"app/a.cc", "support/run.h", false},    {"support/a.cc", "base/clock.h", true},
      {"support/a.cc", "s3/service.h", false},
  };
  for (const auto& row : rows) {
    const auto breaches = check_one(row.path, std::string("#include \"") + row.include + "\"\n");
    EXPECT_EQ(breaches.empty(), row.allowed) << row.path << " includes " << row.include;
  }
}

TEST(Tidy, CatchesAFolderWithoutARow) {
  EXPECT_THAT(check_one("new/a.cc", ""), ElementsAre(HasSubstr("no row")));
}

TEST(Tidy, KeepsLibrariesInTheirFolders) {
  EXPECT_THAT(check_one("http/a.cc", "#include <boost/beast/http.hpp>\n"),
              ElementsAre(HasSubstr("http/a.cc:1: Beast")));
  EXPECT_THAT(check_one("store/a.cc", "\n#  include <rocksdb/db.h>\n"),
              ElementsAre(HasSubstr("store/a.cc:2: RocksDB")));
  EXPECT_THAT(check_one("meta/a.h", "#pragma once\n#include <rocksdb/db.h>\n"),
              ElementsAre(HasSubstr("RocksDB")));
  EXPECT_THAT(check_one("meta/a.cc", "#include <rocksdb/db.h>\n"), IsEmpty());
  EXPECT_THAT(check_one("http/a.cc", "#include <boost/asio.hpp>\n"),
              ElementsAre(HasSubstr("umbrella")));
}

TEST(Tidy, CatchesDetachedWorkInCodeOnly) {
  EXPECT_THAT(check_one("s3/a.cc", "co_spawn(loop, run(), asio::detached);\n"),
              ElementsAre(HasSubstr("s3/a.cc:1: detached")));
  EXPECT_THAT(check_one("s3/a.cc",
                        "// detached\n/* detached\n detached */ x = \"detached\"; c = '\"'; "
                        "R\"(detached)\";\nint semidetached; int n = 1'000; // detached\n"),
              IsEmpty());
  EXPECT_THAT(check_one("s3/a.cc", "n = 1'000; spawn(detached); c = '\\'';\n"),
              ElementsAre(HasSubstr("detached")));
}

TEST(Tidy, ChecksHeaders) {
  EXPECT_THAT(check_one("s3/a.h", "int a;\n"), ElementsAre(HasSubstr("#pragma once")));
  EXPECT_THAT(check_one("s3/a.h", "#pragma once\nusing namespace std;\n"),
              ElementsAre(HasSubstr("a.h:2: using namespace")));
}

TEST(Tidy, NotesLongFiles) {
  std::string text;
  for (std::size_t i = 0; i <= kLongFileLines; ++i) text += "\n";
  EXPECT_THAT(long_files({SourceFile{"s3/a.cc", text}}), ElementsAre("s3/a.cc: 601 lines"));
}

TEST(Tidy, LetsNoCycleExist) {
  // The table itself: whoever may include another may not be included back.
  for (const auto& [folder, targets] : allowed_folders()) {
    for (const std::string& target : targets) {
      const auto& back = allowed_folders().at(target);
      EXPECT_EQ(std::count(back.begin(), back.end(), folder), 0) << folder << " and " << target;
    }
  }
}

}  // namespace
}  // namespace coffer::tidy
