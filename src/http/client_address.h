#pragma once

#include "base/headers.h"
#include "base/ip_address.h"

#include <vector>

namespace coffer::http {

/// Who the request is from: the peer, unless it is a trusted proxy; then the right-most
/// X-Forwarded-For entry that is not one. What stands left of that entry was written by the client
/// and counts for nothing. An entry that is no address ends the walk at the proxy that vouched for
/// it.
IpAddress client_address(const IpAddress& peer, const HeaderList& headers,
                         const std::vector<IpNetwork>& trusted_proxies);

}  // namespace coffer::http
