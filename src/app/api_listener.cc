#include "app/api_listener.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace coffer::app {

Task<http::Response> ApiListener::handle(http::Request& request) {
  constexpr std::array<std::string_view, 4> kOfApi{"client", "healthz", "readyz", "metrics"};
  const std::string_view path = std::string_view(request.path).substr(1);
  const std::string_view first = path.substr(0, path.find('/'));
  const bool api = std::find(kOfApi.begin(), kOfApi.end(), first) != kOfApi.end();
  return (api ? api_ : dashboard_).handle(request);
}

}  // namespace coffer::app
