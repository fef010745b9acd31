#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace coffer::http {

/// Whether a request with this Host (a port may follow) is meant for this listener: an IP literal,
/// `localhost`, or one of `names`. Else a page of somebody's own domain, which its DNS has turned
/// to our address (DNS rebinding), would be of the same origin as us.
bool is_known_host(std::string_view host, const std::vector<std::string>& names);

}  // namespace coffer::http
