#include "blob/aes_gcm.h"

#include <openssl/evp.h>

#include <algorithm>
#include <cassert>
#include <stdexcept>
#include <string>

namespace coffer::blob {
namespace {

/// Fetched once per process: a fetch costs more than sealing a small frame.
const EVP_CIPHER* cipher() {
  static const EVP_CIPHER* const fetched = EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr);
  return fetched;
}

/// What can fail here is memory, or an OpenSSL without AES: neither is an answer to a request.
void require(bool succeeded, const char* what) {
  if (!succeeded) throw std::runtime_error(std::string("OpenSSL failed in ") + what);
}

EVP_CIPHER_CTX* as_context(void* context) { return static_cast<EVP_CIPHER_CTX*>(context); }
const unsigned char* in(ByteView bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}
unsigned char* out_of(MutableBytes bytes) { return reinterpret_cast<unsigned char*>(bytes.data()); }

}  // namespace

AesGcm::AesGcm(std::span<const std::uint8_t, kKeyBytes> key, Direction direction)
    : context_(EVP_CIPHER_CTX_new()), direction_(direction) {
  const bool ready = context_ != nullptr && cipher() != nullptr &&
                     EVP_CipherInit_ex2(as_context(context_), cipher(), key.data(), nullptr,
                                        direction == Direction::Seal ? 1 : 0, nullptr) == 1;
  if (ready) return;
  EVP_CIPHER_CTX_free(as_context(context_));
  require(false, "setting up AES-256-GCM");
}

AesGcm::~AesGcm() { EVP_CIPHER_CTX_free(as_context(context_)); }

void AesGcm::seal(const Nonce& nonce, ByteView associated, ByteView plaintext, MutableBytes out) {
  assert(direction_ == Direction::Seal && out.size() == plaintext.size() + kTagBytes);
  EVP_CIPHER_CTX* const context = as_context(context_);
  int length = 0;
  require(EVP_EncryptInit_ex2(context, nullptr, nullptr, nonce.data(), nullptr) == 1, "the nonce");
  require(EVP_EncryptUpdate(context, nullptr, &length, in(associated),
                            static_cast<int>(associated.size())) == 1,
          "the associated data");
  if (!plaintext.empty()) {
    require(EVP_EncryptUpdate(context, out_of(out), &length, in(plaintext),
                              static_cast<int>(plaintext.size())) == 1,
            "encryption");
  }
  unsigned char* const tag = out_of(out) + plaintext.size();
  require(EVP_EncryptFinal_ex(context, tag, &length) == 1, "the end of encryption");
  require(
      EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, static_cast<int>(kTagBytes), tag) == 1,
      "the tag");
}

bool AesGcm::open(const Nonce& nonce, ByteView associated, ByteView sealed, MutableBytes out) {
  assert(direction_ == Direction::Open && sealed.size() == out.size() + kTagBytes);
  EVP_CIPHER_CTX* const context = as_context(context_);
  int length = 0;
  require(EVP_DecryptInit_ex2(context, nullptr, nullptr, nonce.data(), nullptr) == 1, "the nonce");
  // A copy, because OpenSSL wants the tag writable.
  std::array<std::byte, kTagBytes> tag;
  const ByteView stored = sealed.last(kTagBytes);
  std::copy(stored.begin(), stored.end(), tag.begin());
  require(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, static_cast<int>(kTagBytes),
                              tag.data()) == 1,
          "the tag");
  require(EVP_DecryptUpdate(context, nullptr, &length, in(associated),
                            static_cast<int>(associated.size())) == 1,
          "the associated data");
  if (!out.empty()) {
    require(EVP_DecryptUpdate(context, out_of(out), &length, in(sealed),
                              static_cast<int>(out.size())) == 1,
            "decryption");
  }
  // GCM writes nothing at the end; where it would has to be valid all the same.
  unsigned char rest[16];
  return EVP_DecryptFinal_ex(context, rest, &length) == 1;
}

}  // namespace coffer::blob
