#pragma once

#include "api/call.h"
#include "http/message.h"

namespace coffer::api {

/// Adds a finished request to the usage of its account, when its route is one that counts and the
/// credentials were good; `error`: null when it succeeded. A stranger who is refused is nobody's
/// usage.
void count_request(const Call& call, const http::Response& response, const Error* error);

}  // namespace coffer::api
