// The low-level digest functions are deprecated in OpenSSL 3 in favour of the slower EVP ones.
#define OPENSSL_SUPPRESS_DEPRECATED

#include "auth/sigv4_hmac.h"

#include <openssl/sha.h>

#include <algorithm>
#include <cstring>

namespace coffer::auth {
namespace {

constexpr std::size_t kBlockBytes = SHA256_CBLOCK;
constexpr unsigned char kInnerPad = 0x36;  // RFC 2104 section 2
constexpr unsigned char kOuterPad = 0x5c;

Sha256Digest finish(SHA256_CTX& context) {
  Sha256Digest digest;
  SHA256_Final(reinterpret_cast<unsigned char*>(digest.data()), &context);
  return digest;
}

/// The chaining value after one block of key XOR pad.
std::array<std::uint32_t, 8> absorb(const std::array<unsigned char, kBlockBytes>& key,
                                    unsigned char pad) {
  std::array<unsigned char, kBlockBytes> block;
  std::transform(key.begin(), key.end(), block.begin(),
                 [pad](unsigned char byte) { return static_cast<unsigned char>(byte ^ pad); });
  SHA256_CTX context;
  SHA256_Init(&context);
  SHA256_Update(&context, block.data(), block.size());
  std::array<std::uint32_t, 8> state;
  std::copy(std::begin(context.h), std::end(context.h), state.begin());
  return state;
}

/// A context that continues after one absorbed block.
SHA256_CTX resume(const std::array<std::uint32_t, 8>& state) {
  SHA256_CTX context;
  SHA256_Init(&context);
  std::copy(state.begin(), state.end(), std::begin(context.h));
  context.Nl = kBlockBytes * 8;  // bits so far
  return context;
}

}  // namespace

Sha256Digest short_sha256(std::initializer_list<std::string_view> pieces) {
  SHA256_CTX context;
  SHA256_Init(&context);
  for (std::string_view piece : pieces) SHA256_Update(&context, piece.data(), piece.size());
  return finish(context);
}

HmacKey::HmacKey(std::string_view key) {
  std::array<unsigned char, kBlockBytes> block{};
  if (key.size() > block.size()) {
    const Sha256Digest digest = short_sha256({key});
    std::memcpy(block.data(), digest.data(), digest.size());
  } else if (!key.empty()) {
    std::memcpy(block.data(), key.data(), key.size());
  }
  inner_ = absorb(block, kInnerPad);
  outer_ = absorb(block, kOuterPad);
}

Sha256Digest HmacKey::mac(std::string_view message) const {
  SHA256_CTX inner = resume(inner_);
  SHA256_Update(&inner, message.data(), message.size());
  const Sha256Digest digest = finish(inner);
  SHA256_CTX outer = resume(outer_);
  SHA256_Update(&outer, digest.data(), digest.size());
  return finish(outer);
}

}  // namespace coffer::auth
