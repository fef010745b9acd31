#pragma once

#include "base/ids.h"

#include <string>
#include <vector>

namespace coffer::api {

/// Where clients reach a jurisdiction's buckets.
struct Endpoint {
  Endpoint(Jurisdiction j, std::string u, std::string h)
      : jurisdiction(j), url(std::move(u)), host_style(std::move(h)) {}
  Jurisdiction jurisdiction;
  std::string url;         ///< "http://127.0.0.1:9000"
  std::string host_style;  ///< what follows "<account>": ".eu.r2.localhost:9010"; empty: none
};

/// The addresses of the server as its clients see them; known once every listener listens.
struct Endpoints {
  std::vector<Endpoint> s3;
  std::string api;  ///< "http://127.0.0.1:9001/client/v4"

  /// Null when the jurisdiction has no listener.
  const Endpoint* find(Jurisdiction jurisdiction) const {
    for (const Endpoint& endpoint : s3) {
      if (endpoint.jurisdiction == jurisdiction) return &endpoint;
    }
    return nullptr;
  }
};

}  // namespace coffer::api
