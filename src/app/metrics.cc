#include "app/metrics.h"

#include "auth/operation.h"

namespace coffer::app {
namespace {

/// What the S3 dialect calls requests that are no operation (s3/service.cc).
constexpr std::string_view kOther = "Unknown";
constexpr std::string_view kNotOperations[] = {"PostBucket", "Preflight", kOther};

/// The server counts for itself, on its loops, so that a request costs no shared counter here.
void bring_up_to(Counter& counter, std::uint64_t sum) {
  const double missing = static_cast<double>(sum) - counter.value();
  if (missing > 0) counter.increment(missing);
}

}  // namespace

/// The metrics of one operation, made when it is first seen: what never happened is not shown. The
/// registry is asked once for each, since it builds and compares label sets under a lock of its
/// own.
struct Metrics::PerOperation {
  std::mutex mutex;
  Histogram* seconds = nullptr;       // guarded by mutex
  std::map<int, Counter*> by_status;  // guarded by mutex
};

Metrics::Metrics()
    : connections_open_(registry_.gauge("coffer_http_connections_open", "Connections open now")),
      connections_total_(registry_.counter("coffer_http_connections_total",
                                           "Connections accepted since the start")),
      requests_total_(
          registry_.counter("coffer_http_requests_total", "Request heads read since the start")),
      received_bytes_total_(registry_.counter("coffer_http_received_bytes_total",
                                              "Bytes read from connections since the start")),
      sent_bytes_total_(registry_.counter("coffer_http_sent_bytes_total",
                                          "Bytes written to connections since the start")) {
  for (const std::string_view name : kNotOperations) {
    operations_.emplace(name, std::make_unique<PerOperation>());
  }
  for (int i = 0; i < auth::kOperationCount; ++i) {
    const std::string_view name = auth::to_string(static_cast<auth::OperationName>(i));
    operations_.emplace(name, std::make_unique<PerOperation>());
  }
}

Metrics::~Metrics() = default;

void Metrics::finished(std::string_view operation, int status,
                       std::chrono::steady_clock::duration took) {
  auto entry = operations_.find(operation);
  if (entry == operations_.end()) entry = operations_.find(kOther);
  PerOperation& metrics = *entry->second;
  Counter* counter = nullptr;
  Histogram* seconds = nullptr;
  {
    const std::lock_guard lock(metrics.mutex);
    if (metrics.seconds == nullptr) {
      metrics.seconds = &registry_.histogram(
          "coffer_s3_operation_seconds", "From the request's head to the answer's head",
          latency_buckets(), MetricLabels{{"operation", entry->first}});
    }
    seconds = metrics.seconds;
    Counter*& known = metrics.by_status[status];
    if (known == nullptr) {
      known = &registry_.counter(
          "coffer_s3_operations_total", "S3 operations answered",
          MetricLabels{{"operation", entry->first}, {"status", std::to_string(status)}});
    }
    counter = known;
  }
  counter->increment();
  seconds->observe(std::chrono::duration<double>(took).count());
}

std::string Metrics::expose(const http::Server::Stats& stats) {
  {
    const std::lock_guard lock(stats_mutex_);
    connections_open_.set(static_cast<double>(stats.connections_open));
    bring_up_to(connections_total_, stats.connections_total);
    bring_up_to(requests_total_, stats.requests_total);
    bring_up_to(received_bytes_total_, stats.bytes_in);
    bring_up_to(sent_bytes_total_, stats.bytes_out);
  }
  return registry_.expose();
}

}  // namespace coffer::app
