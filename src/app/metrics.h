#pragma once

#include "base/metrics.h"
#include "http/server.h"
#include "s3/service.h"

#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace coffer::app {

/// What /metrics shows: operations by name and status, connections, bytes. Thread-safe.
class Metrics final : public s3::OperationObserver {
 public:
  Metrics();
  ~Metrics() override;
  MetricsRegistry& registry() { return registry_; }
  void finished(std::string_view operation, int status,
                std::chrono::steady_clock::duration took) override;
  /// Prometheus text exposition, with the server's own figures of this moment.
  std::string expose(const http::Server::Stats& stats);

 private:
  struct PerOperation;

  MetricsRegistry registry_;
  /// By name: made with the object and not changed after, so that a look-up needs no lock.
  std::map<std::string, std::unique_ptr<PerOperation>, std::less<>> operations_;
  Gauge& connections_open_;
  std::mutex stats_mutex_;
  // Brought up to the server's own sums at each scrape; guarded by stats_mutex_.
  Counter& connections_total_;
  Counter& requests_total_;
  Counter& received_bytes_total_;
  Counter& sent_bytes_total_;
};

}  // namespace coffer::app
