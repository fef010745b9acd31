#include "blob/master_key.h"

#include "base/codec.h"
#include "base/hash.h"
#include "base/log.h"
#include "blob/aes_gcm.h"

#include <openssl/crypto.h>

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace coffer::blob {
namespace {

constexpr std::size_t kHexDigits = 64;
/// More than a key and some white space is not a key file.
constexpr std::size_t kFileBytesMax = 4096;
constexpr std::string_view kDataKeyPurpose = "coffer data key";
constexpr std::string_view kSecretPurpose = "coffer secret";
constexpr std::string_view kFingerprintPurpose = "coffer master key fingerprint";
constexpr std::size_t kFingerprintBytes = 16;
constexpr std::size_t kSealOverheadBytes = AesGcm::kNonceBytes + AesGcm::kTagBytes;
static_assert(WrappedKey::kSizeBytes == DataKey::kSizeBytes + kSealOverheadBytes);

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }
  bool is_open() const { return fd_ >= 0; }

 private:
  int fd_;
};

/// Text that holds key material: wiped when it goes.
class SecretText {
 public:
  explicit SecretText(std::size_t size_bytes) : text_(size_bytes, '\0') {}
  SecretText(const SecretText&) = delete;
  SecretText& operator=(const SecretText&) = delete;
  ~SecretText() { OPENSSL_cleanse(text_.data(), text_.size()); }
  std::string& get() { return text_; }

 private:
  std::string text_;
};

Error io_error(int error, const std::string& what, const std::filesystem::path& path,
               const std::string& advice) {
  return make_error(ErrorCode::IoError, "cannot " + what + " master key file " + path.string() +
                                            ": " + std::generic_category().message(error) + "; " +
                                            advice);
}

std::string secret_context(std::string_view purpose, std::string_view context) {
  // Lengths first, so that no two pairs make the same bytes.
  std::string associated(kSecretPurpose);
  for (const std::string_view piece : {purpose, context}) {
    for (int shift = 24; shift >= 0; shift -= 8) {
      associated.push_back(static_cast<char>((piece.size() >> shift) & 0xff));
    }
    associated.append(piece);
  }
  return associated;
}

/// The key that seals what `associated` names: one of its own for each blob and each secret. Random
/// nonces under the master key itself would wear it out: after 2^32 of them, which is two weeks of
/// small objects, one may repeat (NIST SP 800-38D section 8.3), and a repeated nonce tells the
/// difference of two data keys.
DataKey wrapping_key(std::span<const std::uint8_t, DataKey::kSizeBytes> master,
                     ByteView associated) {
  static_assert(DataKey::kSizeBytes == sizeof(Sha256Digest));
  Sha256Digest derived = hmac_sha256(std::as_bytes(master), associated);
  DataKey key;
  std::memcpy(key.bytes.data(), derived.data(), derived.size());
  OPENSSL_cleanse(derived.data(), derived.size());
  return key;
}

/// nonce || ciphertext || tag
void seal_under(std::span<const std::uint8_t, DataKey::kSizeBytes> master, ByteView associated,
                ByteView plaintext, Random& random, MutableBytes out) {
  const DataKey key = wrapping_key(master, associated);
  AesGcm::Nonce nonce;
  random.fill(std::as_writable_bytes(std::span(nonce)));
  std::memcpy(out.data(), nonce.data(), nonce.size());
  AesGcm(key.bytes, AesGcm::Direction::Seal)
      .seal(nonce, associated, plaintext, out.subspan(nonce.size()));
}

bool open_under(std::span<const std::uint8_t, DataKey::kSizeBytes> master, ByteView associated,
                ByteView sealed, MutableBytes out) {
  const DataKey key = wrapping_key(master, associated);
  AesGcm::Nonce nonce;
  std::memcpy(nonce.data(), sealed.data(), nonce.size());
  return AesGcm(key.bytes, AesGcm::Direction::Open)
      .open(nonce, associated, sealed.subspan(nonce.size()), out);
}

int hex_digit(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
  if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
  return -1;
}

bool is_space(char character) {
  return character == ' ' || character == '\t' || character == '\n' || character == '\r';
}

