#include "test_server.h"

#include <gmock/gmock.h>

namespace coffer::http {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

TEST(ServerHead, AnswersARequest) {
  TestServer server;
  RawClient client(server.port());
  const Answer answer = client.request(make_request("GET", "/hello"));
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, "hello");
  EXPECT_EQ(answer.field("server"), "coffer");
  EXPECT_EQ(answer.field("x-request-id").size(), 32U);
  EXPECT_THAT(answer.field("date"), HasSubstr("GMT"));
  EXPECT_EQ(answer.field("connection"), "");
  EXPECT_EQ(client.request(make_request("GET", "/hello")).body, "hello");
}

TEST(ServerHead, GivesTheHandlerWhatWasSent) {
  TestServer server;
  RawClient client(server.port());
  const std::string seen =
      client.request(make_request("POST", "/request?a={b}&c", "X-A:  v \r\nContent-Length: 0\r\n"))
          .body;
  EXPECT_THAT(seen, StartsWith("method=POST\npath=/request\nquery=a={b}&c\nhost=example.test\n"
                               "client=127.0.0.1\nhas_body=0\ntls=0\nid="));
  EXPECT_THAT(seen, HasSubstr("Host: Example.test\nX-A: v\n"));
}

TEST(ServerHead, TakesTheClientFromATrustedProxy) {
  TestServer::Options options;
  options.trusted_proxies.push_back(*IpNetwork::parse("127.0.0.0/8"));
  TestServer server(std::move(options));
  RawClient client(server.port());
  EXPECT_THAT(
      client.request(make_request("GET", "/request", "X-Forwarded-For: 1.1.1.1, 2.2.2.2\r\n")).body,
      HasSubstr("client=2.2.2.2\n"));
}

// One connection each: the shape is refused, nothing after it is taken for a request, and the
// connection ends.
TEST(ServerHead, AnswersSmugglingShapesWith400AndCloses) {
  using namespace std::string_literals;
  TestServer server;
  const std::string get = "POST /hello HTTP/1.1\r\n";
  const std::string host = "Host: h\r\n";
  const std::string smuggled = "GET /hello HTTP/1.1\r\nHost: h\r\n\r\n";
  const std::vector<std::string> shapes{
      get + host + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      get + host + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
      get + host + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
      get + host + "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
      get + host + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
      get + host + "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
      get + host + "Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n",
      get + host + "Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n\r\n0\r\n\r\n",
      "POST /hello HTTP/1.0\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      get + host + "Content-Length: 1, 1\r\n\r\na",
      get + host + "Content-Length: 1\r\nContent-Length: 1\r\n\r\na",
      get + host + "Content-Length: 0\r\nContent-Length: 40\r\n\r\n",
      get + host + "Content-Length: +0\r\n\r\n",
      get + host + "Content-Length: 0x0\r\n\r\n",
      get + host + "Content-Length: 99999999999999999999\r\n\r\n",
      get + host + "Content-Length\t: 0\r\n\r\n",
      get + host + "A: b\r\n\tContent-Length: 40\r\n\r\n",
      get + host + "A: b\rContent-Length: 40\r\n\r\n",
      get + host + "A: b\nContent-Length: 40\r\n\r\n",
      get + host + "A: b\0Content-Length: 40\r\n\r\n"s,
      get + host + ": b\r\n\r\n",
      get + host + "\x0b: b\r\n\r\n",
      get + "Host: a\r\nHost: b\r\n\r\n",
      get + "\r\n",
      "GET  /hello HTTP/1.1\r\n" + host + "\r\n",
      "GET /hello HTTP/1.1 HTTP/1.1\r\n" + host + "\r\n",
      "GET /hello\r\n\r\n",
      "GET http://other/hello HTTP/1.1\r\n" + host + "\r\n",
  };
  for (const std::string& shape : shapes) {
    RawClient client(server.port());
    client.send(shape + smuggled);
    const Answer answer = client.receive();
    EXPECT_EQ(answer.status, 400) << shape;
    EXPECT_EQ(answer.field("connection"), "close") << shape;
    EXPECT_EQ(answer.field("content-type"), "text/plain") << shape;
    client.end_sending();
    EXPECT_TRUE(client.at_end()) << shape;
  }
  EXPECT_EQ(server.handler().calls(), 0);
}

