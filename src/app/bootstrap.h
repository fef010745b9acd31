#pragma once

#include "app/bootstrap_file.h"
#include "auth/identity.h"
#include "base/task.h"

#include <filesystem>
#include <optional>

namespace coffer::app {

/// What a start has to say to its operator.
struct Introduction {
  Bootstrap bootstrap;      ///< without keys when no token was made and none is in a file
  bool token_made = false;  ///< by this start: its keys have not been shown before
};

/// The last step of a start, once every listener answers. With a `file`: a file that is there gets
/// the endpoints of this start and keeps its keys; where there is none, a token is made and
/// written, since nobody can read an older one's value again. Without a `file` a token is made only
/// when the account has none and somebody is there to be shown it. A token is called `bootstrap`,
/// or `bootstrap-<time>` when there are others. Errors: those of the file, InvalidConfiguration
/// when it is another installation's; the token is then gone again.
Task<Result<Introduction>> introduce(auth::Identity& identity, Timestamp now,
                                     std::optional<std::filesystem::path> file, bool can_show,
                                     Endpoints endpoints);

}  // namespace coffer::app
