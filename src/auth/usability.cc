#include "auth/usability.h"

namespace coffer::auth {

Usability usability_of(const Token& token, const IpAddress& client, Timestamp now) {
  if (token.status != TokenStatus::Active) return Usability::Disabled;
  if (token.not_before && now < *token.not_before) return Usability::NotYetValid;
  if (token.expires_on && now >= *token.expires_on) return Usability::Expired;
  if (!token.ip.admits(client)) return Usability::AddressRefused;
  return Usability::Usable;
}

}  // namespace coffer::auth
