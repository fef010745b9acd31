// What only the file engine promises; the rest is tests/contract/blob_contract_test.cc.

#include "blob/file_engine.h"

#include "blob_support.h"

#include <gmock/gmock.h>

#include <fstream>
#include <sys/stat.h>

namespace coffer::blob {
namespace {

using namespace test;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr std::size_t kKiB = 1024;
constexpr std::size_t kMiB = 1024 * kKiB;
constexpr std::uint64_t kGiB = 1024 * kMiB;

class FileEngineTest : public ::testing::Test {
 protected:
  FileEngineTest() { open(); }

  void open() {
    engine_.reset();
    FileEngineOptions options;
    options.path = directory_.path();
    options.ops = &ops_;
    options.clock = &clock_;
    options.open_files_max = 16;
    engine_ = open_file_engine(std::move(options), pool_, random_).value();
  }
  BlobId new_id() { return BlobId::make(random_); }
  /// An id in the subdirectory that this byte names.
  BlobId id_in(std::uint8_t directory) {
    std::string raw(new_id().bytes());
    raw.front() = static_cast<char>(directory);
    return BlobId::from_bytes(raw).value();
  }
  static std::string name_of(BlobId id) { return id.hex().substr(0, 2) + "/" + id.hex(); }
  std::string path_of(BlobId id) const { return directory_.path() / name_of(id); }

  Result<> put(BlobId id, std::string_view text) { return test::put(*engine_, id, text); }
  Result<> put_direct(BlobId id, std::string_view text) {
    return run_task(write_blob(*engine_, id, 0, as_bytes(text), 100 * kKiB));
  }
  std::unique_ptr<PendingBlob> pending(BlobId id, std::string_view text) {
    return run_task(write_pending(*engine_, id, text.size(), as_bytes(text), kMiB)).value();
  }
  bool holds(BlobId id, std::string_view text) { return get(*engine_, id, 0, text.size()) == text; }
  /// Lets every call of this name fail.
  void fail(std::string_view call, int error) {
    ops_.answer = [call, error](std::string_view asked) {
      return asked == call ? std::optional(-error) : std::nullopt;
    };
  }

