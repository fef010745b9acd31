#include "base/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <map>
#include <mutex>

namespace coffer {
namespace {

std::map<std::string, std::string> to_prometheus(const MetricLabels& labels) {
  return {labels.begin(), labels.end()};
}

}  // namespace

struct MetricsRegistry::Impl {
  prometheus::Registry registry{prometheus::Registry::InsertBehavior::Merge};
  std::mutex mutex;
  // By the library's own metric, so that one metric has one wrapper. Guarded by mutex.
  std::map<void*, std::unique_ptr<Counter>> counters;
  std::map<void*, std::unique_ptr<Gauge>> gauges;
  std::map<void*, std::unique_ptr<Histogram>> histograms;

  template <class Wrapper, class Metric>
  Wrapper& wrap(std::map<void*, std::unique_ptr<Wrapper>>& wrappers, Metric& metric) {
    const std::lock_guard lock(mutex);
    std::unique_ptr<Wrapper>& wrapper = wrappers[&metric];
    if (!wrapper) wrapper = std::make_unique<Wrapper>(metric);
    return *wrapper;
  }
};

void Counter::increment(double amount) { metric_.Increment(amount); }
double Counter::value() const { return metric_.Value(); }

void Gauge::set(double value) { metric_.Set(value); }
void Gauge::increment(double amount) { metric_.Increment(amount); }
void Gauge::decrement(double amount) { metric_.Decrement(amount); }
double Gauge::value() const { return metric_.Value(); }

void Histogram::observe(double value) { metric_.Observe(value); }

const std::vector<double>& latency_buckets() {
  static const std::vector<double> bounds{0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
                                          0.1,    0.25,  0.5,    1,     2.5,  10,    60};
  return bounds;
}

MetricsRegistry::MetricsRegistry() : impl_(std::make_unique<Impl>()) {}
MetricsRegistry::~MetricsRegistry() = default;

Counter& MetricsRegistry::counter(std::string_view name, std::string_view help,
                                  const MetricLabels& labels) {
  auto& family = prometheus::BuildCounter()
                     .Name(std::string(name))
                     .Help(std::string(help))
                     .Register(impl_->registry);
  return impl_->wrap(impl_->counters, family.Add(to_prometheus(labels)));
}

Gauge& MetricsRegistry::gauge(std::string_view name, std::string_view help,
                              const MetricLabels& labels) {
  auto& family = prometheus::BuildGauge()
                     .Name(std::string(name))
                     .Help(std::string(help))
                     .Register(impl_->registry);
  return impl_->wrap(impl_->gauges, family.Add(to_prometheus(labels)));
}

Histogram& MetricsRegistry::histogram(std::string_view name, std::string_view help,
                                      const std::vector<double>& bounds,
                                      const MetricLabels& labels) {
  auto& family = prometheus::BuildHistogram()
                     .Name(std::string(name))
                     .Help(std::string(help))
                     .Register(impl_->registry);
  return impl_->wrap(impl_->histograms, family.Add(to_prometheus(labels), bounds));
}

std::string MetricsRegistry::expose() const {
  return prometheus::TextSerializer().Serialize(impl_->registry.Collect());
}

}  // namespace coffer
