#include "base/hash.h"

#include "base/codec.h"

#include <isa-l/crc.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <algorithm>
#include <limits>
#include <stdexcept>
#include <utility>

namespace coffer {
namespace {

/// Fetching walks OpenSSL's providers under locks, so each algorithm is fetched once and kept for
/// the life of the process. A build of OpenSSL that lacks one cannot serve: a failed start.
const EVP_MD* fetch(const char* name) {
  const EVP_MD* algorithm = EVP_MD_fetch(nullptr, name, nullptr);
  if (algorithm == nullptr) throw std::runtime_error(std::string("OpenSSL lacks ") + name);
  return algorithm;
}
const EVP_MD* md5_algorithm() {
  static const EVP_MD* const algorithm = fetch("MD5");
  return algorithm;
}
const EVP_MD* sha1_algorithm() {
  static const EVP_MD* const algorithm = fetch("SHA1");
  return algorithm;
}
const EVP_MD* sha256_algorithm() {
  static const EVP_MD* const algorithm = fetch("SHA256");
  return algorithm;
}

EVP_MD_CTX* as_context(void* context) { return static_cast<EVP_MD_CTX*>(context); }

void check(int succeeded) {
  if (succeeded != 1) throw std::runtime_error("an OpenSSL digest failed");
}

void start(EVP_MD_CTX* context, const EVP_MD* algorithm) {
  check(EVP_DigestInit_ex2(context, algorithm, nullptr));
}
void feed(EVP_MD_CTX* context, ByteView bytes) {
  check(EVP_DigestUpdate(context, bytes.data(), bytes.size()));
}
template <class Digest>
Digest end(EVP_MD_CTX* context) {
  Digest digest;
  check(EVP_DigestFinal_ex(context, reinterpret_cast<unsigned char*>(digest.data()), nullptr));
  return digest;
}

void* make_context(const EVP_MD* algorithm) {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  if (context == nullptr) throw std::bad_alloc();
  start(context, algorithm);
  return context;
}

/// For whole messages: one context a thread, so that a digest of a few bytes allocates nothing.
EVP_MD_CTX* thread_context() {
  struct Free {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  };
  thread_local const std::unique_ptr<EVP_MD_CTX, Free> context(EVP_MD_CTX_new());
  if (context == nullptr) throw std::bad_alloc();
  return context.get();
}

}  // namespace

Md5::Md5() : context_(make_context(md5_algorithm())) {}
Md5::~Md5() { EVP_MD_CTX_free(as_context(context_)); }
Md5::Md5(Md5&& other) noexcept : context_(std::exchange(other.context_, nullptr)) {}
Md5& Md5::operator=(Md5&& other) noexcept {
  std::swap(context_, other.context_);
  return *this;
}
void Md5::update(ByteView bytes) { feed(as_context(context_), bytes); }
Md5Digest Md5::finish() { return end<Md5Digest>(as_context(context_)); }

Sha1::Sha1() : context_(make_context(sha1_algorithm())) {}
Sha1::~Sha1() { EVP_MD_CTX_free(as_context(context_)); }
Sha1::Sha1(Sha1&& other) noexcept : context_(std::exchange(other.context_, nullptr)) {}
Sha1& Sha1::operator=(Sha1&& other) noexcept {
  std::swap(context_, other.context_);
  return *this;
}
void Sha1::update(ByteView bytes) { feed(as_context(context_), bytes); }
Sha1Digest Sha1::finish() { return end<Sha1Digest>(as_context(context_)); }

Sha256::Sha256() : context_(make_context(sha256_algorithm())) {}
Sha256::~Sha256() { EVP_MD_CTX_free(as_context(context_)); }
Sha256::Sha256(Sha256&& other) noexcept : context_(std::exchange(other.context_, nullptr)) {}
Sha256& Sha256::operator=(Sha256&& other) noexcept {
  std::swap(context_, other.context_);
  return *this;
}
void Sha256::update(ByteView bytes) { feed(as_context(context_), bytes); }
Sha256Digest Sha256::finish() { return end<Sha256Digest>(as_context(context_)); }

Md5Digest md5(ByteView bytes) {
  EVP_MD_CTX* context = thread_context();
  start(context, md5_algorithm());
  feed(context, bytes);
  return end<Md5Digest>(context);
}

Sha256Digest sha256(ByteView bytes) {
  EVP_MD_CTX* context = thread_context();
  start(context, sha256_algorithm());
  feed(context, bytes);
  return end<Sha256Digest>(context);
}

std::string sha256_hex(std::string_view text) { return hex_encode(sha256(as_bytes(text))); }

Sha256Digest hmac_sha256(ByteView key, ByteView message) {
  // RFC 2104 over the fetched digest: OpenSSL 3.0's one-shot HMAC fetches its algorithms each time.
  constexpr std::size_t kBlockBytes = 64;
  std::array<std::byte, kBlockBytes> block{};
  if (key.size() > kBlockBytes) {
    const Sha256Digest hashed = sha256(key);
    std::copy(hashed.begin(), hashed.end(), block.begin());
  } else {
    std::copy(key.begin(), key.end(), block.begin());
  }
  EVP_MD_CTX* context = thread_context();
  for (std::byte& b : block) b ^= std::byte{0x36};
  start(context, sha256_algorithm());
  feed(context, block);
  feed(context, message);
  const auto inner = end<Sha256Digest>(context);
  for (std::byte& b : block) b ^= std::byte{0x36 ^ 0x5c};
  start(context, sha256_algorithm());
  feed(context, block);
  feed(context, inner);
  OPENSSL_cleanse(block.data(), block.size());
  return end<Sha256Digest>(context);
}

std::uint32_t crc32(std::uint32_t crc, ByteView bytes) {
  // This one of ISA-L inverts its seed and its answer itself.
  return crc32_gzip_refl(crc, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
}

std::uint32_t crc32c(std::uint32_t crc, ByteView bytes) {
  // And this one inverts neither, and counts in int. It only reads, whatever its signature says.
  crc = ~crc;
  while (!bytes.empty()) {
    const std::size_t piece = std::min<std::size_t>(bytes.size(), std::numeric_limits<int>::max());
    auto* data = const_cast<unsigned char*>(reinterpret_cast<const unsigned char*>(bytes.data()));
    crc = crc32_iscsi(data, static_cast<int>(piece), crc);
    bytes = bytes.subspan(piece);
  }
  return ~crc;
}

}  // namespace coffer
