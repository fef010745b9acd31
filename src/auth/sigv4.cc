#include "auth/sigv4.h"

#include "auth/sigv4_core.h"
#include "auth/temporary_credential.h"

namespace coffer::auth {

Authenticator::Authenticator(const Identity& identity, const Clock& clock, bool strict)
    : identity_(identity),
      clock_(clock),
      strict_(strict),
      cache_(std::make_unique<SigningKeyCache>()),
      sessions_(std::make_unique<SessionTokens>()) {}

Authenticator::~Authenticator() = default;

Result<Authenticated> Authenticator::authenticate(const RequestView& request) const {
  // One reference is captured, which std::function holds without an allocation.
  const TokenLookup find = [&identity = identity_](TokenId id) { return identity.find(id); };
  const AuthenticationContext context{.find = find,
                                      .cache = *cache_,
                                      .now = clock_.now(),
                                      .strict = strict_,
                                      .sessions = sessions_.get()};
  TRY(Authenticated authenticated, authenticate_request(request, context));
  if (const auto entry = identity_.find(authenticated.principal.token)) {
    identity_.note_use(*entry, context.now);
  }
  return authenticated;
}

void Authenticator::set_audiences(Audiences audiences) {
  sessions_->set_audiences(std::move(audiences));
}

std::shared_ptr<const Audiences> Authenticator::audiences() const { return sessions_->audiences(); }

}  // namespace coffer::auth
