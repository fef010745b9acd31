// SYNCED = layout[1] sequence[8] crc32c[4]     big-endian; the crc is of what stands before it
#include "meta/synced_mark.h"

#include "base/bytes.h"
#include "base/hash.h"
#include "meta/rocksdb_status.h"
#include "records/codec.h"

#include <rocksdb/file_system.h>

#include <utility>

namespace coffer::meta {
namespace {

constexpr std::uint8_t kLayout = 1;

std::string path_in(const std::string& directory) {
  return directory + "/" + SyncedMark::kFileName;
}

std::string encode(std::uint64_t sequence) {
  records::Writer out(kLayout);
  out.u64(sequence);
  out.u32(crc32c(0, as_bytes(out.text())));
  return std::move(out).take();
}

}  // namespace

std::uint64_t SyncedMark::read(rocksdb::FileSystem& files, const std::string& directory) {
  std::string text;
  if (!rocksdb::ReadFileToString(&files, path_in(directory), &text).ok()) return 0;
  records::Reader in(text);
  if (in.u8() != kLayout) return 0;
  const std::uint64_t sequence = in.u64();
  return text == encode(sequence) ? sequence : 0;
}

Result<SyncedMark> SyncedMark::open(rocksdb::FileSystem& files, const std::string& directory) {
  const std::string path = path_in(directory);
  const rocksdb::FileOptions options;
  std::unique_ptr<rocksdb::FSRandomRWFile> file;
  rocksdb::IOStatus status = files.NewRandomRWFile(path, options, &file, nullptr);
  if (status.IsNotFound() || status.IsPathNotFound()) {
    status = rocksdb::WriteStringToFile(&files, encode(0), path);
    if (status.ok()) status = files.NewRandomRWFile(path, options, &file, nullptr);
  }
  if (!status.ok()) return error_from(status, directory, "opening its note SYNCED");
  return SyncedMark(std::move(file));
}

SyncedMark::SyncedMark(std::unique_ptr<rocksdb::FSRandomRWFile> file) : file_(std::move(file)) {}
SyncedMark::SyncedMark(SyncedMark&&) noexcept = default;
SyncedMark& SyncedMark::operator=(SyncedMark&&) noexcept = default;
SyncedMark::~SyncedMark() = default;

void SyncedMark::record(std::uint64_t sequence) {
  const std::string text = encode(sequence);
  file_->Write(0, text, rocksdb::IOOptions(), nullptr).PermitUncheckedError();
}

}  // namespace coffer::meta
