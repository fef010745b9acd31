#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace prometheus {
class Counter;
class Gauge;
class Histogram;
}  // namespace prometheus

namespace coffer {

/// Name and value of each label, e.g. {{"operation", "PutObject"}}.
using MetricLabels = std::vector<std::pair<std::string, std::string>>;

/// A sum that only grows. Thread-safe; lives as long as its registry.
class Counter {
 public:
  explicit Counter(prometheus::Counter& metric) : metric_(metric) {}
  void increment(double amount = 1);
  double value() const;

 private:
  prometheus::Counter& metric_;
};

/// A value that goes up and down. Thread-safe; lives as long as its registry.
class Gauge {
 public:
  explicit Gauge(prometheus::Gauge& metric) : metric_(metric) {}
  void set(double value);
  void increment(double amount = 1);
  void decrement(double amount = 1);
  double value() const;

 private:
  prometheus::Gauge& metric_;
};

/// How often values fell into each bucket. Thread-safe; lives as long as its registry.
class Histogram {
 public:
  explicit Histogram(prometheus::Histogram& metric) : metric_(metric) {}
  void observe(double value);

 private:
  prometheus::Histogram& metric_;
};

/// Upper bounds, in seconds, for how long requests take: from a cached read to a large upload.
const std::vector<double>& latency_buckets();

/// The metrics of one server, and their text. Over prometheus-cpp, whose headers stay in
/// metrics.cc. Thread-safe. Asking again for the same name and labels gives the same metric;
/// callers on a hot path keep the reference. Label values come from closed sets (an operation, a
/// status), never from what a client sends: each set of labels is kept for ever.
class MetricsRegistry {
 public:
  MetricsRegistry();
  ~MetricsRegistry();
  MetricsRegistry(const MetricsRegistry&) = delete;
  MetricsRegistry& operator=(const MetricsRegistry&) = delete;

  /// `name` and label names follow Prometheus' rules; a name stands for one kind of metric and one
  /// help text. Breaking either is a bug and throws std::invalid_argument.
  Counter& counter(std::string_view name, std::string_view help, const MetricLabels& labels = {});
  Gauge& gauge(std::string_view name, std::string_view help, const MetricLabels& labels = {});
  /// `bounds` ascend.
  Histogram& histogram(std::string_view name, std::string_view help,
                       const std::vector<double>& bounds, const MetricLabels& labels = {});

  /// Text exposition format 0.0.4.
  std::string expose() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace coffer
