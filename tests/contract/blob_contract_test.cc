// What every blob engine promises (src/blob/engine.h).

#include "../unit/blob/blob_support.h"
#include "blob/file_engine.h"
#include "blob/memory_engine.h"

#include <gmock/gmock.h>

#include <cerrno>
#include <thread>

namespace coffer::blob {
namespace {

using namespace test;

/// One kind of engine, and how to come by one.
class Subject {
 public:
  virtual ~Subject() = default;
  virtual Engine& engine() = 0;
  /// Returns when the bytes of what was dropped are gone.
  virtual void settle() {}
};

class MemorySubject final : public Subject {
 public:
  Engine& engine() override { return engine_; }

 private:
  MemoryEngine engine_;
};

class FileSubject final : public Subject {
 public:
  /// `call` is one that the file system does not know, if any.
  explicit FileSubject(std::string_view call = {}, int error = 0) {
    if (!call.empty()) {
      ops_.answer = [call, error](std::string_view asked) {
        return asked == call ? std::optional(-error) : std::nullopt;
      };
    }
    open();
  }
  Engine& engine() override { return *engine_; }
  void settle() override {
    engine_.reset();
    open();
  }

 private:
  void open() {
    FileEngineOptions options;
    options.path = directory_.path();
    options.ops = &ops_;
    options.open_files_max = 8;
    engine_ = open_file_engine(std::move(options), pool_, random_).value();
  }

  TemporaryDirectory directory_;
  SystemRandom random_;
  WatchedOps ops_;
  ThreadPool pool_{4, 1024, "blob-test"};
  std::unique_ptr<Engine> engine_;
};

struct Kind {
  const char* name;
  std::function<std::unique_ptr<Subject>()> make;
};

class BlobEngine : public ::testing::TestWithParam<Kind> {
 protected:
  Engine& engine() { return subject_->engine(); }
  BlobId new_id() { return BlobId::make(random_); }
  std::vector<std::uint64_t> sizes() {
    std::vector<std::uint64_t> found;
    for (const auto& [id, size] : list(engine())) found.push_back(size);
    return found;
  }

