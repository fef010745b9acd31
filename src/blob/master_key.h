#pragma once

#include "base/bytes.h"
#include "base/ids.h"
#include "base/random.h"
#include "base/result.h"

#include <array>
#include <filesystem>
#include <optional>
#include <string>

namespace coffer::blob {

/// A data key of one blob, sealed: 12-byte nonce, 32 bytes, 16-byte tag, AES-256-GCM, associated
/// data = "coffer data key" and the blob id; the key is HMAC-SHA-256 of these under the master key.
struct WrappedKey {
  static constexpr std::size_t kSizeBytes = 60;
  std::array<std::uint8_t, kSizeBytes> bytes{};
  bool operator==(const WrappedKey&) const = default;
};

/// A blob's own AES-256 key; wiped when destroyed. Serves that blob only.
class DataKey {
 public:
  static constexpr std::size_t kSizeBytes = 32;
  DataKey() = default;
  DataKey(const DataKey&) = default;
  DataKey& operator=(const DataKey&) = default;
  ~DataKey();
  std::array<std::uint8_t, kSizeBytes> bytes{};
};

/// The installation's master key. Wraps data keys and small secrets (token digests). Immutable,
/// thread-safe; wiped when destroyed.
class MasterKey {
 public:
  static MasterKey generate(Random& random);
  /// 64 hex digits, surrounding white space ignored; InvalidConfiguration otherwise.
  static Result<MasterKey> parse(std::string_view hex);
  /// Reads a key file; when it is absent and `create` is set, makes one (0600, synced, directory
  /// synced). Errors: IoError, InvalidConfiguration; each says what to do.
  static Result<MasterKey> load_file(const std::filesystem::path& path, bool create,
                                     Random& random);

  MasterKey(const MasterKey&) = default;
  MasterKey& operator=(const MasterKey&) = default;
  ~MasterKey();

  /// A value that tells two master keys apart and reveals neither: for "wrong master key" at start.
  std::string fingerprint() const;

  WrappedKey wrap(BlobId blob, const DataKey& key, Random& random) const;
  /// Corrupt when it does not authenticate.
  Result<DataKey> unwrap(BlobId blob, const WrappedKey& wrapped) const;

  /// Seals a small secret under a purpose ("token digest") and context (the token's id bytes).
  std::string seal(std::string_view purpose, std::string_view context, std::string_view plaintext,
                   Random& random) const;
  Result<std::string> open(std::string_view purpose, std::string_view context,
                           std::string_view sealed) const;

 private:
  MasterKey() = default;
  std::array<std::uint8_t, 32> key_{};
};

}  // namespace coffer::blob