bool write_whole(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t count = ::write(fd, text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return false;
    text.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

/// Makes the file appear whole, durable and readable by its owner only, or not at all. EEXIST when
/// somebody else was first. Returns an errno, 0 for success.
int write_key_file(const std::filesystem::path& path, std::string_view text, Random& random) {
  const std::filesystem::path directory = path.has_parent_path() ? path.parent_path() : ".";
  std::array<std::byte, 8> suffix;
  random.fill(suffix);
  const std::string temporary = path.string() + ".new-" + hex_encode(suffix);
  int error = 0;
  {
    const Descriptor file(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (!file.is_open()) return errno;
    if (!write_whole(file.get(), text) || ::fsync(file.get()) != 0) error = errno;
  }
  // A link, unlike a rename, never replaces a key that is already there.
  if (error == 0 && ::link(temporary.c_str(), path.c_str()) != 0) error = errno;
  ::unlink(temporary.c_str());
  if (error != 0) return error;
  const Descriptor parent(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!parent.is_open() || ::fsync(parent.get()) != 0) return errno;
  return 0;
}

}  // namespace

DataKey::~DataKey() { OPENSSL_cleanse(bytes.data(), bytes.size()); }

MasterKey::~MasterKey() { OPENSSL_cleanse(key_.data(), key_.size()); }

MasterKey MasterKey::generate(Random& random) {
  MasterKey key;
  random.fill(std::as_writable_bytes(std::span(key.key_)));
  return key;
}

Result<MasterKey> MasterKey::parse(std::string_view hex) {
  while (!hex.empty() && is_space(hex.front())) hex.remove_prefix(1);
  while (!hex.empty() && is_space(hex.back())) hex.remove_suffix(1);
  if (hex.size() != kHexDigits) {
    return make_error(ErrorCode::InvalidConfiguration,
                      "a master key is 64 hex digits, this has " + std::to_string(hex.size()) +
                          " characters; `openssl rand -hex 32` makes one");
  }
  // Decoded here and not by base/codec.h, which would leave copies of the key behind.
  MasterKey key;
  for (std::size_t i = 0; i < key.key_.size(); ++i) {
    const int high = hex_digit(hex[2 * i]);
    const int low = hex_digit(hex[2 * i + 1]);
    if (high < 0 || low < 0) {
      return make_error(ErrorCode::InvalidConfiguration,
                        "a master key is 64 hex digits, this has another character; "
                        "`openssl rand -hex 32` makes one");
    }
    key.key_[i] = static_cast<std::uint8_t>(high * 16 + low);
  }
  return key;
}

Result<MasterKey> MasterKey::load_file(const std::filesystem::path& path, bool create,
                                       Random& random) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.is_open()) {
    const int error = errno;
    if (error != ENOENT || !create) {
      return io_error(error, "open", path,
                      error == ENOENT ? "give the path of the key this data was written with"
                                      : "check its owner and permissions");
    }
    const MasterKey made = generate(random);
    SecretText text(kHexDigits + 1);
    constexpr std::string_view kDigits = "0123456789abcdef";
    for (std::size_t i = 0; i < made.key_.size(); ++i) {
      text.get()[2 * i] = kDigits[made.key_[i] >> 4];
      text.get()[2 * i + 1] = kDigits[made.key_[i] & 15];
    }
    text.get().back() = '\n';
    const int failure = write_key_file(path, text.get(), random);
    if (failure == 0) return made;
    if (failure == EEXIST) return load_file(path, false, random);
    return io_error(failure, "create", path, "check that its directory exists and has space");
  }

  struct stat about {};
  if (::fstat(file.get(), &about) != 0) return io_error(errno, "read", path, "check the disk");
  if ((about.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    log_warn("master key file " + path.string() +
             " is open to other users of this machine; run: chmod 600 " + path.string());
  }
  SecretText text(kFileBytesMax);
  std::size_t length = 0;
  while (length < kFileBytesMax) {
    const ssize_t count = ::read(file.get(), text.get().data() + length, kFileBytesMax - length);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return io_error(errno, "read", path, "it has to be a readable file");
    if (count == 0) break;
    length += static_cast<std::size_t>(count);
  }
  auto key = parse(std::string_view(text.get()).substr(0, length));
  if (!key) {
    Error error = std::move(key).error();
    error.add_context("master key file " + path.string());
    return error;
  }
  return key;
}

std::string MasterKey::fingerprint() const {
  const Sha256Digest digest =
      hmac_sha256(std::as_bytes(std::span(key_)), as_bytes(kFingerprintPurpose));
  return hex_encode(ByteView(digest).first(kFingerprintBytes));
}

WrappedKey MasterKey::wrap(BlobId blob, const DataKey& key, Random& random) const {
  std::string associated(kDataKeyPurpose);
  associated.append(blob.bytes());
  WrappedKey wrapped;
  seal_under(key_, as_bytes(associated), std::as_bytes(std::span(key.bytes)), random,
             std::as_writable_bytes(std::span(wrapped.bytes)));
  return wrapped;
}

Result<DataKey> MasterKey::unwrap(BlobId blob, const WrappedKey& wrapped) const {
  std::string associated(kDataKeyPurpose);
  associated.append(blob.bytes());
  DataKey key;
  if (!open_under(key_, as_bytes(associated), std::as_bytes(std::span(wrapped.bytes)),
                  std::as_writable_bytes(std::span(key.bytes)))) {
    return make_error(ErrorCode::Corrupt, "the wrapped key of blob " + blob.hex() +
                                              " does not open with this master key");
  }
  return key;
}

std::string MasterKey::seal(std::string_view purpose, std::string_view context,
                            std::string_view plaintext, Random& random) const {
  std::string sealed(plaintext.size() + kSealOverheadBytes, '\0');
  const std::string associated = secret_context(purpose, context);
  seal_under(key_, as_bytes(associated), as_bytes(plaintext), random,
             std::as_writable_bytes(std::span(sealed)));
  return sealed;
}

Result<std::string> MasterKey::open(std::string_view purpose, std::string_view context,
                                    std::string_view sealed) const {
  const std::string associated = secret_context(purpose, context);
  if (sealed.size() >= kSealOverheadBytes) {
    std::string plaintext(sealed.size() - kSealOverheadBytes, '\0');
    if (open_under(key_, as_bytes(associated), as_bytes(sealed),
                   std::as_writable_bytes(std::span(plaintext)))) {
      return plaintext;
    }
  }
  return make_error(ErrorCode::Corrupt,
                    "a sealed " + std::string(purpose) + " does not open with this master key");
}

}  // namespace coffer::blob
