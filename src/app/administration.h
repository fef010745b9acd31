#pragma once

#include "auth/identity.h"
#include "auth/sessions.h"
#include "base/task.h"
#include "store/store.h"

#include <boost/json/object.hpp>

#include <string>

namespace coffer::app {

/// What the operator's commands work on; borrowed, and thread-safe itself.
struct Administered {
  auth::Identity& identity;
  auth::Sessions& sessions;
  const auth::Authorizer& authorizer;
  store::Store& store;
  Clock& clock;
  Random& random;
  /// "http://127.0.0.1:9001"; empty when no server runs, or none that serves it.
  std::string dashboard_url = {};
};

/// The operator's commands: what `coffer token|bucket|account|explain` do. The control socket of a
/// running server and the command line on a stopped one both end here, so that there is one
/// behaviour. Commands and answers are JSON objects:
///   {"command": "token.create", "name": "...", "permission": "object-read-write", ...}
///   -> {"ok": true, "result": ...} or {"ok": false, "error": "NoSuchToken", "message": "..."}
/// Secrets appear only in the results of token.create, token.roll and user.setup-link. Thread-safe;
/// outlives its commands.
class Administration {
 public:
  explicit Administration(Administered services) : services_(services) {}
  /// Every failure is an answer. Resumes on the caller's executor.
  Task<boost::json::object> execute(boost::json::object request);

 private:
  const Administered services_;
};

}  // namespace coffer::app
