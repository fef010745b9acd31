#include "http/chunked.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <string>
#include <vector>

namespace coffer::http {
namespace {

struct Decoded {
  std::string data;
  std::string rest;  ///< what was not taken
  bool done = false;
  bool broken = false;
};

Decoded decode(std::string_view bytes, std::size_t step) {
  Decoded out;
  ChunkedDecoder decoder;
  std::string pending;
  for (std::size_t at = 0; at < bytes.size() || !pending.empty();) {
    const std::string_view more = bytes.substr(std::min(at, bytes.size()), step);
    at += more.size();
    pending += more;
    while (!pending.empty() && !decoder.done() && !decoder.broken()) {
      std::size_t taken = 0;
      if (decoder.data_left() > 0) {
        taken =
            static_cast<std::size_t>(std::min<std::uint64_t>(decoder.data_left(), pending.size()));
        out.data += pending.substr(0, taken);
        decoder.consume_data(taken);
      } else {
        taken = decoder.consume_framing(pending);
      }
      pending.erase(0, taken);
    }
    if (decoder.done() || decoder.broken()) {
      out.rest = pending + std::string(bytes.substr(std::min(at, bytes.size())));
      break;
    }
  }
  out.done = decoder.done();
  out.broken = decoder.broken();
  return out;
}

TEST(Chunked, ReadsChunksExtensionsAndTrailersHoweverSplit) {
  const std::string body =
      "5\r\nhello\r\n00A;name=value;q=\"x\"\r\n, chunked!\r\n1\r\n.\r\n0;last\r\nX-T: v\r\nY: "
      "\r\n\r\n"
      "GET /next";
  for (const std::size_t step : {1UL, 2UL, 3UL, 7UL, 1000UL}) {
    const Decoded decoded = decode(body, step);
    EXPECT_TRUE(decoded.done) << step;
    EXPECT_EQ(decoded.data, "hello, chunked!.") << step;
    EXPECT_EQ(decoded.rest, "GET /next") << step;
  }
}

TEST(Chunked, RefusesLooseFraming) {
  using namespace std::string_literals;
  for (const std::string& body : std::vector<std::string>{
           "\r\n",
           "x\r\n",
           "-1\r\n",
           "+1\r\n",
           "0x1\r\n",
           " 1\r\n",
           "1 \r\n",
           "1\n",
           "1\r\r\n",
           ";a\r\n",
           "1\r\nab\r\n",
           "1\r\na\n",
           "1\r\na\r\r",
           "1;a\nb\r\n",
           "1;\x01\r\n",
           "1;a\0b\r\n"s,
           "0\r\n folded\r\n",
           "0\r\nA: b\n\r\n",
           "0\r\nA: \x7f\r\n",
           "0\r\n\rx",
           "1000000000000000\r\n",
           "1;" + std::string(ChunkedDecoder::kExtensionBytesMax + 1, 'a') + "\r\n",
           "0\r\nA:" + std::string(ChunkedDecoder::kTrailerBytesMax, 'a') + "\r\n\r\n"}) {
    EXPECT_TRUE(decode(body, 1).broken) << body.substr(0, 40);
    EXPECT_TRUE(decode(body, 1000).broken) << body.substr(0, 40);
  }
}

TEST(Chunked, CountsExtensionsOverTheWholeBody) {
  // A tiny chunk with a long extension, over and over, would be work without data.
  std::string body;
  for (int i = 0; i < 20; ++i) body += "1;" + std::string(1000, 'e') + "\r\na\r\n";
  EXPECT_TRUE(decode(body, 4096).broken);
}

}  // namespace
}  // namespace coffer::http
