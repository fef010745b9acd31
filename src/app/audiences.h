#pragma once

#include "app/config.h"
#include "auth/audiences.h"

#include <string>
#include <utility>
#include <vector>

namespace coffer::app {

/// What temporary credentials may be made for: `--public-endpoint`, each S3 listener by its address
/// (any address: by the loopback's, and `localhost`), and the names below `--host-suffix`.
/// `listeners` are where they listen, `address:port`. A listener of any address is not known by the
/// machine's other names and addresses: those need `--public-endpoint` or a suffix.
auth::Audiences audiences_of(const Config& config,
                             const std::vector<std::pair<Jurisdiction, std::string>>& listeners);

}  // namespace coffer::app
