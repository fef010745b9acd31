// What a temporary credential costs a request: nanoseconds to verify a session token that was never
// seen (cold: base64, HMAC, JSON, paths) and one that was (warm: one digest and a look-up).
//
//   ninja -C build/release temporary_credentials && build/release/bench/temporary_credentials

#include "auth/temporary_credential.h"

#include <chrono>
#include <cstdio>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace coffer;
using Steady = std::chrono::steady_clock;

constexpr int kTokens = 512;  // far fewer than the cache holds
constexpr int kWarmRounds = 200;

void print_machine() {
  std::ifstream in("/proc/cpuinfo");
  for (std::string line; std::getline(in, line);) {
    if (!line.starts_with("model name")) continue;
    std::printf("%s, %u cores\n", line.substr(line.find(": ") + 2).c_str(),
                std::thread::hardware_concurrency());
    return;
  }
}

double nanoseconds_each(Steady::duration took, int count) {
  return static_cast<double>(std::chrono::duration_cast<std::chrono::nanoseconds>(took).count()) /
         count;
}

void measure(const char* name, std::size_t paths) {
  auth::TokenEntry parent;
  parent.token.id = *TokenId::parse("0a1b2c3d4e5f60718293a4b5c6d7e8f9");
  parent.token.owner = *AccountId::parse("0123456789abcdef0123456789abcdef");
  parent.secret_access_key = std::string(64, 'a');
  auth::Audiences audiences;
  audiences.add_host("127.0.0.1:9000", Jurisdiction::Default);

  const Timestamp now{std::chrono::seconds(1'795'530'877)};
  std::vector<std::string> tokens;
  for (int i = 0; i < kTokens; ++i) {
    auth::NewTemporaryCredential request;
    request.parent = parent.token.id;
    request.parent_secret = parent.secret_access_key;
    request.account = *parent.token.account();
    request.audience = "127.0.0.1:9000";
    request.bucket = "bucket";
    request.permission = auth::Preset::ObjectReadWrite;
    request.issued = now;
    request.ttl = std::chrono::hours(1);
    request.prefixes.push_back("user-" + std::to_string(i) + "/");
    while (request.prefixes.size() < paths) request.prefixes.push_back("some/longer/prefix/");
    tokens.push_back(auth::mint_temporary_credential(request).value().session_token);
  }

  auth::SessionTokens sessions;
  sessions.set_audiences(std::move(audiences));
  int failed = 0;
  const auto run_all = [&] {
    const auto began = Steady::now();
    for (const std::string& token : tokens) {
      if (!sessions.verify(token, parent, now)) ++failed;
    }
    return Steady::now() - began;
  };
  const double cold = nanoseconds_each(run_all(), kTokens);
  Steady::duration warm{0};
  for (int i = 0; i < kWarmRounds; ++i) warm += run_all();
  std::printf("%-12s token %5zu bytes   cold %8.0f ns   warm %6.0f ns%s\n", name,
              tokens.front().size(), cold, nanoseconds_each(warm, kTokens * kWarmRounds),
              failed > 0 ? "   FAILED" : "");
}

}  // namespace

int main() {
  print_machine();
  measure("1 prefix", 1);
  measure("10 prefixes", 10);
  measure("150 prefixes", 150);
}
