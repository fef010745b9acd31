#pragma once

#include "auth/token.h"
#include "records/token_record.h"

#include <string>

/// Between tokens as `auth` thinks of them and as `records` keeps them.
namespace coffer::auth {

records::TokenRecord to_record(const Token& token, std::string sealed_digest);

/// Corrupt when the record breaks a rule that every token was held to when it was made: a token or
/// policy without its parts, a permission group that does not exist.
Result<Token> to_token(TokenId id, const records::TokenRecord& record);

}  // namespace coffer::auth
