#include "blob/sealed_blobs.h"

#include "base/codec.h"
#include "base/hash.h"
#include "blob/frame_cipher.h"
#include "blob/memory_engine.h"
#include "blob_support.h"

#include <climits>
#include <gtest/gtest.h>

#include <array>
namespace coffer::blob {
namespace {

using namespace test;

constexpr std::size_t kData = SealedBlobs::kFrameDataBytes;
constexpr std::size_t kFrame = SealedBlobs::kFrameBytes;
constexpr std::size_t kTag = SealedBlobs::kTagBytes;

/// What a reader got before the stream ended, and how it ended.
struct Got {
  std::string text;
  std::optional<ErrorCode> error;
};

class SealedBlobsTest : public ::testing::Test {
 protected:
  Task<Result<SealedRef>> write_task(std::string_view text, std::size_t piece, std::uint64_t hint) {
    CO_TRY(auto writer, co_await sealed_.create(hint));
    while (!text.empty()) {
      CO_TRY_VOID(co_await writer->write(as_bytes(text.substr(0, piece))));
      text.remove_prefix(std::min(piece, text.size()));
    }
    CO_TRY(auto finished, co_await writer->finish());
    CO_TRY_VOID(co_await finished.pending->make_durable());
    finished.pending->adopt();
    co_return finished.ref;
  }
  SealedRef write(std::string_view text, std::size_t piece = 256 * 1024) {
    return run_task(write_task(text, piece, text.size())).value();
  }

  Task<Got> read_task(SealedBlobs& blobs, SealedRef ref, std::uint64_t offset, std::uint64_t length,
                      std::size_t piece) {
    const auto source = blobs.read(ref, offset, length);
    Got got;
    std::string buffer(piece, '\0');
    for (;;) {
      const auto count = co_await source->read(std::as_writable_bytes(std::span(buffer)));
      if (!count) {
        got.error = count.error().code();
        const auto again = co_await source->read(std::as_writable_bytes(std::span(buffer)));
        EXPECT_EQ(code_of(again), *got.error) << "an error ends the stream";
        co_return got;
      }
      if (*count == 0) co_return got;
      got.text.append(buffer, 0, *count);
    }
  }
  Got read(const SealedRef& ref, std::uint64_t offset, std::uint64_t length,
           std::size_t piece = 100'000) {
    return run_task(read_task(sealed_, ref, offset, length, piece));
  }
  Got read_all(const SealedRef& ref) { return read(ref, 0, ref.size_bytes); }

  /// Some bytes may come before the error, and those must be true.
  void expect_corrupt(const Got& got, std::string_view plaintext, std::size_t bytes_max) {
    EXPECT_EQ(got.error, ErrorCode::Corrupt);
    EXPECT_LE(got.text.size(), bytes_max);
    EXPECT_TRUE(got.text == plaintext.substr(0, got.text.size()));
  }
  std::string stored(const SealedRef& ref) { return memory_.stored(ref.id).value(); }

