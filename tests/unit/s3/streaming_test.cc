// Bodies in signed chunks, from the request to the stored object:
// docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html and sigv4-streaming-trailers.html.
// (Their published vectors are in tests/unit/auth/chunked_test.cc.)

#include "auth/signing_key_cache.h"
#include "service_fixture.h"

#include <cstdio>

namespace coffer::s3::test {
namespace {

const std::string kSigned = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD";
const std::string kSignedTrailer = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER";
/// CRC32 of "123456789".
const std::string kTrailer = "x-amz-checksum-crc32:y/Q5Jg==";

class StreamingTest : public ServiceTest {
 protected:
  explicit StreamingTest(bool strict = false) : ServiceTest(strict) { put("/bucket"); }

  /// An upload of the chunks, each signed after the one before, the first after the request.
  Message upload(const std::vector<std::string>& chunks, const std::string& mode,
                 const std::string& trailer = "") {
    std::size_t length = 0;
    for (const std::string& chunk : chunks) length += chunk.size();
    Message message{.method = "PUT",
                    .path = "/bucket/k",
                    .headers = {{"Content-Encoding", "aws-chunked"},
                                {"x-amz-decoded-content-length", std::to_string(length)}},
                    .payload_hash = mode};
    if (!trailer.empty()) {
      message.headers.emplace_back("x-amz-trailer", trailer.substr(0, trailer.find(':')));
    }
    message = sign(std::move(message), admin_);

    const std::string authorization = message.headers.back().second;
    std::string previous = authorization.substr(authorization.rfind('=') + 1);
    const std::string date = format_amz_date(clock_.now());
    const std::string scope = date.substr(0, 8) + "/auto/s3/aws4_request";
    const auth::SigningKey key =
        auth::derive_signing_key(admin_.secret, date.substr(0, 8), "auto", "s3");
    const auto next_signature = [&](const std::string& kind, const std::string& hashes) {
      previous = hex_encode(key.hmac.mac("AWS4-HMAC-SHA256-" + kind + "\n" + date + "\n" + scope +
                                         "\n" + previous + "\n" + hashes));
      return previous;
    };
    const auto add_chunk = [&](const std::string& chunk) {
      char size[17];
      std::snprintf(size, sizeof size, "%zx", chunk.size());
      message.body += size;
      message.body += ";chunk-signature=" +
                      next_signature("PAYLOAD", sha256_hex("") + "\n" + sha256_hex(chunk)) + "\r\n";
      message.body += chunk;
    };
    for (const std::string& chunk : chunks) {
      add_chunk(chunk);
      message.body += "\r\n";
    }
    add_chunk("");
    if (!trailer.empty()) {
      message.body += trailer + "\r\nx-amz-trailer-signature:" +
                      next_signature("TRAILER", sha256_hex(trailer + "\n")) + "\r\n";
    }
    message.body += "\r\n";
    return message;
  }
};
class StrictStreamingTest : public StreamingTest {
 protected:
  StrictStreamingTest() : StreamingTest(true) {}
};

TEST_F(StreamingTest, StoresWhatSignedChunksCarry) {
  const std::string first(100'000, 'a');
  const std::string second(70'000, 'b');
  ASSERT_EQ(send_unsigned(upload({first, second}, kSigned)).code(), "200");
  EXPECT_EQ(get("/bucket/k").body, first + second);
  EXPECT_EQ(get("/bucket/k").header("Content-Encoding"), "<none>");
  ASSERT_EQ(send_unsigned(upload({}, kSigned)).code(), "200");
  EXPECT_EQ(get("/bucket/k").body, "");
}

TEST_F(StreamingTest, StoresAndChecksSignedTrailers) {
  const Reply stored = send_unsigned(upload({"12345", "6789"}, kSignedTrailer, kTrailer));
  ASSERT_EQ(stored.code(), "200") << stored.body;
  EXPECT_EQ(stored.header("x-amz-checksum-crc32"), "y/Q5Jg==");
  EXPECT_EQ(get("/bucket/k").body, "123456789");
  EXPECT_EQ(send_unsigned(upload({"other"}, kSignedTrailer, kTrailer)).code(), "400 BadDigest");
  EXPECT_EQ(get("/bucket/k").body, "123456789");
}

TEST_F(StreamingTest, StoresNothingOfWhatWasTamperedWith) {
  const Message chunks = upload({"12345", "6789"}, kSigned);
  const Message trailers = upload({"12345", "6789"}, kSignedTrailer, kTrailer);
  for (const std::string text : {"12345", "6789", ";chunk-signature="}) {
    Message changed = chunks;
    const std::size_t at = changed.body.find(text) + text.size() - 1;
    // A byte of the data, or the first of a signature.
    std::size_t target = text.front() == ';' ? at + 1 : at;
    changed.body[target] = changed.body[target] == '0' ? '1' : '0';
    EXPECT_EQ(send_unsigned(changed).code(), "403 SignatureDoesNotMatch") << text;
  }
  Message changed = trailers;
  changed.body.replace(changed.body.find("y/Q5Jg=="), 8, "AAAAAA==");
  EXPECT_EQ(send_unsigned(changed).code(), "403 SignatureDoesNotMatch");
  // Cut off where a chunk ends, as an attacker on the way could.
  changed = chunks;
  changed.body.resize(changed.body.find("\r\n4;") + 2);
  EXPECT_EQ(send_unsigned(changed).code(), "400 IncompleteBody");
  // The chunks of one request do not fit another.
  clock_.advance(std::chrono::seconds(1));
  changed = upload({"12345", "6789"}, kSigned);
  changed.body = chunks.body;
  EXPECT_EQ(send_unsigned(changed).code(), "403 SignatureDoesNotMatch");
  EXPECT_EQ(get("/bucket/k").code(), "404 NoSuchKey");
}

TEST_F(StrictStreamingTest, SignedChunksAreNotImplemented) {
  for (const std::string& mode : {kSigned, kSignedTrailer}) {
    const Reply refused = send_unsigned(upload({"x"}, mode));
    EXPECT_EQ(refused.code(), "501 NotImplemented");
    EXPECT_EQ(refused.element("Message"), mode + " not implemented");
  }
  EXPECT_EQ(get("/bucket/k").code(), "404 NoSuchKey");
}

}  // namespace
}  // namespace coffer::s3::test
