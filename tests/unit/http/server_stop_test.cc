#include "http/listen.h"
#include "test_server.h"

#include <gmock/gmock.h>

#include <future>
#include <thread>

namespace coffer::http {
namespace {

using ::testing::HasSubstr;

constexpr std::chrono::seconds kLong{60};

void wait_until_waiting(TestServer& server, int count) {
  while (server.handler().waiting() < count) std::this_thread::yield();
}

TEST(ServerStop, ClosesIdleConnectionsAtOnce) {
  TestServer server;
  RawClient used(server.port());
  RawClient silent(server.port());
  ASSERT_EQ(used.request(make_request("GET", "/hello")).status, 200);
  const auto begun = std::chrono::steady_clock::now();
  server.server().stop(kLong);
  EXPECT_LT(std::chrono::steady_clock::now() - begun, kLong / 2);
  EXPECT_TRUE(used.at_end());
  EXPECT_EQ(server.server().stats().connections_open, 0U);
}

TEST(ServerStop, LetsARequestEnd) {
  TestServer server;
  RawClient client(server.port());
  client.send(make_request("GET", "/wait"));
  wait_until_waiting(server, 1);
  auto stopped = std::async(std::launch::async, [&server] { server.server().stop(kLong); });
  server.handler().release();
  const Answer answer = client.receive();
  EXPECT_EQ(answer.body, "released");
  client.end_sending();
  EXPECT_TRUE(client.at_end());
  stopped.get();
}

TEST(ServerStop, CancelsWhatOutlivesTheGrace) {
  TestServer::Options options;
  options.loops = 2;
  TestServer server(std::move(options));
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int i = 0; i < 4; ++i) {
    clients.push_back(std::make_unique<RawClient>(server.port()));
    clients.back()->send(make_request("GET", "/wait"));
  }
  clients.push_back(std::make_unique<RawClient>(server.port()));
  clients.back()->send(make_request("PUT", "/sink", "Content-Length: 10\r\n", "12345"));
  clients.push_back(std::make_unique<RawClient>(server.port()));
  clients.back()->send(make_request("GET", "/stream/100000000"));
  while (!clients.back()->readable_within(std::chrono::milliseconds(100))) {
  }
  wait_until_waiting(server, 4);
  server.server().stop(std::chrono::milliseconds(0));
  EXPECT_EQ(server.server().stats().connections_open, 0U);
  EXPECT_FALSE(clients.back()->receive().whole);
}

TEST(ServerStop, MayComeTwiceOrBeforeTheStart) {
  ShiftedClock clock;
  SystemRandom random;
  Server never_started(ServerConfig(), clock, random);
  never_started.stop(kLong);
  TestServer server;
  server.server().stop(kLong);
  server.server().stop(kLong);
}

TEST(ServerStart, SaysWhenThePortIsTaken) {
  TestServer running;
  ShiftedClock clock;
  SystemRandom random;
  TestHandler handler;
  ServerConfig config;
  config.listeners.push_back({running.server().addresses().front(), "s3", false, &handler});
  Server server(std::move(config), clock, random);
  const Result<> started = server.start();
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().code(), ErrorCode::AddressInUse);
  EXPECT_EQ(started.error().detail(),
            "cannot listen on " + running.server().addresses().front() +
                ": address already in use; stop the other program or choose another port");
}

TEST(ServerStart, RefusesAddressesItCannotUse) {
  ShiftedClock clock;
  SystemRandom random;
  TestHandler handler;
  for (const char* address : {"", "127.0.0.1", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:65536",
                              "example.test:9000", "::1:9000", "[127.0.0.1]:9000", "192.0.2.1:0"}) {
    ServerConfig config;
    config.listeners.push_back({address, "s3", false, &handler});
    Server server(std::move(config), clock, random);
    const Result<> started = server.start();
    ASSERT_FALSE(started) << address;
    EXPECT_EQ(started.error().code(), ErrorCode::InvalidConfiguration) << address;
  }
}

TEST(ServerStart, SharesAChosenPortBetweenItsLoops) {
  TestServer::Options options;
  options.loops = 3;
  TestServer server(std::move(options));
  EXPECT_NE(server.port(), 0);
  for (int i = 0; i < 30; ++i) {
    RawClient client(server.port());
    ASSERT_EQ(client.request(make_request("GET", "/hello")).status, 200);
  }
}

TEST(Listen, ReadsAddresses) {
  for (const auto& [text, endpoint] :
       std::vector<std::pair<std::string, std::string>>{{"127.0.0.1:9000", "127.0.0.1:9000"},
                                                        {"[::1]:0", "[::1]:0"},
                                                        {"localhost:80", "127.0.0.1:80"},
                                                        {"[::]:9000", "[::]:9000"}}) {
    const auto parsed = parse_endpoint(text);
    ASSERT_TRUE(parsed.has_value()) << text;
    EXPECT_EQ(format_endpoint(*parsed), endpoint);
  }
}

}  // namespace
}  // namespace coffer::http