  SeededRandom random_;
  InlinePool pool_;
  MemoryEngine memory_;
  MasterKey master_key_ = MasterKey::generate(random_);
  SealedBlobs sealed_{memory_, master_key_, random_, pool_};
};

// The format.

TEST_F(SealedBlobsTest, FramesAreAsDocumented) {
  // docs/formats/blob.md; computed with Python's cryptography.
  DataKey key;
  std::string raw_id;
  for (std::size_t i = 0; i < key.bytes.size(); ++i) key.bytes[i] = static_cast<std::uint8_t>(i);
  for (int i = 0xa0; i < 0xb0; ++i) raw_id += static_cast<char>(i);
  FrameCipher cipher(*BlobId::from_bytes(raw_id), key, AesGcm::Direction::Seal);
  const auto seal = [&cipher](std::uint64_t frame, bool last, std::string_view text) {
    std::string sealed(text.size() + kTag, '\0');
    cipher.seal(frame, last, as_bytes(text), std::as_writable_bytes(std::span(sealed)));
    return sealed;
  };
  EXPECT_EQ(hex_encode(as_bytes(seal(0, true, ""))), "e37f6a70fcd7931f8ee430acdd0a5fe6");
  EXPECT_EQ(hex_encode(as_bytes(seal(0, true, "coffer"))),
            "6dd3d3b8d05e94c6ed5b407f20e320a319f247334f2e");
  std::string text;
  for (std::size_t i = 0; i < kData + 10; ++i) text += static_cast<char>(i % 251);
  const std::string blob = seal(0, false, std::string_view(text).substr(0, kData)) +
                           seal(1, true, std::string_view(text).substr(kData));
  EXPECT_EQ(hex_encode(sha256(as_bytes(blob))),
            "3353b5e017e357916c0654c04234f766835bb6a241e2158c0bfa42f3045c2634");
}

TEST_F(SealedBlobsTest, KnowTheirSizeOnDisk) {
  struct Case {
    std::uint64_t plaintext, frames, sealed;
  };
  for (const auto& [plaintext, frames, sealed] :
       {Case{0, 1, 16}, Case{1, 1, 17}, Case{kData - 1, 1, kFrame - 1}, Case{kData, 1, kFrame},
        Case{kData + 1, 2, kFrame + 17}, Case{2 * kData, 2, 2 * kFrame},
        Case{2 * kData + 1, 3, 2 * kFrame + 17},
        Case{std::uint64_t{5} << 40, 83'906'566, 5'498'900'643'936}}) {
    EXPECT_EQ(frame_count(plaintext), frames);
    EXPECT_EQ(sealed_size(plaintext), sealed);
  }
}

TEST_F(SealedBlobsTest, GiveBackWhatWasWritten) {
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{1}, std::size_t{15}, kData - 1, kData, kData + 1, 2 * kData - 1,
        2 * kData, 2 * kData + 1, 4 * kData, 15 * kData + 7, 16 * kData - 1, 16 * kData,
        16 * kData + 1, 33 * kData + 5}) {
    SCOPED_TRACE(size);
    const std::string text = pattern(size);
    const SealedRef ref = write(text);
    EXPECT_EQ(ref.size_bytes, size);
    EXPECT_EQ(stored(ref).size(), sealed_size(size));
    const Got got = read_all(ref);
    EXPECT_FALSE(got.error);
    EXPECT_TRUE(got.text == text);
  }
}

TEST_F(SealedBlobsTest, TakePiecesOfAnyLength) {
  const std::string text = pattern(5 * kData + 100);
  for (const std::size_t piece :
       {std::size_t{997}, kData - 1, kData, kData + 1, kFrame, 2 * kData, text.size()}) {
    for (const std::uint64_t hint :
         {std::uint64_t{0}, std::uint64_t{10}, std::uint64_t{9'999'999}}) {
      SCOPED_TRACE(std::to_string(piece) + ", hint " + std::to_string(hint));
      const auto ref = run_task(write_task(text, piece, hint));
      ASSERT_TRUE(ref);
      EXPECT_TRUE(read(*ref, 0, text.size(), piece).text == text);
    }
  }
}

