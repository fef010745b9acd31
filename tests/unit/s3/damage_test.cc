// What a client sees of a body whose bytes were damaged on the disk: never one of them.

#include "service_fixture.h"
#include "store/layout.h"

namespace coffer::s3::test {
namespace {

/// Flips one byte of what is read from a given offset of any blob on.
class DamagedBlobs final : public blob::Engine {
 public:
  Task<Result<std::unique_ptr<blob::Writer>>> create(BlobId id, std::uint64_t hint) override {
    return engine_->create(id, hint);
  }
  Task<Result<>> read(BlobId id, std::uint64_t offset, MutableBytes out) override {
    CO_TRY_VOID(co_await engine_->read(id, offset, out));
    if (damaged_at && *damaged_at >= offset && *damaged_at < offset + out.size()) {
      out[*damaged_at - offset] ^= std::byte{1};
    }
    co_return ok();
  }
  Task<Result<>> remove(BlobId id) override { return engine_->remove(id); }
  Task<Result<>> enumerate(std::function<bool(BlobId, std::uint64_t)> visit) override {
    return engine_->enumerate(std::move(visit));
  }

  std::optional<std::uint64_t> damaged_at;

 private:
  std::unique_ptr<blob::Engine> engine_ = blob::make_memory_engine();
};

class DamageTest : public ServiceTest {
 protected:
  DamageTest() : DamageTest(std::make_unique<DamagedBlobs>()) {}

