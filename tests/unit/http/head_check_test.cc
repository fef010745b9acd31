#include "http/head_check.h"

#include <gmock/gmock.h>

#include <string>

namespace coffer::http {
namespace {

constexpr HeadLimits kLimits{64 * 1024, 16 * 1024, 200};

/// What a connection does with these bytes: 0 when the head is accepted, -1 when it is not over
/// yet.
int status_of(std::string_view bytes, Head& head, const HeadLimits& limits = kLimits) {
  HeadScanner scanner(limits);
  switch (scanner.feed(bytes)) {
    case HeadScanner::State::Incomplete:
      return -1;
    case HeadScanner::State::Refused:
      return scanner.refusal().status;
    case HeadScanner::State::Complete:
      break;
  }
  const auto whole = bytes.substr(scanner.begin(), scanner.end() - scanner.begin());
  const std::optional<HeadRefusal> refusal = parse_head(whole, limits, head);
  return refusal ? refusal->status : 0;
}

int status_of(std::string_view bytes) {
  Head head;
  return status_of(bytes, head);
}

struct Row {
  std::string_view name;
  std::string bytes;
  int status;
};

const std::string kGet = "GET / HTTP/1.1\r\n";
const std::string kHost = "Host: h\r\n";

TEST(HeadCheck, RefusesWhatParsersDisagreeAbout) {
  using namespace std::string_literals;
  const std::vector<Row> rows{
      {"obs-fold", kGet + kHost + "A: b\r\n c\r\n\r\n", 400},
      {"obs-fold with tab", kGet + kHost + "A: b\r\n\tc\r\n\r\n", 400},
      {"fold before any field", kGet + " Host: h\r\n\r\n", 400},
      {"bare LF after the request line", "GET / HTTP/1.1\nHost: h\r\n\r\n", 400},
      {"bare LF in the fields", kGet + "Host: h\nA: b\r\n\r\n", 400},
      {"bare LF as the end", kGet + kHost + "\n", 400},
      {"bare CR", kGet + "Host: h\rA: b\r\n\r\n", 400},
      {"CR CR LF", kGet + "Host: h\r\r\n\r\n", 400},
      {"NUL in a value", kGet + "Host: h\r\nA: b\0c\r\n\r\n"s, 400},
      {"control byte in a value", kGet + kHost + "A: \x01\r\n\r\n", 400},
      {"DEL in a value", kGet + kHost + "A: \x7f\r\n\r\n", 400},
      {"space before the colon", kGet + kHost + "A : b\r\n\r\n", 400},
      {"tab before the colon", kGet + kHost + "A\t: b\r\n\r\n", 400},
      {"space in Content-Length's name", kGet + kHost + "Content-Length : 5\r\n\r\n", 400},
      {"empty name", kGet + kHost + ": b\r\n\r\n", 400},
      {"no colon", kGet + kHost + "Ab\r\n\r\n", 400},
      {"name with a slash", kGet + kHost + "A/b: c\r\n\r\n", 400},
      {"name outside ASCII", kGet + kHost + "\xc3\xa9: c\r\n\r\n", 400},
      {"two Content-Length", kGet + kHost + "Content-Length: 1\r\nContent-Length: 2\r\n\r\n", 400},
      {"the same twice", kGet + kHost + "Content-Length: 1\r\ncontent-length: 1\r\n\r\n", 400},
      {"listed Content-Length", kGet + kHost + "Content-Length: 1, 1\r\n\r\n", 400},
      {"signed Content-Length", kGet + kHost + "Content-Length: +1\r\n\r\n", 400},
      {"negative Content-Length", kGet + kHost + "Content-Length: -1\r\n\r\n", 400},
      {"hex Content-Length", kGet + kHost + "Content-Length: 0x1\r\n\r\n", 400},
      {"empty Content-Length", kGet + kHost + "Content-Length:\r\n\r\n", 400},
      {"Content-Length over 64 bits", kGet + kHost + "Content-Length: 18446744073709551616\r\n\r\n",
       400},
      {"length and chunked",
       kGet + kHost + "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
      {"chunked and length",
       kGet + kHost + "Transfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n", 400},
      {"xchunked", kGet + kHost + "Transfer-Encoding: xchunked\r\n\r\n", 400},
      {"gzip, chunked", kGet + kHost + "Transfer-Encoding: gzip, chunked\r\n\r\n", 400},
      {"chunked, chunked", kGet + kHost + "Transfer-Encoding: chunked, chunked\r\n\r\n", 400},
      {"chunked, identity", kGet + kHost + "Transfer-Encoding: chunked, identity\r\n\r\n", 400},
      {"identity", kGet + kHost + "Transfer-Encoding: identity\r\n\r\n", 400},
      {"empty Transfer-Encoding", kGet + kHost + "Transfer-Encoding:\r\n\r\n", 400},
      {"quoted chunked", kGet + kHost + "Transfer-Encoding: \"chunked\"\r\n\r\n", 400},
      {"chunked twice",
       kGet + kHost + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
      {"chunked on HTTP/1.0", "GET / HTTP/1.0\r\n" + kHost + "Transfer-Encoding: chunked\r\n\r\n",
       400},
      {"no Host", kGet + "\r\n", 400},
      {"no Host on HTTP/1.0", "GET / HTTP/1.0\r\n\r\n", 400},
      {"two Hosts", kGet + "Host: a\r\nHost: b\r\n\r\n", 400},
      {"the same Host twice", kGet + kHost + kHost + "\r\n", 400},
      {"empty Host", kGet + "Host:\r\n\r\n", 400},
      {"Host with a space", kGet + "Host: a b\r\n\r\n", 400},
      {"Host with a path", kGet + "Host: a/b\r\n\r\n", 400},
      {"Host with a user", kGet + "Host: u@a\r\n\r\n", 400},
      {"Host list", kGet + "Host: a b, c\r\n\r\n", 400},
      {"Host port not a number", kGet + "Host: a:8x\r\n\r\n", 400},
      {"Host port too large", kGet + "Host: a:65536\r\n\r\n", 400},
      {"Host IPv6 not closed", kGet + "Host: [::1\r\n\r\n", 400},
      {"two spaces", "GET  / HTTP/1.1\r\n" + kHost + "\r\n", 400},
      {"three parts and a space", "GET / HTTP/1.1 \r\n" + kHost + "\r\n", 400},
      {"space in the target", "GET /a b HTTP/1.1\r\n" + kHost + "\r\n", 400},
      {"tab in the target", "GET /a\tb HTTP/1.1\r\n" + kHost + "\r\n", 400},
      {"tabs for spaces", "GET\t/\tHTTP/1.1\r\n" + kHost + "\r\n", 400},
      {"leading space", " GET / HTTP/1.1\r\n" + kHost + "\r\n", 400},
      {"no version", "GET /\r\n" + kHost + "\r\n", 400},
      {"invalid method", "G@T / HTTP/1.1\r\n" + kHost + "\r\n", 400},
      {"overlong method", std::string(33, 'A') + " / HTTP/1.1\r\n" + kHost + "\r\n", 400},
      {"relative target", "GET a HTTP/1.1\r\n" + kHost + "\r\n", 400},
      {"fragment", "GET /a#b HTTP/1.1\r\n" + kHost + "\r\n", 400},
      {"asterisk without OPTIONS", "GET * HTTP/1.1\r\n" + kHost + "\r\n", 400},
      {"authority form", "CONNECT h:443 HTTP/1.1\r\n" + kHost + "\r\n", 400},
      {"other scheme", "GET ftp://h/ HTTP/1.1\r\n" + kHost + "\r\n", 400},
      {"absolute target of another host", "GET http://g/ HTTP/1.1\r\n" + kHost + "\r\n", 400},
      {"absolute target with a user", "GET http://u@h/ HTTP/1.1\r\n" + kHost + "\r\n", 400},
      {"absolute target without a host", "GET http:/// HTTP/1.1\r\n" + kHost + "\r\n", 400},
      {"two empty lines first", "\r\n\r\n" + kGet + kHost + "\r\n", 400},
      {"lower-case version", "GET / http/1.1\r\n" + kHost + "\r\n", 400},
      {"version without a dot", "GET / HTTP/11\r\n" + kHost + "\r\n", 400},
      {"HTTP/1.2", "GET / HTTP/1.2\r\n" + kHost + "\r\n", 505},
      {"HTTP/0.9", "GET / HTTP/0.9\r\n" + kHost + "\r\n", 505},
      {"HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\n", 505},
      {"other expectation", kGet + kHost + "Expect: 200-ok\r\n\r\n", 417},
  };
  for (const Row& row : rows) EXPECT_EQ(status_of(row.bytes), row.status) << row.name;
}

TEST(HeadCheck, AcceptsWhatClientsSend) {
  const std::vector<Row> rows{
      {"one empty line first", "\r\n" + kGet + kHost + "\r\n", 0},
      {"raw bytes in the target", "GET /a{|}^\"<>\\`\xc3\xa9\xff HTTP/1.1\r\n" + kHost + "\r\n", 0},
      {"obs-text in a value", kGet + kHost + "A: \xe9\xff\r\n\r\n", 0},
      {"tab inside a value", kGet + kHost + "A: b\tc\r\n\r\n", 0},
      {"empty value", kGet + kHost + "A:\r\n\r\n", 0},
      {"Chunked in any case", kGet + kHost + "transfer-encoding: CHUNKED\r\n\r\n", 0},
      {"OPTIONS *", "OPTIONS * HTTP/1.1\r\n" + kHost + "\r\n", 0},
      {"absolute target", "GET HTTP://H/a?b HTTP/1.1\r\n" + kHost + "\r\n", 0},
      {"IPv6 host", kGet + "Host: [::1]:9000\r\n\r\n", 0},
      {"unknown method", "PURGE / HTTP/1.1\r\n" + kHost + "\r\n", 0},
  };
  for (const Row& row : rows) EXPECT_EQ(status_of(row.bytes), row.status) << row.name;
}

TEST(HeadCheck, ReadsTheParts) {
  Head head;
  ASSERT_EQ(
      status_of("PUT /b/k%20?x=1&y HTTP/1.1\r\nHost: Example.COM:90\r\nContent-Length: 007\r\n"
                "X-A: \t v \t\r\nExpect: 100-Continue\r\n\r\nGET ",
                head),
      0);
  EXPECT_EQ(head.method, "PUT");
  EXPECT_EQ(head.path, "/b/k%20");
  EXPECT_EQ(head.query, "x=1&y");
  EXPECT_EQ(head.host, "Example.COM:90");
  EXPECT_EQ(head.content_length, 7U);
  EXPECT_TRUE(head.expect_continue);
  EXPECT_TRUE(head.keep_alive);
  ASSERT_EQ(head.fields.size(), 4U);
  EXPECT_EQ(head.fields[2].value, "v");

  ASSERT_EQ(status_of("GET http://h?q HTTP/1.1\r\nHost: h\r\n\r\n", head), 0);
  EXPECT_EQ(head.path, "/");
  EXPECT_EQ(head.query, "q");
  EXPECT_FALSE(head.content_length.has_value());
}

TEST(HeadCheck, DecidesWhetherTheConnectionStays) {
  struct Case {
    std::string version;
    std::string connection;
    bool keep_alive;
  };
  for (const Case& c : {Case{"1.1", "", true}, Case{"1.1", "Connection: close\r\n", false},
                        Case{"1.1", "Connection: x, Close\r\n", false}, Case{"1.0", "", false},
                        Case{"1.0", "Connection: Keep-Alive\r\n", true},
                        Case{"1.0", "Connection: keep-alive, close\r\n", false}}) {
    Head head;
    ASSERT_EQ(
        status_of("GET / HTTP/" + c.version + "\r\nHost: h\r\n" + c.connection + "\r\n", head), 0);
    EXPECT_EQ(head.keep_alive, c.keep_alive) << c.version << " " << c.connection;
  }
}

TEST(HeadCheck, IgnoresExpectOnHttp10) {
  Head head;
  ASSERT_EQ(status_of("PUT / HTTP/1.0\r\nHost: h\r\nExpect: 100-continue\r\n\r\n", head), 0);
  EXPECT_FALSE(head.expect_continue);
}

TEST(HeadCheck, BoundsTheHead) {
  const HeadLimits limits{2048, 1024, 10};
  Head head;
  const auto target = [](std::size_t size) {
    return "GET /" + std::string(size - 1, 'a') + " HTTP/1.1\r\nHost: h\r\n\r\n";
  };
  EXPECT_EQ(status_of(target(1024), head, limits), 0);
  EXPECT_EQ(status_of(target(1025), head, limits), 414);
  // Refused before its end is there.
  EXPECT_EQ(status_of("GET /" + std::string(1100, 'a'), head, limits), 414);
  EXPECT_EQ(status_of(kGet + "A: " + std::string(2048, 'a'), head, limits), 431);
  EXPECT_EQ(status_of(kGet + kHost + "A: " + std::string(2048, 'a') + "\r\n\r\n", head, limits),
            431);

  std::string fields;
  for (int i = 0; i < 9; ++i) fields += "A: b\r\n";
  EXPECT_EQ(status_of(kGet + kHost + fields + "\r\n", head, limits), 0);
  EXPECT_EQ(status_of(kGet + kHost + fields + "A: b\r\n\r\n", head, limits), 431);
}

TEST(HeadCheck, SaysTheSameHoweverTheBytesAreSplit) {
  for (const std::string& bytes :
       {"\r\n" + kGet + kHost + "A: b\r\n\r\nleft over", kGet + "Host: h\rA: b\r\n\r\n",
        kGet + "Host: h\n\r\n", kGet + kHost + "A: \x01\r\n\r\n"}) {
    HeadScanner whole(kLimits);
    const HeadScanner::State expected = whole.feed(bytes);
    HeadScanner split(kLimits);
    HeadScanner::State state = HeadScanner::State::Incomplete;
    for (std::size_t n = 0; n <= bytes.size() && state == HeadScanner::State::Incomplete; ++n) {
      state = split.feed(std::string_view(bytes).substr(0, n));
    }
    ASSERT_EQ(state, expected) << bytes;
    if (state != HeadScanner::State::Complete) continue;
    EXPECT_EQ(split.begin(), whole.begin());
    EXPECT_EQ(split.end(), whole.end());
  }
}

}  // namespace
}  // namespace coffer::http
