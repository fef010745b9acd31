#pragma once

#include "http/message.h"

#include <functional>
#include <string>

namespace coffer::api {

/// What the management listener reports of the server; supplied by `app`. Called on any loop.
struct Probes {
  std::function<bool()> ready;           ///< false while starting and stopping
  std::function<std::string()> metrics;  ///< Prometheus text exposition
};

/// The management listener: for now /healthz, /readyz and /metrics. Cloudflare's client/v4 API
/// joins it here; until then its paths say so with 501. Thread-safe.
class Service final : public http::Handler {
 public:
  explicit Service(Probes probes) : probes_(std::move(probes)) {}
  Task<http::Response> handle(http::Request& request) override;

 private:
  Probes probes_;
};

}  // namespace coffer::api