  struct Read {
    int status = 0;
    std::string text;                ///< all that was handed out
    std::optional<ErrorCode> error;  ///< how the stream ended, if not well
  };
  Read read(const std::string& path, const std::string& range = "") {
    Message message{.path = path};
    if (!range.empty()) message.headers.emplace_back("Range", range);
    const auto request = make_request(sign(std::move(message), admin_));
    StringSource no_body("");
    request->body = &no_body;
    const http::Response response = run(service_->handle(*request));
    Read result;
    result.status = response.status;
    if (!response.stream) return result;
    std::vector<std::byte> piece(10'000);
    for (;;) {
      const auto count = run(response.stream->read(piece));
      if (!count) {
        result.error = count.error().code();
        return result;
      }
      if (*count == 0) return result;
      result.text += as_text(ByteView(piece).first(*count));
    }
  }

  /// Sealed frames: 65,520 bytes of data and a tag of 16 (docs/decisions/0005).
  static constexpr std::size_t kFrameBytes = 65'536;
  static constexpr std::size_t kFrameData = 65'520;
  DamagedBlobs& blobs_;

 private:
  explicit DamageTest(std::unique_ptr<DamagedBlobs> blobs) : DamageTest(*blobs, blobs) {}
  DamageTest(DamagedBlobs& blobs, std::unique_ptr<DamagedBlobs>& owner)
      : ServiceTest(false, engines(std::move(owner))), blobs_(blobs) {
    put("/bucket");
  }
  static Engines engines(std::unique_ptr<DamagedBlobs> blobs) {
    Engines made = memory_engines();
    made.blobs = std::move(blobs);
    return made;
  }
};

std::string numbered_text(std::size_t size) {
  std::string text;
  while (text.size() < size) text += std::to_string(text.size()) + " ";
  text.resize(size);
  return text;
}

TEST_F(DamageTest, OfTheFirstFrameIsKnownBeforeAnythingIsSent) {
  const std::string text = numbered_text(700'000);
  put("/bucket/k", text);
  ASSERT_EQ(read("/bucket/k").text, text);
  for (const std::size_t at : {std::size_t{0}, std::size_t{1'000}, kFrameBytes - 1}) {
    blobs_.damaged_at = at;
    const Read got = read("/bucket/k");
    // The answer is not on the wire yet: http makes a 500 of it.
    EXPECT_EQ(got.text, "");
    EXPECT_EQ(got.error, ErrorCode::Corrupt);
    EXPECT_EQ(head("/bucket/k").status, 200) << "HEAD reads the record alone";
  }
}

TEST_F(DamageTest, OfALaterFrameEndsTheStreamBeforeIt) {
  const std::string text = numbered_text(700'000);
  put("/bucket/k", text);
  for (const std::size_t frame : {1U, 5U, 10U}) {
    blobs_.damaged_at = frame * kFrameBytes + 7;
    const Read got = read("/bucket/k");
    EXPECT_EQ(got.status, 200);
    EXPECT_EQ(got.error, ErrorCode::Corrupt);
    EXPECT_LE(got.text.size(), frame * kFrameData);
    EXPECT_EQ(got.text, text.substr(0, got.text.size())) << "only what authenticates";
  }
  // The frames around it can still be read.
  blobs_.damaged_at = 5 * kFrameBytes + 7;
  const Read before = read("/bucket/k", "bytes=0-99");
  EXPECT_EQ(before.status, 206);
  EXPECT_EQ(before.text, text.substr(0, 100));
  const Read behind = read("/bucket/k", "bytes=-1000");
  EXPECT_EQ(behind.error, std::nullopt);
  EXPECT_EQ(behind.text, text.substr(699'000));
}

TEST_F(DamageTest, OfAPartEndsTheStreamAtThatPart) {
  const std::string id = post("/bucket/k", "uploads").element("UploadId");
  std::string parts;
  std::string text;
  for (const std::string number : {"1", "2"}) {
    const std::string body = numbered_text(number == "1" ? 100'000 : 90'000);
    text += body;
    put("/bucket/k", body, {}, "partNumber=" + number + "&uploadId=" + id);
    parts +=
        "<Part><PartNumber>" + number + "</PartNumber><ETag>" + md5_of(body) + "</ETag></Part>";
  }
  ASSERT_EQ(post("/bucket/k", "uploadId=" + id,
                 "<CompleteMultipartUpload>" + parts + "</CompleteMultipartUpload>")
                .status,
            200);
  // Only the first part is so long.
  blobs_.damaged_at = 95'000;
  const Read got = read("/bucket/k");
  EXPECT_EQ(got.status, 200);
  EXPECT_EQ(got.error, ErrorCode::Corrupt);
  EXPECT_LT(got.text.size(), 100'000U);
  EXPECT_EQ(got.text, text.substr(0, got.text.size()));
  EXPECT_EQ(read("/bucket/k", "bytes=100000-").text, text.substr(100'000));
}

TEST_F(DamageTest, OfAnInlineBodyIsA500InNeutralWords) {
  put("/bucket/k", "inline");
  const store::BucketAddress address(account_, Jurisdiction::Default,
                                     BucketName::parse("bucket").value());
  const auto bucket = run(store_->get_bucket(address)).value();
  const meta::Partition partition = store::layout::bucket_partition(bucket.id);
  std::string key;
  std::string sealed;
  meta::Visitor visit = [&](std::string_view found, std::string_view value, meta::Version) {
    key = found;
    sealed = value;
    return meta::Step::stop();
  };
  ASSERT_TRUE(run(engines_.meta->scan(partition, meta::Range(meta::Family::Body, "", ""), visit)));
  ASSERT_FALSE(sealed.empty());
  sealed[0] = static_cast<char>(sealed[0] ^ 1);
  meta::Commit change(partition, "");
  change.puts.emplace_back(meta::Key{meta::Family::Body, key}, sealed);
  ASSERT_TRUE(run(engines_.meta->commit(std::move(change))));

  const Reply got = get("/bucket/k");
  EXPECT_EQ(got.code(), "500 InternalError");
  EXPECT_EQ(got.element("Message"), "We encountered an internal error. Please try again.");
  EXPECT_EQ(log_error_, "Corrupt");
  EXPECT_EQ(put("/bucket/copy", "", {{"x-amz-copy-source", "bucket/k"}}).code(),
            "500 InternalError");
}

}  // namespace
}  // namespace coffer::s3::test