TEST_F(SealedBlobsTest, ReadRangesAcrossFrames) {
  const std::string text = pattern(9 * kData + 10);
  const SealedRef ref = write(text);
  for (const std::size_t offset : {std::size_t{0}, std::size_t{1}, kData - 1, kData, kData + 1,
                                   5 * kData - 3, 9 * kData - 1, 9 * kData, text.size() - 1}) {
    for (const std::size_t length : {std::size_t{0}, std::size_t{1}, std::size_t{2}, kData,
                                     kData + 2, 4 * kData, text.size()}) {
      if (length > text.size() - offset) continue;
      SCOPED_TRACE(std::to_string(length) + " from " + std::to_string(offset));
      const Got got = read(ref, offset, length, 30'000);
      EXPECT_FALSE(got.error);
      EXPECT_TRUE(got.text == text.substr(offset, length));
    }
  }
}

TEST_F(SealedBlobsTest, CallARangeBehindTheEndCorrupt) {
  const SealedRef ref = write(pattern(1'000));
  struct Case {
    std::uint64_t offset, length;
  };
  for (const auto& [offset, length] :
       {Case{0, 1'001}, Case{1'000, 1}, Case{1'001, 0}, Case{UINT64_MAX, 2}, Case{2, UINT64_MAX}}) {
    const Got got = read(ref, offset, length);
    EXPECT_EQ(got.error, ErrorCode::Corrupt) << length << " from " << offset;
    EXPECT_EQ(got.text, "");
  }
}

TEST_F(SealedBlobsTest, ShowNothingOfThePlaintext) {
  const std::string text(3 * kData, 'p');
  const SealedRef first = write(text);
  const SealedRef second = write(text);
  EXPECT_EQ(stored(first).find(std::string(16, 'p')), std::string::npos);
  EXPECT_NE(stored(first), stored(second)) << "a key of its own";
  EXPECT_NE(first.key, second.key);
  const std::string bytes = stored(first);
  EXPECT_NE(bytes.substr(0, 1'000), bytes.substr(kFrame, 1'000)) << "a nonce for each frame";
}

// Damage.

TEST_F(SealedBlobsTest, ReturnNoBytesOfAFrameWithAFlippedBit) {
  const std::string text = pattern(2 * kData + 500);
  for (const std::size_t frame : {0U, 1U, 2U}) {
    const std::size_t last = frame == 2 ? 500 + kTag - 1 : kFrame - 1;
    for (const std::size_t at :
         {std::size_t{0}, std::size_t{300}, last - kTag, last - kTag + 1, last}) {
      SCOPED_TRACE("frame " + std::to_string(frame) + ", byte " + std::to_string(at));
      const SealedRef ref = write(text);
      ASSERT_TRUE(memory_.corrupt(ref.id, frame * kFrame + at, std::byte{0x10}));
      expect_corrupt(read_all(ref), text, frame * kData);
      expect_corrupt(read(ref, frame * kData + 7, 1), "", 0);
      for (const std::size_t other : {0U, 1U, 2U}) {
        if (other == frame) continue;
        const Got got = read(ref, other * kData + 7, 10);
        EXPECT_FALSE(got.error) << "a frame that is whole can be read";
        EXPECT_EQ(got.text, text.substr(other * kData + 7, 10));
      }
    }
  }
}

TEST_F(SealedBlobsTest, ReturnWholeFramesBeforeADamagedOneAndNothingAfter) {
  const std::string text = pattern(20 * kData);
  for (const std::size_t frame : {2U, 3U, 9U, 19U}) {
    const SealedRef ref = write(text);
    ASSERT_TRUE(memory_.corrupt(ref.id, frame * kFrame + 5));
    for (const std::size_t piece : {std::size_t{1'000}, 3 * kData}) {
      const Got got = read(ref, 0, text.size(), piece);
      expect_corrupt(got, text, frame * kData);
    }
  }
}

TEST_F(SealedBlobsTest, ReturnNoBytesOfATruncatedFrame) {
  const std::string text = pattern(2 * kData + 500);
  const SealedRef ref = write(text);
  const std::string whole = stored(ref);
  for (const std::size_t length :
       {whole.size() - 1, whole.size() - kTag, 2 * kFrame + 1, 2 * kFrame, 2 * kFrame - 1, kFrame,
        kFrame - 1, std::size_t{0}}) {
    SCOPED_TRACE(length);
    ASSERT_TRUE(memory_.replace(ref.id, whole.substr(0, length)));
    expect_corrupt(read_all(ref), text, length / kFrame * kData);
  }
  // Cut exactly behind a frame, and a record that was changed to say so: that frame was not the
  // last.
  ASSERT_TRUE(memory_.replace(ref.id, whole.substr(0, kFrame)));
  SealedRef shorter = ref;
  shorter.size_bytes = kData;
  expect_corrupt(read_all(shorter), text, 0);
  ASSERT_TRUE(memory_.replace(ref.id, whole));
  for (const std::uint64_t size :
       {std::uint64_t{kData - 1}, std::uint64_t{2 * kData}, ref.size_bytes - 1}) {
    SCOPED_TRACE(size);
    shorter.size_bytes = size;
    expect_corrupt(read(shorter, size - 1, 1), "", 0);
  }
}

TEST_F(SealedBlobsTest, ReturnNoBytesOfABlobThatWasMadeLonger) {
  const std::string text = pattern(kData);
  const SealedRef ref = write(text);
  const std::string whole = stored(ref);
  // The last frame is not the last any more.
  ASSERT_TRUE(memory_.replace(ref.id, whole + whole));
  SealedRef longer = ref;
  longer.size_bytes = 2 * kData;
  expect_corrupt(read_all(longer), text, 0);
}

TEST_F(SealedBlobsTest, ReturnNoBytesOfFramesInAnotherOrder) {
  const std::string text = pattern(3 * kData);
  const SealedRef ref = write(text);
  const std::string whole = stored(ref);
  const auto frame = [&whole](std::size_t i) { return whole.substr(i * kFrame, kFrame); };
  struct Case {
    const char* what;
    std::array<std::size_t, 3> order;
    std::size_t good_frames;
  };
  for (const auto& [what, order, good_frames] :
       {Case{"swapped", {1, 0, 2}, 0}, Case{"first replayed", {0, 0, 2}, 1},
        Case{"second replayed", {0, 1, 1}, 2}, Case{"last in the middle", {0, 2, 1}, 1},
        Case{"last first", {2, 1, 0}, 0}}) {
    SCOPED_TRACE(what);
    ASSERT_TRUE(memory_.replace(ref.id, frame(order[0]) + frame(order[1]) + frame(order[2])));
    expect_corrupt(read_all(ref), text, good_frames * kData);
  }
}

TEST_F(SealedBlobsTest, ReturnNoBytesOfAnotherBlob) {
  const std::string text = pattern(1'000, 1);
  const std::string other_text = pattern(1'000, 2);
  const SealedRef ref = write(text);
  const SealedRef other = write(other_text);
  // The other's bytes under this name.
  ASSERT_TRUE(memory_.replace(ref.id, stored(other)));
  expect_corrupt(read_all(ref), "", 0);
  // And its key with them: the name is part of what is authenticated.
  SealedRef mixed = ref;
  mixed.key = other.key;
  expect_corrupt(read_all(mixed), "", 0);
}

TEST_F(SealedBlobsTest, BindEvenAFrameOfTheSameKeyToItsBlob) {
  const DataKey key;
  const std::string text = "text";
  std::string sealed(text.size() + kTag, '\0');
  const BlobId blob = BlobId::make(random_);
  FrameCipher(blob, key, AesGcm::Direction::Seal)
      .seal(0, true, as_bytes(text), std::as_writable_bytes(std::span(sealed)));
  std::string opened(text.size(), '\0');
  const MutableBytes out = std::as_writable_bytes(std::span(opened));
  FrameCipher same(blob, key, AesGcm::Direction::Open);
  EXPECT_TRUE(same.open(0, true, as_bytes(sealed), out));
  EXPECT_FALSE(same.open(0, false, as_bytes(sealed), out)) << "the flag";
  EXPECT_FALSE(same.open(1, true, as_bytes(sealed), out)) << "the number";
  FrameCipher other(BlobId::make(random_), key, AesGcm::Direction::Open);
  EXPECT_FALSE(other.open(0, true, as_bytes(sealed), out)) << "the blob";
}

TEST_F(SealedBlobsTest, OpenUnderTheirOwnMasterKeyOnly) {
  const std::string text = pattern(1'000);
  const SealedRef ref = write(text);
  const MasterKey other_key = MasterKey::generate(random_);
  SealedBlobs others(memory_, other_key, random_, pool_);
  const Got got = run_task(read_task(others, ref, 0, ref.size_bytes, 100));
  EXPECT_EQ(got.error, ErrorCode::Corrupt);
  EXPECT_EQ(got.text, "");
}

TEST_F(SealedBlobsTest, CallAMissingBlobCorrupt) {
  const SealedRef ref = write(pattern(1'000));
  ASSERT_TRUE(run_task(memory_.remove(ref.id)));
  const Got got = read_all(ref);
  EXPECT_EQ(got.error, ErrorCode::Corrupt);
  EXPECT_EQ(got.text, "");
}

TEST_F(SealedBlobsTest, OpenAnEmptyBlobToo) {
  const SealedRef ref = write("");
  EXPECT_EQ(stored(ref).size(), kTag);
  const Got got = read_all(ref);
  EXPECT_FALSE(got.error);
  EXPECT_EQ(got.text, "");
}

// Inline bodies.

TEST_F(SealedBlobsTest, SealInlineWhatTheyOpen) {
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{4'096}, kData}) {
    const std::string text = pattern(size);
    const auto body = sealed_.seal_inline(as_bytes(text));
    EXPECT_EQ(body.ref.size_bytes, size);
    EXPECT_EQ(body.sealed.size(), size + kTag);
    const auto opened = sealed_.open_inline(body.ref, body.sealed);
    ASSERT_TRUE(opened);
    EXPECT_TRUE(*opened == text);
  }
}

TEST_F(SealedBlobsTest, OpenNoInlineBodyThatWasChanged) {
  const auto body = sealed_.seal_inline(as_bytes("some text"));
  for (std::size_t i = 0; i < body.sealed.size(); ++i) {
    std::string changed = body.sealed;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_EQ(code_of(sealed_.open_inline(body.ref, changed)), ErrorCode::Corrupt);
    EXPECT_EQ(code_of(sealed_.open_inline(body.ref, body.sealed.substr(0, i))), ErrorCode::Corrupt);
  }
  SealedRef other = body.ref;
  other.size_bytes = kData + 1;
  EXPECT_EQ(code_of(sealed_.open_inline(other, body.sealed)), ErrorCode::Corrupt);
  other = body.ref;
  other.id = BlobId::make(random_);
  EXPECT_EQ(code_of(sealed_.open_inline(other, body.sealed)), ErrorCode::Corrupt);
}

TEST_F(SealedBlobsTest, OpenAnInlineBodyAsTheSameFrameABlobHas) {
  const std::string text = pattern(100);
  const SealedRef ref = write(text);
  EXPECT_EQ(sealed_.open_inline(ref, stored(ref)).value(), text);
}

// Trouble.

TEST_F(SealedBlobsTest, AreWrittenAndReadThoughThePoolIsFull) {
  const std::string text = pattern(20 * kData + 3);
  pool_.refusals = INT_MAX;
  const SealedRef ref = write(text);
  const Got got = read_all(ref);
  EXPECT_FALSE(got.error);
  EXPECT_TRUE(got.text == text);
  EXPECT_EQ(pool_.jobs, 0);
}

/// Fails writes when it is told to.
class FailingEngine final : public Engine {
 public:
  explicit FailingEngine(Engine& engine) : engine_(engine) {}

  Task<Result<std::unique_ptr<blob::Writer>>> create(BlobId id, std::uint64_t hint) override {
    CO_TRY(auto writer, co_await engine_.create(id, hint));
    std::unique_ptr<blob::Writer> failing = std::make_unique<Writer>(*this, std::move(writer));
    co_return failing;
  }
  Task<Result<>> read(BlobId id, std::uint64_t offset, MutableBytes out) override {
    return engine_.read(id, offset, out);
  }
  Task<Result<>> remove(BlobId id) override { return engine_.remove(id); }
  Task<Result<>> enumerate(std::function<bool(BlobId, std::uint64_t)> visit) override {
    return engine_.enumerate(std::move(visit));
  }

  int writes_left = INT_MAX;

 private:
  class Writer final : public blob::Writer {
   public:
    Writer(FailingEngine& owner, std::unique_ptr<blob::Writer> writer)
        : owner_(owner), writer_(std::move(writer)) {}
    Task<Result<>> write(ByteView bytes) override {
      if (owner_.writes_left-- <= 0) co_return make_error(ErrorCode::NoSpace, "injected");
      co_return co_await writer_->write(bytes);
    }
    Task<Result<std::unique_ptr<PendingBlob>>> finish() override { return writer_->finish(); }

   private:
    FailingEngine& owner_;
    std::unique_ptr<blob::Writer> writer_;
  };

  Engine& engine_;
};

TEST_F(SealedBlobsTest, PassOnWhatTheEngineSaysAndLeaveNothing) {
  FailingEngine engine(memory_);
  SealedBlobs sealed(engine, master_key_, random_, pool_);
  const std::string text = pattern(50 * kData);
  for (const int writes : {0, 1, 3}) {
    SCOPED_TRACE(writes);
    engine.writes_left = writes;
    const auto body = [&]() -> Task<ErrorCode> {
      auto writer = (co_await sealed.create(0)).value();
      auto written = co_await writer->write(as_bytes(text));
      const auto finished = co_await writer->finish();
      EXPECT_EQ(code_of(finished), ErrorCode::NoSpace);
      if (!written) {
        written = co_await writer->write(as_bytes(text));
        EXPECT_EQ(code_of(written), ErrorCode::NoSpace);
      }
      co_return code_of(finished);
    };
    EXPECT_EQ(run_task(body()), ErrorCode::NoSpace);
  }
  EXPECT_TRUE(memory_.list().empty());
}

TEST_F(SealedBlobsTest, TakeNothingAfterTheirEnd) {
  const auto body = [&]() -> Task<ErrorCode> {
    auto writer = (co_await sealed_.create(0)).value();
    EXPECT_TRUE(co_await writer->finish());
    EXPECT_EQ(code_of(co_await writer->write(as_bytes("more"))), ErrorCode::Internal);
    co_return code_of(co_await writer->finish());
  };
  EXPECT_EQ(run_task(body()), ErrorCode::Internal);
}

TEST_F(SealedBlobsTest, LetAReaderGoAtAnyMoment) {
  const SealedRef ref = write(pattern(30 * kData));
  const auto body = [&]() -> Task<bool> {
    for (std::size_t reads = 0; reads < 8; ++reads) {
      const auto source = sealed_.read(ref, 0, ref.size_bytes);
      std::string buffer(50'000, '\0');
      for (std::size_t i = 0; i < reads; ++i) {
        EXPECT_TRUE(co_await source->read(std::as_writable_bytes(std::span(buffer))));
      }
    }
    co_return true;
  };
  EXPECT_TRUE(run_task(body()));
}

}  // namespace
}  // namespace coffer::blob
