#include "blob/aes_gcm.h"

#include "base/codec.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace coffer::blob {
namespace {

using Key = std::array<std::uint8_t, AesGcm::kKeyBytes>;

template <class Bytes>
Bytes from_hex(std::string_view hex) {
  const std::string raw = hex_decode(hex).value();
  Bytes bytes{};
  EXPECT_EQ(raw.size(), bytes.size());
  std::copy_n(raw.begin(), std::min(raw.size(), bytes.size()), bytes.begin());
  return bytes;
}

struct Vector {
  const char* name;
  std::string_view key, nonce, associated, plaintext, ciphertext, tag;
};

/// The first case of [Keylen = 256] [IVlen = 96] with [Taglen = 128] for no text, text alone and
/// associated data alone, from gcmEncryptExtIV256.rsp in
/// https://csrc.nist.gov/CSRC/media/Projects/Cryptographic-Algorithm-Validation-Program/documents/mac/gcmtestvectors.zip
/// and test case 16 of appendix B in
/// https://csrc.nist.gov/CSRC/media/Projects/Block-Cipher-Techniques/documents/BCM/proposed-modes/gcm/gcm-spec.pdf
constexpr Vector kVectors[] = {
    {"nothing", "b52c505a37d78eda5dd34f20c22540ea1b58963cf8e5bf8ffa85f9f2492505b4",
     "516c33929df5a3284ff463d7", "", "", "", "bdc1ac884d332457a1d2664f168c76f0"},
    {"text", "31bdadd96698c204aa9ce1448ea94ae1fb4a9a0b3c9d773b51bb1822666b8f22",
     "0d18e06c7c725ac9e362e1ce", "", "2db5168e932556f8089a0622981d017d",
     "fa4362189661d163fcd6a56d8bf0405a", "d636ac1bbedd5cc3ee727dc2ab4a9489"},
    {"associated data", "78dc4e0aaf52d935c3c01eea57428f00ca1fd475f5da86a49c8dd73d68c8e223",
     "d79cf22d504cc793c3fb6c8a", "b96baa8c1c75a671bfb2d08d06be5f36", "", "",
     "3e5d486aa2e30b22e040b85723a06e76"},
    {"both", "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308",
     "cafebabefacedbaddecaf888", "feedfacedeadbeeffeedfacedeadbeefabaddad2",
     "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6"
     "b525b16aedf5aa0de657ba637b39",
     "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b105682"
     "8838c5f61e6393ba7a0abcc9f662",
     "76fc6ece0f4e1768cddf8853bb2d551b"},
};

TEST(AesGcm, SealsAndOpensThePublishedVectors) {
  for (const Vector& vector : kVectors) {
    SCOPED_TRACE(vector.name);
    const Key key = from_hex<Key>(vector.key);
    const auto nonce = from_hex<AesGcm::Nonce>(vector.nonce);
    const std::string associated = hex_decode(vector.associated).value();
    const std::string plaintext = hex_decode(vector.plaintext).value();
    const std::string expected = std::string(vector.ciphertext) + std::string(vector.tag);

    std::string sealed(plaintext.size() + AesGcm::kTagBytes, '\0');
    const MutableBytes out = std::as_writable_bytes(std::span(sealed));
    AesGcm(key, AesGcm::Direction::Seal)
        .seal(nonce, as_bytes(associated), as_bytes(plaintext), out);
    EXPECT_EQ(hex_encode(as_bytes(sealed)), expected);

    std::string opened(plaintext.size(), '\0');
    EXPECT_TRUE(AesGcm(key, AesGcm::Direction::Open)
                    .open(nonce, as_bytes(associated), as_bytes(sealed),
                          std::as_writable_bytes(std::span(opened))));
    EXPECT_EQ(opened, plaintext);
  }
}

class AesGcmOfOneKey : public ::testing::Test {
 protected:
  std::string seal(std::uint8_t nonce, std::string_view associated, std::string_view plaintext) {
    std::string sealed(plaintext.size() + AesGcm::kTagBytes, '\0');
    sealing_.seal(nonce_of(nonce), as_bytes(associated), as_bytes(plaintext),
                  std::as_writable_bytes(std::span(sealed)));
    return sealed;
  }
  bool opens(std::uint8_t nonce, std::string_view associated, std::string_view sealed) {
    std::string opened(sealed.size() - AesGcm::kTagBytes, '\0');
    return opening_.open(nonce_of(nonce), as_bytes(associated), as_bytes(sealed),
                         std::as_writable_bytes(std::span(opened)));
  }
  static AesGcm::Nonce nonce_of(std::uint8_t last) {
    AesGcm::Nonce nonce{};
    nonce.back() = last;
    return nonce;
  }

  AesGcm sealing_{Key{7}, AesGcm::Direction::Seal};
  AesGcm opening_{Key{7}, AesGcm::Direction::Open};
};

TEST_F(AesGcmOfOneKey, OpensNothingThatDiffersInOneBit) {
  const std::string sealed = seal(1, "context", "some plaintext");
  EXPECT_TRUE(opens(1, "context", sealed));
  for (std::size_t bit = 0; bit < sealed.size() * 8; ++bit) {
    std::string changed = sealed;
    changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ (1 << (bit % 8)));
    EXPECT_FALSE(opens(1, "context", changed)) << bit;
  }
  EXPECT_FALSE(opens(2, "context", sealed));
  EXPECT_FALSE(opens(1, "contexu", sealed));
  EXPECT_FALSE(opens(1, "", sealed));
  EXPECT_TRUE(opens(1, "context", sealed)) << "a failure leaves nothing behind";
}

TEST_F(AesGcmOfOneKey, WorksInPlace) {
  const std::string plaintext(100'000, 'p');
  std::string buffer = plaintext + std::string(AesGcm::kTagBytes, '\0');
  const MutableBytes bytes = std::as_writable_bytes(std::span(buffer));
  sealing_.seal(nonce_of(3), {}, ByteView(bytes).first(plaintext.size()), bytes);
  EXPECT_EQ(buffer, seal(3, "", plaintext));
  EXPECT_TRUE(opening_.open(nonce_of(3), {}, bytes, bytes.first(plaintext.size())));
  EXPECT_EQ(buffer.substr(0, plaintext.size()), plaintext);
}

}  // namespace
}  // namespace coffer::blob
