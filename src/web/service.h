#pragma once

#include "http/message.h"
#include "web/bundle.h"

#include <string>
#include <vector>

namespace coffer::web {

/// Serves the dashboard's files to browsers. A path without a file of its own is one of the
/// dashboard's own places, so it gets the page, whose script reads the address. Nothing here is
/// anybody's data; all of that comes from the management API. Thread-safe.
///
/// The page may load from this origin only, runs no inline script, and is framed by nobody
/// (DESIGN.md section 9). `/preview.html`, in which bytes of objects are shown, is sandboxed by
/// its own policy: it has no origin, so no cookie and no API.
class Service final : public http::Handler {
 public:
  /// `hosts`: as the management API's.
  Service(const Bundle& bundle, std::vector<std::string> hosts)
      : bundle_(bundle), hosts_(std::move(hosts)) {}
  Task<http::Response> handle(http::Request& request) override;

 private:
  http::Response answer(const http::Request& request) const;

  const Bundle& bundle_;
  const std::vector<std::string> hosts_;
};

}  // namespace coffer::web
