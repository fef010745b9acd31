#pragma once

#include "auth/sigv4_core.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace coffer::fuzz {

/// A request for the authenticator, whose only token is kKeyId with a secret that is in no input.
struct AuthRequest {
  static constexpr std::string_view kKeyId = "0a1b2c3d4e5f60718293a4b5c6d7e8f9";

  std::string method;
  std::string path;
  std::string query;
  HeaderList headers;

  /// First line `method path?query`, then lines of `name:value`.
  static AuthRequest parse(std::string_view text) {
    AuthRequest request;
    const auto take = [&text](char end) {
      const std::size_t at = text.find(end);
      const std::string_view piece = text.substr(0, at);
      text.remove_prefix(at == std::string_view::npos ? text.size() : at + 1);
      return piece;
    };
    std::string_view target = take('\n');
    request.method = target.substr(0, target.find(' '));
    target.remove_prefix(std::min(target.size(), request.method.size() + 1));
    request.path = target.substr(0, target.find('?'));
    target.remove_prefix(std::min(target.size(), request.path.size() + 1));
    request.query = target;
    while (!text.empty()) {
      const std::string_view line = take('\n');
      const std::size_t colon = line.find(':');
      if (colon == std::string_view::npos) continue;
      request.headers.add(std::string(line.substr(0, colon)),
                          std::string(trim_ascii(line.substr(colon + 1))));
    }
    return request;
  }

  Result<auth::Authenticated> authenticate() const {
    static auth::SigningKeyCache cache;
    static const auto entry = [] {
      auto made = std::make_shared<auth::TokenEntry>();
      made->token.id = *TokenId::parse(kKeyId);
      made->secret_access_key = "5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8";
      return std::shared_ptr<const auth::TokenEntry>(std::move(made));
    }();
    const auth::TokenLookup find = [](TokenId id) {
      return id == entry->token.id ? entry : nullptr;
    };
    // 2026-11-24T14:34:37Z, the date of the corpus.
    const Timestamp now{std::chrono::seconds(1'795'530'877)};
    const auth::AuthenticationContext context{
        .find = find, .cache = cache, .now = now, .strict = false};
    const auth::RequestView view{method, path, query, headers, IpAddress()};
    return auth::authenticate_request(view, context);
  }
};

}  // namespace coffer::fuzz