  TemporaryDirectory directory_;
  SeededRandom random_;
  FakeClock clock_{std::chrono::milliseconds(1'000)};
  WatchedOps ops_;
  InlinePool pool_;
  std::unique_ptr<Engine> engine_;
};

// Layout.

TEST_F(FileEngineTest, TouchesNothingWhenItOpensAnEmptyDirectory) {
  EXPECT_THAT(ops_.calls(), ElementsAre("open", "list", "list"));
  EXPECT_TRUE(std::filesystem::is_empty(directory_.path()));
}

TEST_F(FileEngineTest, KeepsOneFileForEachBlob) {
  const std::string small = pattern(5'000);
  const std::string large = pattern(3 * kMiB + 100);
  for (const std::string& text : {small, large}) {
    const BlobId id = new_id();
    ASSERT_TRUE(put(id, text));
    std::ifstream file(path_of(id), std::ios::binary);
    EXPECT_TRUE(std::string(std::istreambuf_iterator<char>(file), {}) == text);
    struct stat about {};
    ASSERT_EQ(::stat(path_of(id).c_str(), &about), 0);
    EXPECT_EQ(about.st_mode & 0777, 0600U);
  }
  EXPECT_THAT(directory_.files(), SizeIs(2));
}

TEST_F(FileEngineTest, SaysWhatToDoWhenItCannotOpen) {
  SystemRandom random;
  FileEngineOptions options;
  options.path = directory_.path() / "absent";
  const auto opened = open_file_engine(std::move(options), pool_, random);
  ASSERT_EQ(code_of(opened), ErrorCode::IoError);
  EXPECT_NE(opened.error().detail().find("check the owner"), std::string::npos);
  EXPECT_NE(opened.error().detail().find("absent"), std::string::npos);
}

TEST_F(FileEngineTest, PassesOverForeignFilesWhenItEnumerates) {
  const BlobId blob = id_in(0xab);
  ASSERT_TRUE(put(blob, "abc"));
  const std::string hex = id_in(0xab).hex();
  std::string upper = hex;
  for (char& c : upper) c = static_cast<char>(std::toupper(c));
  const std::vector<std::string> foreign{"README",
                                         "lost+found/x",
                                         "ab/" + hex.substr(1),
                                         "ab/" + hex + "0",
                                         "ab/" + upper,
                                         "ab/" + id_in(0xac).hex(),
                                         "AC/" + id_in(0xac).hex(),
                                         "abc/" + hex};
  for (const std::string& name : foreign) {
    const auto path = directory_.path() / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << "foreign";
  }
  open();
  EXPECT_THAT(list(*engine_), ElementsAre(std::pair(blob, 3U)));
}

TEST_F(FileEngineTest, EnumeratesALargeDirectoryInPieces) {
  constexpr std::size_t kCount = 3'000;
  std::filesystem::create_directory(directory_.path() / "ab");
  for (std::size_t i = 0; i < kCount; ++i) std::ofstream(path_of(id_in(0xab))) << "x";
  open();
  pool_.jobs = 0;
  const auto blobs = list(*engine_);
  EXPECT_EQ(blobs.size(), kCount);
  EXPECT_EQ(std::adjacent_find(blobs.begin(), blobs.end()), blobs.end());
  EXPECT_GT(pool_.jobs, 3) << "no job walks a whole directory";
  EXPECT_LT(pool_.jobs, 30);
}

// What each sync promises.

TEST_F(FileEngineTest, NamesAndThenSyncsFileDirectoryAndOnceItsParent) {
  const BlobId first = id_in(0x11);
  auto one = pending(first, "one");
  ops_.forget_calls();
  ASSERT_TRUE(run_task(one->make_durable()));
  one->adopt();
  EXPECT_THAT(ops_.calls(), ElementsAre("link", "sync_data", "sync_directory", "sync_directory"));

  auto two = pending(id_in(0x11), "two");
  ops_.forget_calls();
  ASSERT_TRUE(run_task(two->make_durable()));
  two->adopt();
  EXPECT_THAT(ops_.calls(), ElementsAre("link", "sync_data", "sync_directory"));

  ops_.forget_calls();
  open();
  EXPECT_EQ(ops_.count("sync_directory"), 1U) << "a killed process may not have synced it";
  auto three = pending(id_in(0x11), "three");
  ops_.forget_calls();
  ASSERT_TRUE(run_task(three->make_durable()));
  EXPECT_THAT(ops_.calls(), ElementsAre("link", "sync_data", "sync_directory"));
}

TEST_F(FileEngineTest, WritesASmallBlobInOneTrip) {
  const std::string text = pattern(65'552);
  const AlignedText aligned(text);
  ASSERT_TRUE(put(id_in(0x11), "first"));
  ops_.forget_calls();
  pool_.jobs = 0;
  auto blob = run_task(write_pending(*engine_, id_in(0x11), text.size(), aligned.bytes(), kMiB));
  ASSERT_TRUE(blob);
  EXPECT_THAT(ops_.calls(), ElementsAre("open_nameless", "write"));
  EXPECT_EQ(pool_.jobs, 1);
}

TEST_F(FileEngineTest, NeverRepeatsASyncThatFailed) {
  const BlobId id = new_id();
  auto blob = pending(id, "abc");
  fail("sync_data", EIO);
  EXPECT_EQ(code_of(run_task(blob->make_durable())), ErrorCode::IoError);
  ops_.answer = nullptr;
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(code_of(run_task(blob->make_durable())), ErrorCode::IoError);
  }
  EXPECT_EQ(ops_.count("sync_data"), 1U);
  blob.reset();
  EXPECT_THAT(directory_.files(), IsEmpty());
}

TEST_F(FileEngineTest, TrustsNoDirectoryWhoseSyncFailed) {
  fail("sync_directory", EIO);
  EXPECT_EQ(code_of(put(id_in(0x11), "abc")), ErrorCode::IoError);
  ops_.answer = nullptr;
  ops_.forget_calls();
  EXPECT_EQ(code_of(put(id_in(0x11), "abc")), ErrorCode::IoError);
  EXPECT_EQ(ops_.count("sync_directory"), 0U);
  EXPECT_TRUE(put(id_in(0x12), "abc")) << "the others have nothing to do with it";
  open();
  EXPECT_TRUE(put(id_in(0x11), "abc"));
}

TEST_F(FileEngineTest, SyncsADirectoryAgainThatHadNoSpace) {
  fail("sync_directory", ENOSPC);
  EXPECT_EQ(code_of(put(id_in(0x11), "abc")), ErrorCode::NoSpace);
  ops_.answer = nullptr;
  EXPECT_TRUE(put(id_in(0x11), "abc"));
}

// What fails leaves nothing behind.

TEST_F(FileEngineTest, LeavesNothingOfAWriteThatFailed) {
  const std::string small = pattern(20 * kKiB);
  const std::string large = pattern(2 * kMiB + 5);
  struct Case {
    const char* call;
    int error;
    ErrorCode code;
  };
  for (const auto& [call, error, code] :
       {Case{"make_directory", EACCES, ErrorCode::IoError},
        Case{"make_directory", ENOSPC, ErrorCode::NoSpace},
        Case{"open_nameless", EIO, ErrorCode::IoError},
        Case{"open_nameless", ENOSPC, ErrorCode::NoSpace}, Case{"write", EIO, ErrorCode::IoError},
        Case{"write", ENOSPC, ErrorCode::NoSpace}, Case{"write", EDQUOT, ErrorCode::NoSpace},
        Case{"write", 0, ErrorCode::IoError}, Case{"link", EIO, ErrorCode::IoError},
        Case{"link", ENOSPC, ErrorCode::NoSpace}, Case{"sync_data", EIO, ErrorCode::IoError},
        Case{"sync_data", ENOSPC, ErrorCode::NoSpace},
        Case{"sync_directory", EIO, ErrorCode::IoError}}) {
    for (const std::string& text : {small, large}) {
      SCOPED_TRACE(std::string(call) + ": " + std::strerror(error));
      fail(call, error);
      const BlobId id = new_id();
      EXPECT_EQ(code_of(put(id, text)), code);
      EXPECT_THAT(directory_.files(), IsEmpty());
      ops_.answer = nullptr;
      EXPECT_EQ(get(*engine_, id, 0, 1), "<Corrupt>");
    }
  }
  fail("truncate", EIO);
  EXPECT_EQ(code_of(put(new_id(), large)), ErrorCode::IoError);
  fail("allocate", ENOSPC);
  EXPECT_EQ(code_of(put(new_id(), large)), ErrorCode::NoSpace);
  EXPECT_THAT(directory_.files(), IsEmpty());
}

TEST_F(FileEngineTest, EndsAWriterThatFailed) {
  const auto body = [](Engine& engine, BlobId id, WatchedOps& ops) -> Task<> {
    auto writer = (co_await engine.create(id, 0)).value();
    ops.answer = [](std::string_view call) {
      return call == "open_nameless" ? std::optional(-EIO) : std::nullopt;
    };
    EXPECT_EQ(code_of(co_await writer->write(as_bytes("abc"))), ErrorCode::IoError);
    ops.answer = nullptr;
    EXPECT_EQ(code_of(co_await writer->write(as_bytes("abc"))), ErrorCode::IoError);
    EXPECT_EQ(code_of(co_await writer->finish()), ErrorCode::IoError);
  };
  const auto run = [&]() -> Task<bool> {
    co_await body(*engine_, new_id(), ops_);
    co_return true;
  };
  run_task(run());
}

TEST_F(FileEngineTest, WritesAllThoughTheKernelTakesLess) {
  const std::string text = pattern(300 * kKiB + 77);
  for (const std::size_t most : {std::size_t{100'000}, 4 * kKiB, std::size_t{1'000}}) {
    SCOPED_TRACE(most);
    ops_.write_bytes_max = most;
    const BlobId buffered = new_id();
    const BlobId direct = new_id();
    ASSERT_TRUE(put(buffered, text));
    ASSERT_TRUE(put_direct(direct, text));
    EXPECT_TRUE(holds(buffered, text));
    EXPECT_TRUE(holds(direct, text));
  }
}

TEST_F(FileEngineTest, LeavesANameThatItCannotRemoveForRecovery) {
  const BlobId id = new_id();
  auto blob = pending(id, "abc");
  ASSERT_TRUE(run_task(blob->make_durable()));
  fail("unlink", EIO);
  blob.reset();
  ops_.answer = nullptr;
  open();
  EXPECT_THAT(list(*engine_), ElementsAre(std::pair(id, 3U)));
}

TEST_F(FileEngineTest, KeepsTheNameOfABlobWhoseCommitMayYetAppear) {
  const BlobId id = new_id();
  auto blob = pending(id, "abc");
  fail("sync_data", EIO);
  EXPECT_FALSE(run_task(blob->make_durable()));
  blob->adopt();  // what the store does after an error of a commit
  blob.reset();
  EXPECT_THAT(directory_.files(), ElementsAre(name_of(id)));
}

// Where O_TMPFILE or O_DIRECT is missing.

TEST_F(FileEngineTest, WritesUnderTemporaryNamesWithoutNamelessFiles) {
  const std::string text = pattern(10 * kKiB);
  for (const int error : {EOPNOTSUPP, EISDIR}) {
    open();
    ops_.forget_calls();
    fail("open_nameless", error);
    const BlobId id = new_id();
    auto blob = pending(id, text);
    ASSERT_THAT(directory_.files(), SizeIs(1));
    EXPECT_EQ(directory_.files().front().substr(0, 4), "tmp/");
    ASSERT_TRUE(run_task(blob->make_durable()));
    EXPECT_THAT(directory_.files(), ElementsAre(name_of(id)));
    blob.reset();
    EXPECT_THAT(directory_.files(), IsEmpty());
    EXPECT_TRUE(put(new_id(), text));
    EXPECT_EQ(ops_.count("open_nameless"), 1U) << "asked once";
    ASSERT_TRUE(run_task(engine_->remove(list(*engine_).front().first)));
    pending(new_id(), text).reset();
    EXPECT_THAT(directory_.files(), IsEmpty());
    fail("rename", EIO);
    EXPECT_EQ(code_of(put(new_id(), text)), ErrorCode::IoError);
    EXPECT_THAT(directory_.files(), IsEmpty());
  }
}

TEST_F(FileEngineTest, SweepsTemporaryNamesWhenItOpens) {
  const BlobId id = new_id();
  ASSERT_TRUE(put(id, "abc"));
  std::filesystem::create_directory(directory_.path() / "tmp");
  for (int i = 0; i < 3; ++i) std::ofstream(directory_.path() / "tmp" / new_id().hex()) << "half";
  EXPECT_THAT(list(*engine_), SizeIs(1)) << "nobody takes them for blobs";
  open();
  EXPECT_THAT(directory_.files(), ElementsAre(name_of(id)));
}

TEST_F(FileEngineTest, WritesThroughThePageCacheWhereDirectWritesAreRefused) {
  const std::string text = pattern(300 * kKiB + 77);
  struct Case {
    const char* call;
    std::size_t times;  // asked before it is given up
  };
  for (const auto& [call, times] : {Case{"set_direct", 1}, Case{"write", 1}}) {
    SCOPED_TRACE(call);
    open();
    ops_.forget_calls();
    bool is_direct = false;
    ops_.answer = [&is_direct,
                   call = std::string_view(call)](std::string_view asked) -> std::optional<int> {
      if (asked == "set_direct") is_direct = true;
      if (asked == "unset_direct") is_direct = false;
      return asked == call && is_direct ? std::optional(-EINVAL) : std::nullopt;
    };
    for (int i = 0; i < 3; ++i) {
      const BlobId id = new_id();
      ASSERT_TRUE(put_direct(id, text));
      EXPECT_TRUE(holds(id, text));
    }
    EXPECT_EQ(ops_.count("set_direct"), times);
    ops_.answer = nullptr;
  }
}

TEST_F(FileEngineTest, LeavesAnInvalidArgumentOfABufferedWriteAnError) {
  fail("write", EINVAL);
  EXPECT_EQ(code_of(put(new_id(), "abc")), ErrorCode::IoError);
}

// Space.

TEST_F(FileEngineTest, RefusesBodiesBeforeTheDiskIsFull) {
  const BlobId id = new_id();
  ASSERT_TRUE(put(id, "abc"));
  ops_.pretended_space = FileOps::Space{1'000 * kGiB, kMiB};
  clock_.advance(std::chrono::seconds(1));
  EXPECT_EQ(code_of(run_task(engine_->create(new_id(), 0))), ErrorCode::NoSpace);
  EXPECT_EQ(code_of(run_task(engine_->create(new_id(), 10))), ErrorCode::NoSpace);
  EXPECT_TRUE(holds(id, "abc"));
  EXPECT_TRUE(run_task(engine_->remove(id)));
  ops_.pretended_space->free_bytes = kGiB;
  clock_.advance(std::chrono::seconds(1));
  EXPECT_TRUE(put(id, "abc"));
  EXPECT_EQ(code_of(run_task(engine_->create(new_id(), kGiB))), ErrorCode::NoSpace)
      << "would not fit";
}

TEST_F(FileEngineTest, EndsAnUploadThatWouldTakeTheReserve) {
  const std::string text = pattern(kMiB);
  const auto body = [&]() -> Task<ErrorCode> {
    auto writer = (co_await engine_->create(new_id(), 0)).value();
    EXPECT_TRUE(co_await writer->write(as_bytes(text)));
    ops_.pretended_space = FileOps::Space{1'000 * kGiB, kMiB};
    clock_.advance(std::chrono::seconds(1));
    co_return code_of(co_await writer->write(as_bytes(text)));
  };
  EXPECT_EQ(run_task(body()), ErrorCode::NoSpace);
  EXPECT_THAT(directory_.files(), IsEmpty());
}

TEST_F(FileEngineTest, DoesNotFillTheDiskWithWhatIsOnlyAnnounced) {
  const std::string text = pattern(kMiB + 1);
  const BlobId id = new_id();
  struct stat about {};
  const auto body = [&]() -> Task<bool> {
    auto writer = (co_await engine_->create(id, 10 * kGiB)).value();
    EXPECT_TRUE(co_await writer->write(as_bytes(text)));
    EXPECT_EQ(ops_.count("allocate"), 1U);
    auto blob = (co_await writer->finish()).value();
    EXPECT_TRUE(co_await blob->make_durable());
    blob->adopt();
    co_return true;
  };
  run_task(body());
  ASSERT_EQ(::stat(path_of(id).c_str(), &about), 0);
  EXPECT_EQ(about.st_size, static_cast<off_t>(text.size()));
  EXPECT_LT(about.st_blocks * 512, static_cast<blkcnt_t>(text.size() + 64 * kKiB))
      << "what was allocated ahead is given back";
  EXPECT_TRUE(holds(id, text));
}

TEST_F(FileEngineTest, WritesWhereNothingCanBeAllocatedAhead) {
  const std::string text = pattern(2 * kMiB);
  fail("allocate", EOPNOTSUPP);
  const BlobId id = new_id();
  EXPECT_TRUE(put(id, text));
  EXPECT_TRUE(holds(id, text));
}

// Reads.

TEST_F(FileEngineTest, ReadsWhatMemoryHoldsWithoutAJob) {
  const std::string text = pattern(200 * kKiB);
  const BlobId id = new_id();
  ASSERT_TRUE(put(id, text));
  EXPECT_EQ(get(*engine_, id, 5, 1'000), text.substr(5, 1'000)) << "opens the file";
  pool_.jobs = 0;
  EXPECT_EQ(get(*engine_, id, 5, 1'000), text.substr(5, 1'000));
  EXPECT_TRUE(get(*engine_, id, 0, 128 * kKiB) == text.substr(0, 128 * kKiB));
  EXPECT_EQ(pool_.jobs, 0);
  EXPECT_TRUE(get(*engine_, id, 0, 128 * kKiB + 1) == text.substr(0, 128 * kKiB + 1));
  EXPECT_EQ(pool_.jobs, 1) << "too much for an event loop to copy";
}

TEST_F(FileEngineTest, ReadsOnThePoolWhatMemoryLacks) {
  const std::string text = pattern(10 * kKiB);
  const BlobId id = new_id();
  ASSERT_TRUE(put(id, text));
  ASSERT_TRUE(holds(id, text));
  for (const int answer : {-EAGAIN, -EOPNOTSUPP, -EIO, 0, 100}) {
    SCOPED_TRACE(answer);
    ops_.answer = [answer](std::string_view call) {
      return call == "read_cached" ? std::optional(answer) : std::nullopt;
    };
    pool_.jobs = 0;
    EXPECT_TRUE(holds(id, text));
    EXPECT_EQ(pool_.jobs, 1);
  }
}

TEST_F(FileEngineTest, TellsAFailingDiskFromADamagedFile) {
  const BlobId id = new_id();
  ASSERT_TRUE(put(id, pattern(10 * kKiB)));
  ops_.answer = [](std::string_view call) -> std::optional<int> {
    if (call == "read_cached") return -EAGAIN;
    return call == "read" ? std::optional(-EIO) : std::nullopt;
  };
  EXPECT_EQ(get(*engine_, id, 0, 10), "<IoError>");
  ops_.answer = nullptr;
  std::filesystem::resize_file(path_of(id), 5);
  EXPECT_EQ(get(*engine_, id, 0, 10), "<Corrupt>");
  open();
  EXPECT_EQ(get(*engine_, id, 0, 10), "<Corrupt>");
  EXPECT_EQ(get(*engine_, id, 0, 5).size(), 5U);
}

TEST_F(FileEngineTest, FailsToRemoveWithTheDisksError) {
  const BlobId id = new_id();
  ASSERT_TRUE(put(id, "abc"));
  fail("unlink", EIO);
  EXPECT_EQ(code_of(run_task(engine_->remove(id))), ErrorCode::IoError);
  ops_.answer = nullptr;
  EXPECT_TRUE(holds(id, "abc"));
}

// Descriptors.

std::size_t open_descriptors() {
  std::size_t count = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    ++count;
  }
  return count;
}

TEST_F(FileEngineTest, HoldsABoundedNumberOfDescriptors) {
  const std::size_t before = open_descriptors();
  std::vector<BlobId> ids;
  for (int i = 0; i < 100; ++i) {
    ids.push_back(new_id());
    ASSERT_TRUE(put(ids.back(), "abc"));
  }
  EXPECT_EQ(open_descriptors(), before) << "what is written is closed";
  for (const BlobId id : ids) ASSERT_TRUE(holds(id, "abc"));
  EXPECT_EQ(open_descriptors(), before + 16);
  for (const BlobId id : ids) ASSERT_TRUE(run_task(engine_->remove(id)));
  EXPECT_EQ(open_descriptors(), before) << "what is removed is closed";
}

TEST_F(FileEngineTest, ClosesWhatIsDropped) {
  const std::size_t before = open_descriptors();
  pending(new_id(), "abc").reset();
  auto durable = pending(new_id(), "abc");
  ASSERT_TRUE(run_task(durable->make_durable()));
  EXPECT_EQ(open_descriptors(), before);
  fail("link", EIO);
  EXPECT_FALSE(put(new_id(), "abc"));
  EXPECT_EQ(open_descriptors(), before);
}

// A full pool.

TEST_F(FileEngineTest, RefusesTheFirstBytesOfABlobWhenThePoolIsFull) {
  ASSERT_TRUE(put(new_id(), "abc"));
  pool_.refusals = 1;
  EXPECT_EQ(code_of(put(new_id(), "abc")), ErrorCode::SlowDown);
  EXPECT_TRUE(put(new_id(), "abc"));
}

TEST_F(FileEngineTest, LetsAnUploadThatIsHalfWayWaitForThePool) {
  const std::string text = pattern(kMiB + 3);
  const BlobId id = new_id();
  const auto body = [&]() -> Task<Result<>> {
    CO_TRY(auto writer, co_await engine_->create(id, 0));
    CO_TRY_VOID(co_await writer->write(as_bytes(text).first(10)));
    pool_.refusals = 3;
    CO_TRY_VOID(co_await writer->write(as_bytes(text).subspan(10)));
    pool_.refusals = 2;
    CO_TRY(auto blob, co_await writer->finish());
    pool_.refusals = 2;
    CO_TRY_VOID(co_await blob->make_durable());
    blob->adopt();
    co_return ok();
  };
  EXPECT_TRUE(run_task(body()));
  pool_.refusals = 2;
  EXPECT_TRUE(holds(id, text));
  EXPECT_EQ(pool_.refusals, 0);
}

TEST_F(FileEngineTest, RemovesOnTheSpotWhatIsDroppedWhileThePoolIsFull) {
  auto blob = pending(new_id(), "abc");
  ASSERT_TRUE(run_task(blob->make_durable()));
  pool_.refusals = 1;
  blob.reset();
  EXPECT_EQ(pool_.refusals, 0);
  EXPECT_THAT(directory_.files(), IsEmpty());
}

TEST_F(FileEngineTest, RefusesARemovalWhenThePoolIsFull) {
  const BlobId id = new_id();
  ASSERT_TRUE(put(id, "abc"));
  pool_.refusals = 1;
  EXPECT_EQ(code_of(run_task(engine_->remove(id))), ErrorCode::SlowDown);
  EXPECT_TRUE(holds(id, "abc"));
  EXPECT_TRUE(run_task(engine_->remove(id)));
}

TEST_F(FileEngineTest, WaitsInItsDestructorForWhatItHasToRemove) {
  SystemRandom random;
  ThreadPool pool(2, 1'000, "test");
  FileEngineOptions options;
  options.path = directory_.path();
  auto engine = open_file_engine(std::move(options), pool, random).value();
  std::vector<std::unique_ptr<PendingBlob>> blobs;
  for (int i = 0; i < 50; ++i) {
    blobs.push_back(run_task(write_pending(*engine, new_id(), 3, as_bytes("abc"), 3)).value());
    ASSERT_TRUE(run_task(blobs.back()->make_durable()));
  }
  EXPECT_THAT(directory_.files(), SizeIs(50));
  blobs.clear();
  engine.reset();
  EXPECT_THAT(directory_.files(), IsEmpty());
}

}  // namespace
}  // namespace coffer::blob
