#include "auth/sigv4.h"

#include "auth/sigv4_core.h"

namespace coffer::auth {

Authenticator::Authenticator(const Identity& identity, const Clock& clock, bool strict)
    : identity_(identity),
      clock_(clock),
      strict_(strict),
      cache_(std::make_unique<SigningKeyCache>()) {}

Authenticator::~Authenticator() = default;

Result<Authenticated> Authenticator::authenticate(const RequestView& request) const {
  // One reference is captured, which std::function holds without an allocation.
  const TokenLookup find = [&identity = identity_](TokenId id) { return identity.find(id); };
  const AuthenticationContext context{
      .find = find, .cache = *cache_, .now = clock_.now(), .strict = strict_};
  return authenticate_request(request, context);
}

}  // namespace coffer::auth
