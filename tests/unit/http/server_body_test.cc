#include "test_server.h"

#include <gmock/gmock.h>

#include <thread>

namespace coffer::http {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr std::size_t kLarge = 9'000'001;  // more than any socket buffer, and odd

std::string with_length(std::size_t size) {
  return "Content-Length: " + std::to_string(size) + "\r\n";
}

std::string chunked(std::string_view body, std::size_t chunk) {
  std::string out;
  for (std::size_t at = 0; at < body.size(); at += chunk) {
    const std::string_view piece = body.substr(at, chunk);
    std::array<char, 20> size{};
    std::snprintf(size.data(), size.size(), "%zx", piece.size());
    out += size.data();
    out += "\r\n";
    out += piece;
    out += "\r\n";
  }
  return out + "0\r\n\r\n";
}

TEST(ServerBody, TakesLargeBodies) {
  TestServer server;
  RawClient client(server.port());
  client.send(make_request("PUT", "/sink", with_length(kLarge), pattern(kLarge)));
  EXPECT_EQ(client.receive().body, "ok " + std::to_string(kLarge));
  for (const std::size_t chunk : {777UL, 65'536UL, 3'000'000UL}) {
    client.send(make_request("PUT", "/sink", "Transfer-Encoding: chunked\r\n",
                             chunked(pattern(kLarge), chunk)));
    EXPECT_EQ(client.receive().body, "ok " + std::to_string(kLarge)) << chunk;
  }
}

TEST(ServerBody, StreamsBodiesOfEverySize) {
  TestServer server;
  RawClient client(server.port());
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{1}, std::size_t{16'384}, std::size_t{16'385},
        std::size_t{262'144}, std::size_t{262'145}, std::size_t{524'288}, kLarge}) {
    const Answer answer = client.request(make_request("GET", "/stream/" + std::to_string(size)));
    EXPECT_EQ(answer.status, 200);
    EXPECT_TRUE(answer.whole) << size;
    EXPECT_TRUE(answer.body == pattern(size)) << size;
  }
}

TEST(ServerBody, StreamsToASlowReader) {
  TestServer server;
  RawClient client(server.port());
  // Far below what the server's socket would send at once. (Below loopback's segments of 64 KiB it
  // would be the kernel's probes of a closed window that set the pace.)
  const int small = 128 * 1024;
  ::setsockopt(client.descriptor(), SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
  EXPECT_TRUE(client.request(make_request("GET", "/stream/12000000")).body == pattern(12'000'000));
}

TEST(ServerBody, ServesManyConnectionsAtOnce) {
  TestServer::Options options;
  options.loops = 2;
  TestServer server(std::move(options));
  std::atomic<int> good{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&server, &good] {
      for (int i = 0; i < 20; ++i) {
        RawClient client(server.port());
        client.send(make_request("PUT", "/sink", with_length(100'000), pattern(100'000)));
        if (client.receive().body != "ok 100000") return;
        if (client.request(make_request("GET", "/stream/300000")).body != pattern(300'000)) return;
      }
      ++good;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(good, 8);
}

TEST(ServerBody, NeverCompletesABrokenStream) {
  TestServer server;
  for (const std::string target :
       {"/breaks/9000000/5000000", "/short/9000000/5000000", "/breaks/524288/524287"}) {
    RawClient client(server.port());
    const Answer answer = client.request(make_request("GET", target));
    EXPECT_EQ(answer.status, 200);
    EXPECT_FALSE(answer.whole) << target;
  }
}

TEST(ServerBody, TellsOfAStreamThatBreaksBeforeTheHeadIsSent) {
  TestServer server;
  for (const auto& [target, code] : {std::pair("/breaks/100/50", ErrorCode::Corrupt),
                                     std::pair("/short/9000000/10", ErrorCode::Internal)}) {
    RawClient client(server.port());
    const Answer answer = client.request(make_request("GET", target));
    EXPECT_EQ(answer.status, 500) << target;
    EXPECT_EQ(answer.body, to_string(code)) << "what the handler says instead";
    EXPECT_TRUE(client.at_end()) << target;
  }
}

TEST(ServerBody, SendsContinueAtTheFirstRead) {
  TestServer server;
  RawClient client(server.port());
  client.send(make_request("PUT", "/sink", with_length(5) + "Expect: 100-continue\r\n"));
  const Answer interim = client.receive();
  EXPECT_EQ(interim.status, 100);
  client.send(pattern(5));
  EXPECT_EQ(client.receive().body, "ok 5");
  EXPECT_EQ(client.request(make_request("GET", "/hello")).status, 200);
}

TEST(ServerBody, SendsNoContinueWhenTheBodyIsThereOrNotWanted) {
  TestServer server;
  RawClient eager(server.port());
  const std::string expect = with_length(5) + "Expect: 100-continue\r\n";
  EXPECT_EQ(eager.request(make_request("PUT", "/sink", expect, pattern(5))).body, "ok 5");

  RawClient refused(server.port());
  const Answer answer = refused.request(make_request("PUT", "/early", expect));
  EXPECT_EQ(answer.status, 403);
  EXPECT_EQ(answer.field("connection"), "close");
}

TEST(ServerBody, DrainsAShortUnreadBody) {
  TestServer server;
  RawClient client(server.port());
  client.send(make_request("PUT", "/early", with_length(200'000), pattern(100'000)));
  const Answer answer = client.receive();  // before the rest is sent
  EXPECT_EQ(answer.status, 403);
  EXPECT_EQ(answer.field("connection"), "");
  client.send(pattern(100'000));
  EXPECT_EQ(client.request(make_request("GET", "/hello")).body, "hello");

  client.send(make_request("PUT", "/read-some", "Transfer-Encoding: chunked\r\n",
                           chunked(pattern(1000), 100)));
  EXPECT_EQ(client.receive().body, "some");
  EXPECT_EQ(client.request(make_request("GET", "/hello")).body, "hello");
}

TEST(ServerBody, AnswersEarlyAndClosesOnALongUnreadBody) {
  TestServer server;
  RawClient client(server.port());
  client.send(make_request("PUT", "/early", with_length(kLarge)));
  const Answer answer = client.receive();
  EXPECT_EQ(answer.status, 403);
  EXPECT_EQ(answer.body, "no");
  EXPECT_EQ(answer.field("connection"), "close");
}

TEST(ServerBody, LetsAClientThatSendsItAllReadTheAnswer) {
  TestServer server;
  RawClient client(server.port());
  // Everything goes out before the client looks: a reset instead of a lingering close would lose
  // the answer.
  EXPECT_TRUE(client.send(make_request("PUT", "/early", with_length(kLarge), pattern(kLarge))));
  EXPECT_EQ(client.receive().status, 403);
  client.end_sending();
  EXPECT_TRUE(client.at_end());
}

TEST(ServerBody, EndsDrainingThatTakesTooLong) {
  TestServer server;
  RawClient client(server.port());
  EXPECT_EQ(client.request(make_request("PUT", "/early", with_length(1000))).status, 403);
  while (!client.readable_within(std::chrono::milliseconds(50))) {
    server.clock().advance(std::chrono::seconds(6));
  }
  EXPECT_TRUE(client.at_end());
}

TEST(ServerBody, ReportsABodyThatEndsEarly) {
  TestServer server;
  for (const std::string& bytes :
       {make_request("PUT", "/sink", with_length(10), "12345"),
        make_request("PUT", "/sink", "Transfer-Encoding: chunked\r\n", "5\r\n12345\r\n")}) {
    RawClient client(server.port());
    client.send(bytes);
    client.end_sending();
    const Answer answer = client.receive();
    EXPECT_EQ(answer.body, "IncompleteBody");
    EXPECT_EQ(answer.field("connection"), "close");
  }
}

TEST(ServerBody, ReportsBrokenChunks) {
  TestServer server;
  for (const std::string body : {"x\r\n", "5\r\nhello!\r\n", "5\nhello\r\n", "-1\r\n",
                                 "ffffffffffffffffff\r\n", "0\r\n\n"}) {
    RawClient client(server.port());
    const Answer answer =
        client.request(make_request("PUT", "/sink", "Transfer-Encoding: chunked\r\n", body));
    EXPECT_EQ(answer.body, "InvalidRequest") << body;
    EXPECT_EQ(answer.field("connection"), "close");
  }
}

TEST(ServerBody, ReportsAStalledBody) {
  TestServer server;
  RawClient client(server.port());
  client.send(make_request("PUT", "/sink", with_length(10), "12345"));
  while (!client.readable_within(std::chrono::milliseconds(50))) {
    server.clock().advance(std::chrono::seconds(61));
  }
  const Answer answer = client.receive();
  EXPECT_EQ(answer.body, "RequestTimeout");
  EXPECT_EQ(answer.field("connection"), "close");
}

TEST(ServerBody, GivesUpOnAReaderThatStopsReading) {
  TestServer server;
  RawClient client(server.port());
  const int small = 4096;
  ::setsockopt(client.descriptor(), SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
  client.send(make_request("GET", "/stream/100000000"));
  while (server.log_lines().empty()) {
    server.clock().advance(std::chrono::seconds(61));
    std::this_thread::yield();
  }
  EXPECT_THAT(server.log_lines().front(), HasSubstr("\"error\":\"write timeout\""));
  EXPECT_FALSE(client.receive().whole);
}

TEST(ServerBody, CountsBodiesInTheLog) {
  TestServer server;
  RawClient client(server.port());
  client.request(make_request("PUT", "/sink", with_length(5), pattern(5)));
  client.request(make_request("GET", "/stream/300000"));
  const std::vector<std::string> lines = server.wait_for_log(2);
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_THAT(lines[0], HasSubstr("\"bytes_in\":5,\"bytes_out\":4,"));
  EXPECT_THAT(lines[1], HasSubstr("\"bytes_in\":0,\"bytes_out\":300000,"));
}

}  // namespace
}  // namespace coffer::http
