#include "bench/load.h"

#include "base/codec.h"
#include "base/hash.h"
#include "base/random.h"
#include "base/task.h"
#include "bench/client.h"
#include "bench/statistics.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <atomic>
#include <exception>
#include <functional>
#include <thread>
#include <vector>

namespace coffer::bench {
namespace {

namespace asio = boost::asio;
using SteadyTime = std::chrono::steady_clock::time_point;

/// Connections that put and delete the objects outside the measurement.
constexpr unsigned kChoreConnections = 16;
/// A connection that cannot be opened is not tried again at once.
constexpr unsigned kConnectFailuresMax = 3;

std::string random_body(std::uint64_t size_bytes) {
  std::string body(size_bytes, '\0');
  SystemRandom().fill(std::as_writable_bytes(std::span(body.data(), body.size())));
  return body;
}

std::string path_of(const Target& target, const Plan& plan, std::uint64_t number) {
  return "/" + target.bucket + "/" + plan.prefix + std::to_string(number);
}

void rethrow(std::exception_ptr failure) {
  if (failure) std::rethrow_exception(failure);
}

Request put_request(std::string path, const std::string& body, const std::string& payload_hash) {
  Request request;
  request.method = "PUT";
  request.path = std::move(path);
  request.body = body;
  request.payload_hash = payload_hash;
  return request;
}

Request plain_request(std::string method, std::string path) {
  Request request;
  request.method = std::move(method);
  request.path = std::move(path);
  request.payload_hash = empty_payload_hash();
  return request;
}

// --- outside the measurement ---

/// The requests of a chore by number, shared by its connections, which all run on one loop that the
/// caller waits for.
struct Chore {
  Chore(const Target& t, std::uint64_t c, std::function<Request(std::uint64_t)> m)
      : target(t), count(c), make(std::move(m)) {}
  const Target& target;
  const std::uint64_t count;
  const std::function<Request(std::uint64_t)> make;
  std::uint64_t next = 0;
  int last_failure = -1;  ///< the status of a request that failed; -1 when none did
};

Task<> do_chore(Chore* chore) {
  Client client(co_await asio::this_coro::executor, chore->target);
  while (chore->next < chore->count) {
    const Request request = chore->make(chore->next++);
    const int status = co_await client.send(request);
    if (status / 100 == 2) continue;
    chore->last_failure = status;
    if (status == 0) co_return;
  }
}

/// Returns the status of a request that failed, -1 when none did.
int run_chore(const Target& target, std::uint64_t count,
              std::function<Request(std::uint64_t)> make) {
  Chore chore(target, count, std::move(make));
  asio::io_context loop(1);
  for (unsigned i = 0; i < std::min<std::uint64_t>(kChoreConnections, count); ++i) {
    asio::co_spawn(loop, do_chore(&chore), rethrow);
  }
  loop.run();
  return chore.last_failure;
}

Error failed(const std::string& what, int status) {
  return Error::with_message(ErrorCode::ServiceUnavailable,
                             "cannot " + what + ": " +
                                 (status == 0 ? "the connection failed, or ended early"
                                              : "the endpoint answered " + std::to_string(status)));
}

// --- the measurement ---

/// What the connections of a run share; only `next` changes.
struct Shared {
  Shared(const Target& t, const Plan& p) : target(t), plan(p) {}
  const Target& target;
  const Plan& plan;
  std::string body;
  std::string payload_hash;
  SteadyTime measure_from;
  SteadyTime measure_until;
  std::atomic<std::uint64_t> next{0};
};

/// One connection's own.
struct Tally {
  std::vector<float> latencies_us;
  std::uint64_t errors = 0;
  int first_error_status = 0;
};

Request next_request(Shared& shared) {
  const Plan& plan = shared.plan;
  if (plan.operation == Operation::List) {
    Request request = plain_request("GET", "/" + shared.target.bucket);
    request.query = "list-type=2&max-keys=1000&prefix=" + uri_encode(plan.prefix);
    return request;
  }
  std::string path = path_of(shared.target, plan, shared.next++ % std::max(plan.objects, 1U));
  if (plan.operation == Operation::Put) {
    return put_request(std::move(path), shared.body, shared.payload_hash);
  }
  return plain_request(plan.operation == Operation::Head ? "HEAD" : "GET", std::move(path));
}

Task<> load(Shared* shared, Tally* tally) {
  Client client(co_await asio::this_coro::executor, shared->target);
  unsigned broken = 0;
  while (broken < kConnectFailuresMax) {
    const SteadyTime begin = std::chrono::steady_clock::now();
    if (begin >= shared->measure_until) co_return;
    const Request request = next_request(*shared);
    const int status = co_await client.send(request);
    const SteadyTime end = std::chrono::steady_clock::now();
    broken = status == 0 ? broken + 1 : 0;
    if (end < shared->measure_from || end >= shared->measure_until) continue;
    if (status / 100 == 2) {
      tally->latencies_us.push_back(std::chrono::duration<float, std::micro>(end - begin).count());
    } else if (tally->errors++ == 0) {
      tally->first_error_status = status;
    }
  }
  // A dead endpoint shows as one error at least, however early it died.
  tally->errors = std::max<std::uint64_t>(tally->errors, 1);
}

void run_connections(Shared& shared, std::vector<Tally>& tallies) {
  const std::size_t thread_count =
      std::clamp<std::size_t>(shared.plan.threads, 1, std::max<std::size_t>(tallies.size(), 1));
  std::vector<std::thread> threads;
  for (std::size_t thread = 0; thread < thread_count; ++thread) {
    threads.emplace_back([&, thread] {
      asio::io_context loop(1);
      for (std::size_t i = thread; i < tallies.size(); i += thread_count) {
        asio::co_spawn(loop, load(&shared, &tallies[i]), rethrow);
      }
      loop.run();
    });
  }
  for (std::thread& thread : threads) thread.join();
}

Report report_of(const Plan& plan, const std::vector<Tally>& tallies) {
  Report report;
  std::vector<float> all;
  for (const Tally& tally : tallies) {
    all.insert(all.end(), tally.latencies_us.begin(), tally.latencies_us.end());
    if (report.errors == 0) report.first_error_status = tally.first_error_status;
    report.errors += tally.errors;
  }
  std::sort(all.begin(), all.end());
  report.requests = all.size();
  report.seconds = std::chrono::duration<double>(plan.duration).count();
  report.requests_per_s = static_cast<double>(all.size()) / report.seconds;
  if (plan.operation == Operation::Put || plan.operation == Operation::Get) {
    constexpr double kMib = 1024.0 * 1024.0;
    report.mib_per_s = report.requests_per_s * static_cast<double>(plan.size_bytes) / kMib;
  }
  report.p50_us = percentile(all, 0.50);
  report.p90_us = percentile(all, 0.90);
  report.p99_us = percentile(all, 0.99);
  report.max_us = percentile(all, 1.00);
  return report;
}

}  // namespace

Result<bool> prepare(const Target& target, const Plan& plan) {
  bool bucket_made = false;
  if (target.is_signed()) {
    const int failure = run_chore(
        target, 1, [&](std::uint64_t) { return plain_request("PUT", "/" + target.bucket); });
    // It is there already, and ours.
    if (failure != -1 && failure != 409) return failed("make bucket " + target.bucket, failure);
    bucket_made = failure == -1;
  }
  if (plan.operation == Operation::Put) return bucket_made;
  const std::string body = random_body(plan.size_bytes);
  const std::string hash = sha256_hex(body);
  const int failure = run_chore(target, plan.objects, [&](std::uint64_t number) {
    return put_request(path_of(target, plan, number), body, hash);
  });
  if (failure != -1) return failed("put the objects to read", failure);
  return bucket_made;
}

Report run(const Target& target, const Plan& plan) {
  Shared shared(target, plan);
  if (plan.operation == Operation::Put) shared.body = random_body(plan.size_bytes);
  shared.payload_hash = plan.hash_payload ? sha256_hex(shared.body) : "UNSIGNED-PAYLOAD";
  shared.measure_from = std::chrono::steady_clock::now() + plan.warm_up;
  shared.measure_until = shared.measure_from + plan.duration;
  std::vector<Tally> tallies(plan.concurrency);
  run_connections(shared, tallies);
  return report_of(plan, tallies);
}

void clean_up(const Target& target, const Plan& plan, bool bucket_too) {
  run_chore(target, plan.objects, [&](std::uint64_t number) {
    return plain_request("DELETE", path_of(target, plan, number));
  });
  if (!bucket_too) return;
  run_chore(target, 1, [&](std::uint64_t) { return plain_request("DELETE", "/" + target.bucket); });
}

}  // namespace coffer::bench
