#include "blob/open_files.h"

#include "blob_support.h"

#include <fstream>

namespace coffer::blob {
namespace {

using namespace test;

std::size_t open_descriptors() {
  std::size_t count = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    ++count;
  }
  return count;
}

class OpenFilesTest : public ::testing::Test {
 protected:
  /// A blob's file somewhere; the cache does not care where.
  BlobId make() {
    const BlobId id = BlobId::make(random_);
    std::ofstream(path_of(id)) << "some bytes";
    return id;
  }
  std::string path_of(BlobId id) const { return directory_.path() / id.hex(); }
  Result<OpenFiles::Handle> open(BlobId id) { return files_.open(id, path_of(id)); }
  void remove(BlobId id) {
    std::filesystem::remove(path_of(id));
    files_.forget(id);
  }

  TemporaryDirectory directory_;
  SeededRandom random_;
  WatchedOps ops_;
  OpenFiles files_{ops_, 4};
};

TEST_F(OpenFilesTest, OpensOnceAndKnowsTheSize) {
  const BlobId id = make();
  EXPECT_EQ(files_.find(id), nullptr);
  const auto file = open(id).value();
  EXPECT_EQ(file->size_bytes, 10U);
  EXPECT_EQ(files_.find(id), file);
  EXPECT_EQ(open(id).value(), file);
  EXPECT_EQ(ops_.count("open"), 1U);
}

TEST_F(OpenFilesTest, KeepsThoseUsedLast) {
  const std::vector<BlobId> ids{make(), make(), make(), make()};
  for (const BlobId id : ids) ASSERT_TRUE(open(id));
  EXPECT_NE(files_.find(ids[0]), nullptr) << "used again";
  ASSERT_TRUE(open(make()));
  EXPECT_NE(files_.find(ids[0]), nullptr);
  EXPECT_EQ(files_.find(ids[1]), nullptr) << "longest unused";
  EXPECT_NE(files_.find(ids[2]), nullptr);
}

TEST_F(OpenFilesTest, HoldsNoMoreDescriptorsThanItsLimit) {
  const std::size_t before = open_descriptors();
  const auto in_use = open(make()).value();
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(open(make()));
  EXPECT_EQ(open_descriptors(), before + 5) << "four, and the one that is in use";
  char byte = 0;
  EXPECT_EQ(::pread(in_use->file.get(), &byte, 1, 0), 1);
}

TEST_F(OpenFilesTest, HoldsNothingWithoutALimit) {
  OpenFiles none(ops_, 0);
  const BlobId id = make();
  EXPECT_TRUE(none.open(id, path_of(id)));
  EXPECT_EQ(none.find(id), nullptr);
}

TEST_F(OpenFilesTest, CallsAMissingFileCorrupt) {
  EXPECT_EQ(code_of(open(BlobId::make(random_))), ErrorCode::Corrupt);
  const BlobId id = make();
  ops_.answer = [](std::string_view call) {
    return call == "open" ? std::optional(-EMFILE) : std::nullopt;
  };
  EXPECT_EQ(code_of(open(id)), ErrorCode::IoError);
}

TEST_F(OpenFilesTest, ForgetsWhatIsRemoved) {
  const std::size_t before = open_descriptors();
  const BlobId id = make();
  ASSERT_TRUE(open(id));
  remove(id);
  EXPECT_EQ(files_.find(id), nullptr);
  EXPECT_EQ(code_of(open(id)), ErrorCode::Corrupt);
  EXPECT_EQ(open_descriptors(), before) << "the space of the file is free";
}

TEST_F(OpenFilesTest, DoesNotKeepWhatIsRemovedWhileItIsOpened) {
  const std::size_t before = open_descriptors();
  const BlobId id = make();
  // Between open(2) and the look at its size, which finds the name gone; and after that look.
  for (const std::string_view moment : {"size", "size again"}) {
    SCOPED_TRACE(moment);
    std::ofstream(path_of(id)) << "some bytes";
    ops_.answer = [this, id, moment](std::string_view call) -> std::optional<int> {
      if (call != "size") return std::nullopt;
      remove(id);
      return moment == "size" ? -ENOENT : 10;
    };
    const auto opened = open(id);
    EXPECT_EQ(opened.has_value(), moment != "size") << "whoever came before the removal reads on";
    EXPECT_EQ(files_.find(id), nullptr);
  }
  EXPECT_EQ(open_descriptors(), before);
}

TEST_F(OpenFilesTest, KeepsOneOfTwoThatWereOpenedAtOnce) {
  const BlobId id = make();
  OpenFiles::Handle first;
  bool is_inside = false;
  ops_.answer = [&](std::string_view call) -> std::optional<int> {
    if (call == "size" && !std::exchange(is_inside, true)) first = open(id).value();
    return std::nullopt;
  };
  const auto second = open(id).value();
  EXPECT_EQ(second, first);
}

}  // namespace
}  // namespace coffer::blob
