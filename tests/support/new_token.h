#pragma once

#include "auth/identity.h"

#include <utility>
#include <vector>

namespace coffer::test {

/// A token that an account may be given: what the preset allows, on all its buckets or on these.
inline auth::NewToken new_token(
    AccountId account, auth::Preset preset,
    const std::vector<std::pair<Jurisdiction, BucketName>>& buckets = {}) {
  auth::NewToken token;
  token.owner = account;
  token.name = "token";
  token.policies = auth::policies_of_preset(preset, account, buckets).value();
  return token;
}

}  // namespace coffer::test
