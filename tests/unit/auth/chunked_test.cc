#include "auth/signing_key_cache.h"
#include "auth/sigv4.h"
#include "base/codec.h"
#include "support/run.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace coffer::auth {
namespace {

using coffer::test::run_task;

/// Hands out a text in pieces of a given size, and counts what was asked of it after its end.
class PiecesSource final : public ByteSource {
 public:
  PiecesSource(std::string text, std::size_t piece) : text_(std::move(text)), piece_(piece) {}
  Task<Result<std::size_t>> read(MutableBytes out) override {
    const std::size_t count = std::min({piece_, out.size(), text_.size() - position_});
    std::copy_n(as_bytes(text_).begin() + static_cast<std::ptrdiff_t>(position_), count,
                out.begin());
    position_ += count;
    co_return count;
  }

 private:
  std::string text_;
  std::size_t piece_;
  std::size_t position_ = 0;
};

struct Decoded {
  std::string data;  ///< all that was handed out, before an error too
  std::optional<Error> error;
  HeaderList trailers;
};

struct Options {
  PayloadMode mode = PayloadMode::UnsignedTrailer;
  std::optional<ChunkSigning> signing;
  std::uint64_t length = 0;
  std::vector<std::string> announced;
  std::size_t piece = 1 << 20;
  std::size_t out = 64 * 1024;
};

Decoded decode(const std::string& body, const Options& options) {
  PiecesSource source(body, options.piece);
  const auto decoder = make_chunked_decoder(source, options.mode, options.signing, options.length,
                                            options.announced);
  Decoded result;
  std::vector<std::byte> out(options.out);
  for (;;) {
    const auto count = run_task(decoder->read(out));
    if (!count) {
      result.error = count.error();
      // The stream has ended with it.
      const auto again = run_task(decoder->read(out));
      EXPECT_TRUE(!again && again.error().code() == result.error->code());
      return result;
    }
    if (*count == 0) break;
    result.data.append(as_text(ByteView(out).first(*count)));
  }
  const auto after_end = run_task(decoder->read(out));
  EXPECT_TRUE(after_end && *after_end == 0);
  result.trailers = decoder->trailers();
  return result;
}

std::string_view code_of(const Decoded& decoded) {
  return decoded.error ? to_string(decoded.error->code()) : "none";
}

constexpr std::string_view kSecret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const std::string kScope = "20130524/us-east-1/s3/aws4_request";
const std::string kAmzDate = "20130524T000000Z";

ChunkSigning signing_from(const std::string& seed) {
  ChunkSigning signing;
  signing.signing_key = derive_signing_key(kSecret, "20130524", "us-east-1", "s3").bytes;
  signing.scope = kScope;
  signing.amz_date = kAmzDate;
  signing.seed_signature = seed;
  return signing;
}

// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html
const std::string kExampleSeed = "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9";
std::string example_body() {
  return "10000;chunk-signature="
         "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648\r\n" +
         std::string(65536, 'a') +
         "\r\n400;chunk-signature="
         "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497\r\n" +
         std::string(1024, 'a') +
         "\r\n0;chunk-signature=b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9"
         "\r\n\r\n";
}
Options example_options() {
  Options options;
  options.mode = PayloadMode::SignedChunks;
  options.signing = signing_from(kExampleSeed);
  options.length = 66560;
  return options;
}

// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html
const std::string kTrailerSeed = "106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e";
const std::string kTrailerSignature =
    "d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435";
const std::string kTrailerBlock =
    "x-amz-checksum-crc32c:sOO8/Q==\r\nx-amz-trailer-signature:" + kTrailerSignature + "\r\n\r\n";
std::string trailer_chunks() {
  return "10000;chunk-signature="
         "b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2\r\n" +
         std::string(65536, 'a') +
         "\r\n400;chunk-signature="
         "1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7\r\n" +
         std::string(1024, 'a') +
         "\r\n0;chunk-signature="
         "2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992\r\n";
}
Options trailer_options() {
  Options options;
  options.mode = PayloadMode::SignedChunksTrailer;
  options.signing = signing_from(kTrailerSeed);
  options.length = 66560;
  options.announced = {"x-amz-checksum-crc32c"};
  return options;
}

TEST(ChunkedDecoder, DecodesThePublishedSignedUploadHoweverItArrives) {
  for (std::size_t piece :
       {std::size_t{1}, std::size_t{7}, std::size_t{1000}, std::size_t{1 << 20}}) {
    for (std::size_t out :
         {std::size_t{1}, std::size_t{100}, std::size_t{65536}, std::size_t{1 << 20}}) {
      if (piece == 1 && out != 65536) continue;  // seconds, and no other path
      Options options = example_options();
      options.piece = piece;
      options.out = out;
      const Decoded decoded = decode(example_body(), options);
      EXPECT_EQ(code_of(decoded), "none");
      EXPECT_EQ(decoded.data, std::string(66560, 'a'));
      EXPECT_TRUE(decoded.trailers.empty());
    }
  }
}

TEST(ChunkedDecoder, DecodesThePublishedSignedTrailers) {
  const Decoded decoded = decode(trailer_chunks() + kTrailerBlock, trailer_options());
  EXPECT_EQ(code_of(decoded), "none");
  EXPECT_EQ(decoded.data, std::string(66560, 'a'));
  ASSERT_EQ(decoded.trailers.size(), 1U);
  EXPECT_EQ(decoded.trailers.find("x-amz-checksum-crc32c"), "sOO8/Q==");
}

TEST(ChunkedDecoder, ToleratesTheLineEndsThatClientsSend) {
  const std::string checksum = "x-amz-checksum-crc32c:sOO8/Q==";
  const std::string signature = "x-amz-trailer-signature:" + kTrailerSignature;
  for (const std::string& block :
       {checksum + "\n" + signature + "\n\n", checksum + "\n\r\n" + signature + "\r\n\r\n",
        "\r\n" + checksum + "\r\n" + signature + "\r\n", checksum + "\r\n" + signature + "\r\n",
        checksum + "\r\n" + signature + "\r\n\r\n\r\n",
        "X-Amz-Checksum-CRC32C : sOO8/Q== \r\nX-Amz-Trailer-Signature: " + kTrailerSignature +
            "\r\n\r\n"}) {
    const bool space_in_name = block.find(" :") != std::string::npos;
    const Decoded decoded = decode(trailer_chunks() + block, trailer_options());
    EXPECT_EQ(code_of(decoded), space_in_name ? "InvalidRequest" : "none") << block;
  }
}

TEST(ChunkedDecoder, NoticesAChangeOfAnythingSigned) {
  const std::string good = example_body();
  const std::size_t first_data = good.find("\r\n") + 2;
  const std::size_t second_header = first_data + 65536 + 2;
  const std::size_t second_data = good.find("\r\n", second_header) + 2;
  for (const std::size_t at : {first_data, first_data + 65535, second_data, second_data + 1023}) {
    std::string body = good;
    body[at] = 'b';
    EXPECT_EQ(code_of(decode(body, example_options())), "SignatureDoesNotMatch") << at;
  }
  for (const std::string signature : {"ad80c730", "0055627c", "b6c6ea8a"}) {
    std::string body = good;
    body[body.find(signature)] = '1';
    EXPECT_EQ(code_of(decode(body, example_options())), "SignatureDoesNotMatch") << signature;
  }
  Options options = example_options();
  options.signing->seed_signature[0] = '5';
  EXPECT_EQ(code_of(decode(good, options)), "SignatureDoesNotMatch");
  options = example_options();
  options.signing->amz_date = "20130524T000001Z";
  EXPECT_EQ(code_of(decode(good, options)), "SignatureDoesNotMatch");
  options = example_options();
  options.signing->scope = "20130524/auto/s3/aws4_request";
  EXPECT_EQ(code_of(decode(good, options)), "SignatureDoesNotMatch");
  options = example_options();
  options.signing->signing_key[0] ^= std::byte{1};
  EXPECT_EQ(code_of(decode(good, options)), "SignatureDoesNotMatch");
}

TEST(ChunkedDecoder, NoticesChangedOrMissingSignedTrailers) {
  const auto answer = [](const std::string& block) {
    return std::string(code_of(decode(trailer_chunks() + block, trailer_options())));
  };
  const std::string signature = "x-amz-trailer-signature:" + kTrailerSignature + "\r\n\r\n";
  EXPECT_EQ(answer("x-amz-checksum-crc32c:sOO8/A==\r\n" + signature), "SignatureDoesNotMatch");
  EXPECT_EQ(answer("x-amz-checksum-crc32c:sOO8/Q==\r\nx-amz-trailer-signature:" +
                   std::string(64, '0') + "\r\n\r\n"),
            "SignatureDoesNotMatch");
  EXPECT_EQ(answer("x-amz-checksum-crc32c:sOO8/Q==\r\n\r\n"), "InvalidRequest");
  EXPECT_EQ(answer(signature), "InvalidRequest");
  EXPECT_EQ(answer("\r\n"), "InvalidRequest");
  EXPECT_EQ(answer(""), "InvalidRequest");
  EXPECT_EQ(
      answer(signature.substr(0, signature.size() - 2) + "x-amz-checksum-crc32c:sOO8/Q==\r\n\r\n"),
      "InvalidRequest");
}

TEST(ChunkedDecoder, KeepsTheLastBytesOfAChunkUntilItsSignatureHolds) {
  std::string body = example_body();
  body[body.find("ad80c730")] = '1';
  Options options = example_options();
  options.out = 60000;
  const Decoded first_bad = decode(body, options);
  EXPECT_EQ(code_of(first_bad), "SignatureDoesNotMatch");
  EXPECT_LT(first_bad.data.size(), 65536U);
  // Of the last chunk too, until all that follows it holds.
  body = example_body();
  body[body.find("b6c6ea8a")] = '1';
  const Decoded last_bad = decode(body, options);
  EXPECT_EQ(code_of(last_bad), "SignatureDoesNotMatch");
  EXPECT_EQ(last_bad.data.size(), 65536U);
}

TEST(ChunkedDecoder, DecodesUnsignedChunksWithTrailers) {
  Options options;
  options.length = 11;
  options.announced = {" X-Amz-Checksum-CRC32 ", "x-amz-checksum-crc32", "x-other"};
  const Decoded decoded = decode(
      "5\r\nhello\r\n006;ext=1\r\n world\r\n000\r\n"
      "x-amz-checksum-crc32:DUoRhQ==\r\nX-Other: v : w \r\n\r\n",
      options);
  EXPECT_EQ(code_of(decoded), "none");
  EXPECT_EQ(decoded.data, "hello world");
  ASSERT_EQ(decoded.trailers.size(), 2U);
  EXPECT_EQ(decoded.trailers.find("x-amz-checksum-crc32"), "DUoRhQ==");
  EXPECT_EQ(decoded.trailers.find("x-other"), "v : w");
}

TEST(ChunkedDecoder, DecodesAnEmptyBody) {
  Options options;
  for (const std::string body : {"0\r\n\r\n", "0\r\n", "0000000000000000\r\n\r\n"}) {
    EXPECT_EQ(code_of(decode(body, options)), "none") << body;
  }
  options.announced = {"a"};
  const Decoded decoded = decode("0\r\na:\r\n\r\n", options);
  EXPECT_EQ(code_of(decoded), "none");
  EXPECT_EQ(decoded.trailers.find("a"), "");
}

TEST(ChunkedDecoder, RefusesMalformedFraming) {
  struct Row {
    std::string body, code;
    std::vector<std::string> announced = {};
    std::uint64_t length = 5;
  };
  const std::string invalid = "InvalidRequest";
  const std::string incomplete = "IncompleteBody";
  const std::vector<Row> rows = {
      // Chunk headers.
      {"\r\nhello\r\n0\r\n\r\n", invalid},
      {"x\r\nhello\r\n0\r\n\r\n", invalid},
      {"5 \r\nhello\r\n0\r\n\r\n", invalid},
      {" 5\r\nhello\r\n0\r\n\r\n", invalid},
      {"-5\r\nhello\r\n0\r\n\r\n", invalid},
      {"0x5\r\nhello\r\n0\r\n\r\n", invalid},
      {"5\nhello\r\n0\r\n\r\n", invalid},
      {";chunk-signature=a\r\nhello\r\n0\r\n\r\n", invalid},
      {"00000000000000005\r\nhello\r\n0\r\n\r\n", invalid},
      {"ffffffffffffffff\r\nhello\r\n0\r\n\r\n", invalid},
      {"10000000000000005\r\nhello\r\n0\r\n\r\n", invalid},
      {"5;" + std::string(2000, 'x') + "\r\nhello\r\n0\r\n\r\n", invalid},
      {std::string(100000, '5'), invalid},
      // Data and its end.
      {"5\r\nhelloX\r\n0\r\n\r\n", invalid},
      {"5\r\nhelloXY0\r\n\r\n", invalid},
      {"5\r\nhello\n0\r\n\r\n", invalid},
      {"4\r\nhello\r\n0\r\n\r\n", invalid},
      {"6\r\nhello!\r\n0\r\n\r\n", invalid},
      {"5\r\nhello\r\n1\r\n!\r\n0\r\n\r\n", invalid},
      // Too short.
      {"", incomplete},
      {"5", incomplete},
      {"5\r\n", incomplete},
      {"5\r\nhel", incomplete},
      {"5\r\nhello", incomplete},
      {"5\r\nhello\r", incomplete},
      {"5\r\nhello\r\n", incomplete},
      {"5\r\nhello\r\n0", incomplete},
      {"5\r\nhello\r\n0\r", incomplete},
      {"0\r\n\r\n", incomplete},
      {"4\r\nhell\r\n0\r\n\r\n", incomplete},
      {"5\r\nhello\r\n0\r\na:1", incomplete, {"a"}},
      // Trailers.
      {"5\r\nhello\r\n0\r\na:1\r\n\r\n", invalid},
      {"5\r\nhello\r\n0\r\n\r\n", invalid, {"a"}},
      {"5\r\nhello\r\n0\r\n", invalid, {"a"}},
      {"5\r\nhello\r\n0\r\na:1\r\na:1\r\n\r\n", invalid, {"a"}},
      {"5\r\nhello\r\n0\r\na:1\r\na:1\r\n\r\n", invalid, {"a", "b"}},
      {"5\r\nhello\r\n0\r\na:1\r\nb:1\r\n\r\n", invalid, {"a"}},
      {"5\r\nhello\r\n0\r\na\r\n\r\n", invalid, {"a"}},
      {"5\r\nhello\r\n0\r\n:1\r\n\r\n", invalid, {"a"}},
      {std::string("5\r\nhello\r\n0\r\na:1\0\r\n\r\n", 21), invalid, {"a"}},
      {"5\r\nhello\r\n0\r\na:1\rb\r\n\r\n", invalid, {"a"}},
      {"5\r\nhello\r\n0\r\nx-amz-trailer-signature:00\r\n\r\n", invalid},
      {"5\r\nhello\r\n0\r\na:" + std::string(20000, 'x') + "\r\n\r\n", invalid, {"a"}},
      {"5\r\nhello\r\n0\r\na:" + std::string(20000, 'x'), invalid, {"a"}},
      // After the end.
      {"5\r\nhello\r\n0\r\n\r\nmore", invalid},
      {"5\r\nhello\r\n0\r\n\r\n" + std::string(100, '\n'), invalid},
  };
  for (const Row& row : rows) {
    for (std::size_t piece : {std::size_t{1}, std::size_t{1 << 20}}) {
      Options options;
      options.length = row.length;
      options.announced = row.announced;
      options.piece = piece;
      const Decoded decoded = decode(row.body, options);
      EXPECT_EQ(code_of(decoded), row.code)
          << row.body.substr(0, 100) << " " << (decoded.error ? decoded.error->describe() : "");
    }
  }
}

TEST(ChunkedDecoder, AcceptsAtMostThirtyTwoTrailers) {
  for (const std::size_t count : {32U, 33U}) {
    Options options;
    std::string body = "0\r\n";
    for (std::size_t i = 0; i < count; ++i) {
      options.announced.push_back("t" + std::to_string(i));
      body += options.announced.back() + ":v\r\n";
    }
    EXPECT_EQ(code_of(decode(body + "\r\n", options)), count == 32 ? "none" : "InvalidRequest");
  }
}

TEST(ChunkedDecoder, WantsASignatureOnEveryChunkOfASignedBody) {
  Options options = example_options();
  EXPECT_EQ(code_of(decode("400\r\n" + std::string(1024, 'a') + "\r\n0\r\n\r\n", options)),
            "InvalidRequest");
  // No trailers in a mode without them.
  std::string body = example_body();
  body.insert(body.size() - 2, "x-amz-checksum-crc32c:sOO8/Q==\r\n");
  options.announced = {"x-amz-checksum-crc32c"};
  EXPECT_EQ(code_of(decode(body, options)), "InvalidRequest");
}

TEST(ChunkedDecoder, RefusesAModeWithoutWhatItNeeds) {
  Options options = example_options();
  options.signing.reset();
  EXPECT_EQ(code_of(decode(example_body(), options)), "Internal");
  options = example_options();
  options.mode = PayloadMode::UnsignedTrailer;
  EXPECT_EQ(code_of(decode(example_body(), options)), "Internal");
  options.mode = PayloadMode::Literal;
  EXPECT_EQ(code_of(decode(example_body(), options)), "Internal");
}

/// Signs like a client, by the documents' own words rather than by the decoder's code.
std::string encode_signed(const std::string& data, const std::vector<std::size_t>& sizes,
                          const ChunkSigning& signing, const std::vector<Header>& trailers) {
  std::string previous = signing.seed_signature;
  std::string body;
  const auto sign = [&](const std::string& algorithm, const std::string& rest) {
    const std::string to_sign =
        algorithm + "\n" + signing.amz_date + "\n" + signing.scope + "\n" + previous + "\n" + rest;
    previous = hex_encode(hmac_sha256(signing.signing_key, as_bytes(to_sign)));
    return previous;
  };
  const auto chunk = [&](const std::string& piece) {
    char size[17];
    std::snprintf(size, sizeof size, "%zx", piece.size());
    body += std::string(size) + ";chunk-signature=" +
            sign("AWS4-HMAC-SHA256-PAYLOAD", sha256_hex("") + "\n" + sha256_hex(piece)) + "\r\n";
    if (!piece.empty()) body += piece + "\r\n";
  };
  std::size_t at = 0;
  for (const std::size_t size : sizes) {
    chunk(data.substr(at, size));
    at += size;
  }
  chunk("");
  std::string lines;
  for (const Header& trailer : trailers) lines += trailer.name + ":" + trailer.value + "\n";
  for (const Header& trailer : trailers) body += trailer.name + ":" + trailer.value + "\r\n";
  if (!trailers.empty()) {
    body +=
        "x-amz-trailer-signature:" + sign("AWS4-HMAC-SHA256-TRAILER", sha256_hex(lines)) + "\r\n";
  }
  return body + "\r\n";
}

TEST(ChunkedDecoder, DecodesRandomSignedBodiesAndNoticesAnyFlippedBit) {
  std::mt19937 engine(20130524);  // repeatable
  const auto below = [&](std::size_t n) { return engine() % n; };
  for (int round = 0; round < 60; ++round) {
    std::vector<std::size_t> sizes;
    std::string data;
    for (std::size_t i = below(5); i > 0; --i) {
      sizes.push_back(1 + below(round % 10 == 0 ? 40000 : 50));
      for (std::size_t k = sizes.back(); k > 0; --k) data.push_back(static_cast<char>(engine()));
    }
    Options options;
    const bool with_trailers = below(2) == 0;
    std::vector<Header> trailers;
    if (with_trailers) trailers = {{"x-amz-checksum-crc32", "AAAAAA=="}, {"x-b", "2"}};
    options.mode = with_trailers ? PayloadMode::SignedChunksTrailer : PayloadMode::SignedChunks;
    options.announced = with_trailers ? std::vector<std::string>{"x-b", "x-amz-checksum-crc32"}
                                      : std::vector<std::string>{};
    options.signing = signing_from(kExampleSeed);
    options.length = data.size();
    options.piece = 1 + below(3000);
    options.out = 1 + below(50000);
    const std::string body = encode_signed(data, sizes, *options.signing, trailers);
    const Decoded decoded = decode(body, options);
    ASSERT_EQ(code_of(decoded), "none") << round << decoded.error->describe();
    ASSERT_EQ(decoded.data, data);
    ASSERT_EQ(decoded.trailers.size(), trailers.size());
    // Line ends apart, which are lenient at the very end, no bit may flip.
    for (int flip = 0; flip < 20; ++flip) {
      std::string changed = body;
      const std::size_t at = below(body.size() - 4);
      changed[at] = static_cast<char>(changed[at] ^ (1 << below(8)));
      const Decoded bad = decode(changed, options);
      if (!bad.error) {
        // Only the case of a name or of a size's digit, or a CR gone from a trailer's line.
        EXPECT_EQ(bad.data, data);
        EXPECT_EQ(bad.trailers.size(), trailers.size());
      }
    }
  }
}

}  // namespace
}  // namespace coffer::auth
