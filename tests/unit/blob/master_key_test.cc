#include "blob/master_key.h"

#include "base/codec.h"
#include "blob_support.h"

#include <fstream>
#include <set>
#include <sys/stat.h>
#include <thread>

namespace coffer::blob {
namespace {

using namespace test;

/// Fills with one byte, so that what is sealed can be compared with what others computed.
class FixedRandom final : public Random {
 public:
  explicit FixedRandom(std::byte value) : value_(value) {}
  void fill(MutableBytes out) override { std::fill(out.begin(), out.end(), value_); }

 private:
  std::byte value_;
};

std::string repeat(std::string_view text, int times) {
  std::string out;
  for (int i = 0; i < times; ++i) out += text;
  return out;
}

const std::string kHexKey = repeat("42", 32);

MasterKey key_of(std::string_view hex) { return MasterKey::parse(hex).value(); }

BlobId blob_of(char first) {
  std::string raw;
  for (int i = 0; i < 16; ++i) raw += static_cast<char>(first + i);
  return BlobId::from_bytes(raw).value();
}

DataKey counting_data_key() {
  DataKey key;
  for (std::size_t i = 0; i < key.bytes.size(); ++i) key.bytes[i] = static_cast<std::uint8_t>(i);
  return key;
}

TEST(MasterKey, IsSixtyFourHexDigits) {
  for (const std::string& text : {kHexKey, kHexKey + "\n", " \t\r\n" + kHexKey + " \r\n"}) {
    const auto key = MasterKey::parse(text);
    ASSERT_TRUE(key) << text;
    EXPECT_EQ(key->fingerprint(), key_of(kHexKey).fingerprint());
  }
  EXPECT_EQ(key_of(repeat("aB", 32)).fingerprint(), key_of(repeat("Ab", 32)).fingerprint());
  for (const std::string& text :
       {std::string(), std::string("\n"), repeat("42", 31), repeat("42", 33), kHexKey + "4",
        repeat("4g", 32), repeat("42", 31) + " 4", std::string(64, '\0')}) {
    const auto key = MasterKey::parse(text);
    ASSERT_FALSE(key) << text;
    EXPECT_EQ(key.error().code(), ErrorCode::InvalidConfiguration);
    EXPECT_NE(key.error().detail().find("openssl rand"), std::string::npos) << "says what to do";
    EXPECT_EQ(key.error().detail().find("424242"), std::string::npos) << "never shows the key";
  }
}

TEST(MasterKey, FingerprintTellsKeysApart) {
  SystemRandom random;
  std::set<std::string> seen;
  for (int i = 0; i < 10; ++i) seen.insert(MasterKey::generate(random).fingerprint());
  EXPECT_EQ(seen.size(), 10U);
  // HMAC-SHA-256 of its purpose, the first 16 bytes; computed with Python's hmac.
  EXPECT_EQ(key_of(kHexKey).fingerprint(), "70201ea9d8a26426235f97cae3de9b11");
}

TEST(MasterKey, WrapsADataKeyAsDocumented) {
  FixedRandom random(std::byte{7});
  const WrappedKey wrapped = key_of(kHexKey).wrap(blob_of('\xa0'), counting_data_key(), random);
  // docs/formats/blob.md; computed with Python's cryptography.
  EXPECT_EQ(hex_encode(std::as_bytes(std::span(wrapped.bytes))),
            "070707070707070707070707be4f86e8f410c468668e1c2489d95f810edcc9c082c5b84f20428ea0c477"
            "658f5548d3716ae1f95c9ebfa422e18af448");
  const auto key = key_of(kHexKey).unwrap(blob_of('\xa0'), wrapped);
  ASSERT_TRUE(key);
  EXPECT_EQ(key->bytes, counting_data_key().bytes);
}

TEST(MasterKey, UnwrapsNothingThatItDidNotWrapForThisBlob) {
  SystemRandom random;
  const MasterKey master = MasterKey::generate(random);
  const WrappedKey wrapped = master.wrap(blob_of('a'), counting_data_key(), random);
  EXPECT_EQ(code_of(master.unwrap(blob_of('b'), wrapped)), ErrorCode::Corrupt);
  EXPECT_EQ(code_of(MasterKey::generate(random).unwrap(blob_of('a'), wrapped)), ErrorCode::Corrupt);
  for (std::size_t i = 0; i < wrapped.bytes.size(); ++i) {
    WrappedKey changed = wrapped;
    changed.bytes[i] ^= 0x80;
    EXPECT_EQ(code_of(master.unwrap(blob_of('a'), changed)), ErrorCode::Corrupt) << i;
  }
  EXPECT_NE(wrapped, master.wrap(blob_of('a'), counting_data_key(), random))
      << "a nonce of its own";
}

TEST(MasterKey, SealsASecretAsDocumented) {
  FixedRandom random(std::byte{7});
  const std::string sealed = key_of(kHexKey).seal("token digest", "ctx", "secret", random);
  // docs/formats/blob.md; computed with Python's cryptography.
  EXPECT_EQ(hex_encode(as_bytes(sealed)),
            "070707070707070707070707cbc7ee5313775d5558768ec2aa8dd0412e7c84f622c1");
}

TEST(MasterKey, OpensASecretUnderItsOwnPurposeAndContextOnly) {
  SystemRandom random;
  const MasterKey master = MasterKey::generate(random);
  for (const std::string_view secret : {"", "s", "a longer secret"}) {
    const std::string sealed = master.seal("purpose", "context", secret, random);
    EXPECT_EQ(master.open("purpose", "context", sealed).value(), secret);
    struct Case {
      std::string_view purpose, context;
    };
    for (const auto& [purpose, context] :
         {Case{"purpose", "contexu"}, Case{"purposf", "context"}, Case{"purposec", "ontext"},
          Case{"", "purposecontext"}, Case{"purpose", ""}, Case{"context", "purpose"}}) {
      const auto opened = master.open(purpose, context, sealed);
      EXPECT_EQ(code_of(opened), ErrorCode::Corrupt) << purpose << " " << context;
    }
    for (std::size_t i = 0; i < sealed.size(); ++i) {
      std::string changed = sealed;
      changed[i] = static_cast<char>(changed[i] ^ 1);
      EXPECT_EQ(code_of(master.open("purpose", "context", changed)), ErrorCode::Corrupt) << i;
      EXPECT_EQ(code_of(master.open("purpose", "context", sealed.substr(0, i))),
                ErrorCode::Corrupt);
    }
  }
}

TEST(MasterKeyFile, IsMadeOnceForItsOwnerOnly) {
  const TemporaryDirectory directory;
  const auto path = directory.path() / "master.key";
  SystemRandom random;
  const auto made = MasterKey::load_file(path, true, random);
  ASSERT_TRUE(made) << made.error().describe();
  struct stat about {};
  ASSERT_EQ(::stat(path.c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 0777, 0600U);
  EXPECT_EQ(about.st_size, 65);
  EXPECT_EQ(directory.files(), std::vector<std::string>{"master.key"}) << "no temporary file";
  for (const bool create : {false, true}) {
    EXPECT_EQ(MasterKey::load_file(path, create, random)->fingerprint(), made->fingerprint());
  }
}

TEST(MasterKeyFile, IsNotMadeWhereItShouldBe) {
  const TemporaryDirectory directory;
  SystemRandom random;
  const auto absent = MasterKey::load_file(directory.path() / "master.key", false, random);
  EXPECT_EQ(code_of(absent), ErrorCode::IoError);
  EXPECT_NE(absent.error().detail().find("give the path"), std::string::npos);
  EXPECT_TRUE(directory.files().empty());
  const auto nowhere = MasterKey::load_file(directory.path() / "no" / "master.key", true, random);
  EXPECT_EQ(code_of(nowhere), ErrorCode::IoError);
  EXPECT_EQ(code_of(MasterKey::load_file(directory.path(), true, random)), ErrorCode::IoError);
}

TEST(MasterKeyFile, WithAnythingElseInItIsRefusedByName) {
  const TemporaryDirectory directory;
  const auto path = directory.path() / "master.key";
  SystemRandom random;
  for (const std::string& text :
       {std::string(), std::string("password"), kHexKey + kHexKey, std::string(10'000, '4')}) {
    std::ofstream(path) << text;
    const auto key = MasterKey::load_file(path, true, random);
    ASSERT_EQ(code_of(key), ErrorCode::InvalidConfiguration);
    EXPECT_NE(key.error().detail().find(path.string()), std::string::npos);
  }
}

TEST(MasterKeyFile, IsTheSameForAllWhoMakeItAtOnce) {
  const TemporaryDirectory directory;
  const auto path = directory.path() / "master.key";
  SystemRandom random;
  std::vector<std::string> fingerprints(8);
  std::vector<std::thread> threads;
  threads.reserve(fingerprints.size());
  for (std::string& fingerprint : fingerprints) {
    threads.emplace_back(
        [&] { fingerprint = MasterKey::load_file(path, true, random).value().fingerprint(); });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(std::set(fingerprints.begin(), fingerprints.end()).size(), 1U);
  EXPECT_EQ(directory.files(), std::vector<std::string>{"master.key"});
}

}  // namespace
}  // namespace coffer::blob