  SystemRandom random_;
  std::unique_ptr<Subject> subject_ = GetParam().make();
};

constexpr std::size_t kKiB = 1024;
constexpr std::size_t kMiB = 1024 * kKiB;

TEST_P(BlobEngine, GivesBackWhatWasWrittenWhateverTheLength) {
  for (const std::size_t size :
       {std::size_t{1}, std::size_t{16}, 4 * kKiB - 1, 4 * kKiB, 4 * kKiB + 1, 64 * kKiB - 1,
        64 * kKiB, 64 * kKiB + 16, 128 * kKiB + 17, kMiB, kMiB + 272, 3 * kMiB + 5}) {
    SCOPED_TRACE(size);
    const std::string text = pattern(size);
    const AlignedText aligned(text);
    const BlobId id = new_id();
    ASSERT_TRUE(run_task(write_blob(engine(), id, size, aligned.bytes(), kMiB)));
    EXPECT_TRUE(get(engine(), id, 0, size) == text);
  }
}

TEST_P(BlobEngine, TakesPiecesOfAnyLengthAndAlignment) {
  const std::string text = pattern(700 * kKiB + 123);
  for (const std::size_t piece : {std::size_t{1009}, 4 * kKiB, 64 * kKiB, 64 * kKiB + 1, kMiB}) {
    for (const std::size_t shift : {0U, 1U, 16U, 4095U}) {
      SCOPED_TRACE(std::to_string(piece) + " bytes, shifted by " + std::to_string(shift));
      const AlignedText shifted(text, shift);
      const BlobId id = new_id();
      ASSERT_TRUE(run_task(write_blob(engine(), id, 0, shifted.bytes(), piece)));
      EXPECT_TRUE(get(engine(), id, 0, text.size()) == text);
    }
  }
}

TEST_P(BlobEngine, TakesTheSizeHintForNoMoreThanAHint) {
  const std::string text = pattern(kMiB + 99);
  for (const std::size_t hint : {std::size_t{0}, std::size_t{1}, 4 * kKiB, 600 * kKiB, text.size(),
                                 text.size() + 1, 80 * kMiB}) {
    SCOPED_TRACE(hint);
    const BlobId id = new_id();
    ASSERT_TRUE(run_task(write_blob(engine(), id, hint, as_bytes(text), 150 * kKiB)));
    EXPECT_TRUE(get(engine(), id, 0, text.size()) == text);
    EXPECT_EQ(get(engine(), id, 0, text.size() + 1), "<Corrupt>");
  }
}

TEST_P(BlobEngine, KeepsAnEmptyBlob) {
  const BlobId id = new_id();
  ASSERT_TRUE(put(engine(), id, ""));
  EXPECT_EQ(get(engine(), id, 0, 0), "");
  EXPECT_EQ(get(engine(), id, 0, 1), "<Corrupt>");
  EXPECT_THAT(sizes(), ::testing::ElementsAre(0));
}

TEST_P(BlobEngine, ReadsAnyRange) {
  const std::string text = pattern(300 * kKiB + 7);
  const BlobId id = new_id();
  ASSERT_TRUE(put(engine(), id, text));
  for (const std::size_t offset : {std::size_t{0}, std::size_t{1}, 4 * kKiB - 1, 200 * kKiB}) {
    for (const std::size_t length : {std::size_t{1}, 4 * kKiB, 4 * kKiB + 1, 100 * kKiB}) {
      SCOPED_TRACE(std::to_string(length) + " from " + std::to_string(offset));
      EXPECT_TRUE(get(engine(), id, offset, length) == text.substr(offset, length));
    }
  }
  EXPECT_TRUE(get(engine(), id, text.size() - 1, 1) == text.substr(text.size() - 1));
}

TEST_P(BlobEngine, CallsARangeThatIsNotThereCorrupt) {
  const BlobId id = new_id();
  ASSERT_TRUE(put(engine(), id, pattern(1000)));
  const std::uint64_t far = std::uint64_t{1} << 62;
  EXPECT_EQ(get(engine(), id, 0, 1001), "<Corrupt>");
  EXPECT_EQ(get(engine(), id, 999, 2), "<Corrupt>");
  EXPECT_EQ(get(engine(), id, 1000, 1), "<Corrupt>");
  EXPECT_EQ(get(engine(), id, 1001, 0), "<Corrupt>");
  EXPECT_EQ(get(engine(), id, far, 10), "<Corrupt>");
  EXPECT_EQ(get(engine(), id, 0, kMiB), "<Corrupt>");
  EXPECT_EQ(get(engine(), id, 1000, 0), "");
  EXPECT_EQ(get(engine(), new_id(), 0, 1), "<Corrupt>");
  EXPECT_EQ(get(engine(), new_id(), 0, 0), "<Corrupt>");
}

TEST_P(BlobEngine, LeavesNothingOfADroppedWriter) {
  const std::string text = pattern(3 * kMiB);
  const auto write_and_drop = [](Engine& engine, BlobId id, std::string_view bytes) -> Task<bool> {
    auto writer = co_await engine.create(id, 0);
    const auto written = co_await writer.value()->write(as_bytes(bytes));
    co_return written.has_value();
  };
  const BlobId id = new_id();
  EXPECT_TRUE(run_task(write_and_drop(engine(), id, text)));
  EXPECT_TRUE(run_task(engine().create(new_id(), 10)));
  subject_->settle();
  EXPECT_THAT(list(engine()), ::testing::IsEmpty());
  EXPECT_EQ(get(engine(), id, 0, 1), "<Corrupt>");
}

TEST_P(BlobEngine, LeavesNothingOfADroppedPendingBlob) {
  const std::string text = pattern(2 * kMiB);
  for (const bool durable : {false, true}) {
    SCOPED_TRACE(durable);
    const BlobId id = new_id();
    auto pending = run_task(write_pending(engine(), id, text.size(), as_bytes(text), kMiB)).value();
    if (durable) {
      ASSERT_TRUE(run_task(pending->make_durable()));
      EXPECT_TRUE(get(engine(), id, 0, text.size()) == text);
    }
    pending.reset();
    subject_->settle();
    EXPECT_THAT(list(engine()), ::testing::IsEmpty());
    EXPECT_EQ(get(engine(), id, 0, 1), "<Corrupt>");
  }
}

TEST_P(BlobEngine, KeepsWhatWasAdopted) {
  const std::string text = pattern(70 * kKiB);
  const BlobId id = new_id();
  ASSERT_TRUE(put(engine(), id, text));
  subject_->settle();
  EXPECT_TRUE(get(engine(), id, 0, text.size()) == text);
  EXPECT_THAT(list(engine()), ::testing::ElementsAre(std::pair(id, text.size())));
}

TEST_P(BlobEngine, MakesDurableMoreThanOnce) {
  const BlobId id = new_id();
  auto pending = run_task(write_pending(engine(), id, 3, as_bytes("abc"), 3)).value();
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(run_task(pending->make_durable()));
  pending->adopt();
  pending.reset();
  EXPECT_EQ(get(engine(), id, 0, 3), "abc");
}

TEST_P(BlobEngine, RemovesMoreThanOnce) {
  const std::string text = pattern(10 * kKiB);
  const BlobId id = new_id();
  const BlobId other = new_id();
  ASSERT_TRUE(put(engine(), id, text));
  ASSERT_TRUE(put(engine(), other, text));
  for (int i = 0; i < 2; ++i) EXPECT_TRUE(get(engine(), id, 0, text.size()) == text);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(run_task(engine().remove(id)));
  EXPECT_EQ(get(engine(), id, 0, 1), "<Corrupt>");
  EXPECT_TRUE(run_task(engine().remove(new_id()))) << "never written";
  EXPECT_TRUE(get(engine(), other, 0, text.size()) == text);
  EXPECT_THAT(list(engine()), ::testing::ElementsAre(std::pair(other, text.size())));
}

TEST_P(BlobEngine, EnumeratesWhatItHoldsWithSizes) {
  EXPECT_THAT(list(engine()), ::testing::IsEmpty());
  std::vector<std::pair<BlobId, std::uint64_t>> expected;
  for (std::size_t i = 0; i < 100; ++i) {
    expected.emplace_back(new_id(), i * 7);
    ASSERT_TRUE(put(engine(), expected.back().first, pattern(i * 7)));
  }
  std::sort(expected.begin(), expected.end());
  EXPECT_EQ(list(engine()), expected);
  subject_->settle();
  EXPECT_EQ(list(engine()), expected);
}

TEST_P(BlobEngine, StopsToEnumerateWhenTold) {
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(put(engine(), new_id(), "x"));
  int visited = 0;
  std::function<bool(BlobId, std::uint64_t)> visit = [&visited](BlobId, std::uint64_t) {
    return ++visited < 5;
  };
  EXPECT_TRUE(run_task(engine().enumerate(std::move(visit))));
  EXPECT_EQ(visited, 5);
}

TEST_P(BlobEngine, ServesManyThreadsAtOnce) {
  constexpr int kThreads = 6;
  constexpr int kRounds = 25;
  const auto work = [this](unsigned seed) {
    for (int round = 0; round < kRounds; ++round) {
      const std::string text =
          pattern(1 + (seed * 7919 + static_cast<unsigned>(round) * 104729) % (200 * kKiB), seed);
      const BlobId kept = new_id();
      const BlobId removed = new_id();
      ASSERT_TRUE(put(engine(), kept, text));
      ASSERT_TRUE(put(engine(), removed, text));
      ASSERT_TRUE(get(engine(), removed, 0, text.size()) == text);
      ASSERT_TRUE(run_task(engine().remove(removed)));
      ASSERT_EQ(get(engine(), removed, 0, text.size()), "<Corrupt>");
      ASSERT_TRUE(get(engine(), kept, 0, text.size()) == text);
    }
  };
  std::vector<std::thread> threads;
  threads.reserve(kThreads);
  for (unsigned i = 1; i <= kThreads; ++i) threads.emplace_back(work, i);
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(list(engine()).size(), std::size_t{kThreads * kRounds});
}

TEST_P(BlobEngine, LetsReadersRaceWithARemoval) {
  const std::string text = pattern(100 * kKiB);
  for (int round = 0; round < 30; ++round) {
    const BlobId id = new_id();
    ASSERT_TRUE(put(engine(), id, text));
    const auto read = [this, id, &text] {
      for (;;) {
        const std::string got = get(engine(), id, 0, text.size());
        if (got == "<Corrupt>") return;
        ASSERT_TRUE(got == text);
      }
    };
    std::thread first(read);
    std::thread second(read);
    EXPECT_TRUE(run_task(engine().remove(id)));
    EXPECT_EQ(get(engine(), id, 0, 1), "<Corrupt>");
    first.join();
    second.join();
  }
}

INSTANTIATE_TEST_SUITE_P(
    Every, BlobEngine,
    ::testing::Values(Kind{"Memory", [] { return std::make_unique<MemorySubject>(); }},
                      Kind{"File", [] { return std::make_unique<FileSubject>(); }},
                      Kind{"FileWithoutNamelessFiles",
                           [] {
                             return std::make_unique<FileSubject>("open_nameless", EOPNOTSUPP);
                           }},
                      Kind{"FileWithoutDirectWrites",
                           [] { return std::make_unique<FileSubject>("set_direct", EINVAL); }}),
    [](const auto& kind) { return kind.param.name; });

}  // namespace
}  // namespace coffer::blob
