#include "app/api_listener.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace coffer::app {

http::Handler& ApiListener::behind(const http::Request& request) const {
  constexpr std::array<std::string_view, 4> kOfApi{"client", "healthz", "readyz", "metrics"};
  const std::string_view path = std::string_view(request.path).substr(1);
  const std::string_view first = path.substr(0, path.find('/'));
  const bool api = std::find(kOfApi.begin(), kOfApi.end(), first) != kOfApi.end();
  return api ? api_ : dashboard_;
}

Task<http::Response> ApiListener::handle(http::Request& request) {
  return behind(request).handle(request);
}

http::Response ApiListener::instead_of_broken(const http::Request& request, const Error& error) {
  return behind(request).instead_of_broken(request, error);
}

}  // namespace coffer::app