TEST(ServerHead, NamesOtherRefusals) {
  TestServer::Options options;
  options.limits.head_bytes_max = 32 * 1024;
  TestServer server(std::move(options));
  struct Row {
    std::string bytes;
    int status;
  };
  for (const Row& row :
       {Row{make_request("GET", "/" + std::string(17'000, 'a')), 414},
        Row{"GET /" + std::string(17'000, 'a'), 414},
        Row{make_request("GET", "/", "A: " + std::string(40'000, 'a') + "\r\n"), 431},
        Row{make_request("PUT", "/", "Expect: tea\r\nContent-Length: 1\r\n"), 417},
        Row{"GET / HTTP/2.0\r\nHost: h\r\n\r\n", 505}}) {
    RawClient client(server.port());
    const Answer answer = client.request(row.bytes);
    EXPECT_EQ(answer.status, row.status);
    EXPECT_EQ(answer.field("connection"), "close");
  }
}

TEST(ServerHead, TakesALargeHead) {
  TestServer server;
  RawClient client(server.port());
  const std::string value(60'000, 'v');
  const std::string body =
      client.request(make_request("GET", "/request", "X-Large: " + value + "\r\n")).body;
  EXPECT_THAT(body, HasSubstr("X-Large: " + value + "\n"));
  EXPECT_EQ(client.request(make_request("GET", "/hello")).status, 200);
}

TEST(ServerHead, ReadsBytesOneByOne) {
  TestServer server;
  RawClient client(server.port());
  client.send_byte_by_byte(make_request("PUT", "/sink", "Content-Length: 5\r\n", pattern(5)));
  EXPECT_EQ(client.receive().body, "ok 5");
  client.send_byte_by_byte(make_request("PUT", "/sink", "Transfer-Encoding: chunked\r\n",
                                        "5;x\r\n" + pattern(5) + "\r\n0\r\nT: v\r\n\r\n"));
  EXPECT_EQ(client.receive().body, "ok 5");
}

TEST(ServerHead, AnswersPipelinedRequestsInOrder) {
  TestServer server;
  RawClient client(server.port());
  std::string bytes;
  for (int i = 0; i < 200; ++i) {
    bytes += make_request("PUT", "/sink", "Content-Length: 3\r\n", pattern(3));
    bytes += make_request("GET", "/hello");
    bytes += make_request("POST", "/sink", "Transfer-Encoding: chunked\r\n",
                          "7\r\n" + pattern(7) + "\r\n0\r\n\r\n");
    bytes += make_request("POST", "/early", "Content-Length: 4\r\n", "GET ");
  }
  client.send(bytes);
  for (int i = 0; i < 200; ++i) {
    ASSERT_EQ(client.receive().body, "ok 3");
    ASSERT_EQ(client.receive().body, "hello");
    ASSERT_EQ(client.receive().body, "ok 7");
    ASSERT_EQ(client.receive().body, "no");
  }
}

TEST(ServerHead, ClosesWhenAsked) {
  TestServer server;
  for (const std::string& bytes : {make_request("GET", "/hello", "Connection: close\r\n"),
                                   std::string("GET /hello HTTP/1.0\r\nHost: h\r\n\r\n")}) {
    RawClient client(server.port());
    const Answer answer = client.request(bytes);
    EXPECT_EQ(answer.body, "hello");
    EXPECT_EQ(answer.field("connection"), "close");
    EXPECT_TRUE(client.at_end());
  }
}

TEST(ServerHead, KeepsHttp10AliveWhenAsked) {
  TestServer server;
  RawClient client(server.port());
  for (int i = 0; i < 2; ++i) {
    const Answer answer =
        client.request("GET /hello HTTP/1.0\r\nHost: h\r\nConnection: keep-alive\r\n\r\n");
    EXPECT_EQ(answer.body, "hello");
    EXPECT_EQ(answer.field("connection"), "keep-alive");
  }
}

TEST(ServerHead, SendsNoBodyWhereNoneBelongs) {
  TestServer server;
  RawClient client(server.port());
  const Answer head = client.request(make_request("HEAD", "/head"), true);
  EXPECT_EQ(head.field("content-length"), "1234");
  EXPECT_EQ(client.request(make_request("HEAD", "/hello"), true).field("content-length"), "");
  EXPECT_EQ(client.request(make_request("HEAD", "/stream/100000"), true).status, 200);
  EXPECT_EQ(client.request(make_request("GET", "/204")).field("content-length"), "");
  EXPECT_EQ(client.request(make_request("GET", "/304")).field("content-length"), "");
  // What follows is in step: no stray body came before it.
  EXPECT_EQ(client.request(make_request("GET", "/hello")).body, "hello");
}

TEST(ServerHead, AnswersOptionsAsteriskItself) {
  TestServer server;
  RawClient client(server.port());
  EXPECT_EQ(client.request(make_request("OPTIONS", "*")).status, 200);
  EXPECT_EQ(server.handler().calls(), 0);
}

TEST(ServerHead, TurnsExceptionsIntoABare500) {
  TestServer server;
  RawClient client(server.port());
  const Answer answer = client.request(make_request("GET", "/throw"));
  EXPECT_EQ(answer.status, 500);
  EXPECT_EQ(answer.body, "");
  EXPECT_TRUE(client.at_end());
  EXPECT_THAT(server.wait_for_log(1).front(), HasSubstr("\"error\":\"exception\""));
}

TEST(ServerHead, LetsNoHandlerSplitTheAnswer) {
  TestServer server;
  RawClient client(server.port());
  const Answer answer = client.request(make_request("GET", "/evil-header"));
  EXPECT_EQ(answer.status, 500);
  EXPECT_THAT(answer.head, Not(HasSubstr("Set-Cookie")));
}

TEST(ServerHead, EndsSlowHeads) {
  TestServer server;
  RawClient client(server.port());
  client.send("GET /hello HTTP/1.1\r\nHost:");
  // Time passes only here, in steps, because the bytes arrive when they do.
  while (!client.readable_within(std::chrono::milliseconds(50))) {
    server.clock().advance(std::chrono::seconds(31));
  }
  EXPECT_EQ(client.receive().status, 408);
}

TEST(ServerHead, EndsIdleConnectionsWithoutAWord) {
  TestServer server;
  RawClient client(server.port());
  ASSERT_EQ(client.request(make_request("GET", "/hello")).status, 200);
  while (!client.readable_within(std::chrono::milliseconds(50))) {
    server.clock().advance(std::chrono::seconds(121));
  }
  EXPECT_TRUE(client.at_end());
}

TEST(ServerHead, RefusesConnectionsOverTheLimit) {
  TestServer::Options options;
  options.limits.connections_max = 1;
  TestServer server(std::move(options));
  RawClient first(server.port());
  ASSERT_EQ(first.request(make_request("GET", "/hello")).status, 200);
  RawClient second(server.port());
  EXPECT_EQ(second.receive().status, 503);
  EXPECT_EQ(first.request(make_request("GET", "/hello")).status, 200);
}

TEST(ServerHead, LogsEachRequestWithoutSecrets) {
  TestServer server;
  RawClient client(server.port());
  const Answer answer =
      client.request(make_request("GET", "/request?X-Amz-Signature=secret&x=1",
                                  "Authorization: secret\r\nUser-Agent: tests\r\n"));
  client.request("bad\r\n\r\n");
  const std::vector<std::string> lines = server.wait_for_log(2);
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_THAT(lines[0], HasSubstr("\"id\":\"" + answer.field("x-request-id") + "\""));
  EXPECT_THAT(lines[0], HasSubstr("\"path\":\"/request?X-Amz-Signature=-&x=1\",\"status\":200"));
  EXPECT_THAT(lines[0], HasSubstr("\"operation\":\"Describe\",\"principal\":\"tester\""));
  EXPECT_THAT(lines[0], HasSubstr("\"user_agent\":\"tests\""));
  EXPECT_THAT(lines[0], Not(HasSubstr("secret")));
  EXPECT_THAT(lines[1], HasSubstr("\"status\":400"));
}

TEST(ServerHead, CountsWhatItDoes) {
  TestServer server;
  RawClient client(server.port());
  const std::string bytes = make_request("GET", "/hello");
  client.request(bytes);
  server.wait_for_log(1);
  const Server::Stats stats = server.server().stats();
  EXPECT_EQ(stats.connections_open, 1U);
  EXPECT_EQ(stats.connections_total, 1U);
  EXPECT_EQ(stats.requests_total, 1U);
  EXPECT_EQ(stats.bytes_in, bytes.size());
  EXPECT_GT(stats.bytes_out, 100U);
}

}  // namespace
}  // namespace coffer::http
