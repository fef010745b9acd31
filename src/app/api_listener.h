#pragma once

#include "http/message.h"

namespace coffer::app {

/// The management listener: everything below /client/v4 and the probes are the API's, all else is
/// the dashboard's. Borrows both; thread-safe as they are.
class ApiListener final : public http::Handler {
 public:
  ApiListener(http::Handler& api, http::Handler& dashboard) : api_(api), dashboard_(dashboard) {}
  Task<http::Response> handle(http::Request& request) override;
  http::Response instead_of_broken(const http::Request& request, const Error& error) override;

 private:
  http::Handler& behind(const http::Request& request) const;

  http::Handler& api_;
  http::Handler& dashboard_;
};

}  // namespace coffer::app
