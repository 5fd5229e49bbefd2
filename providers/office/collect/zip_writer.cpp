// SPDX-License-Identifier: Apache-2.0
#include "zip_writer.hpp"

#include <archive.h>
#include <archive_entry.h>

#include <cerrno>
#include <new>
#include <utility>

namespace cspkit::office::collect {

struct ZipWriter::Archive {
  struct Free {
    void operator()(archive* a) const { archive_write_free(a); }
    void operator()(archive_entry* e) const { archive_entry_free(e); }
  };
  static la_ssize_t take(archive* a, void* out, const void* bytes, std::size_t size) {
    try {
      static_cast<std::string*>(out)->append(static_cast<const char*>(bytes), size);
    } catch (const std::bad_alloc&) {
      archive_set_error(a, ENOMEM, "out of memory");
      return -1;
    }
    return static_cast<la_ssize_t>(size);
  }

  std::string bytes;
  std::unique_ptr<archive, Free> writer{archive_write_new()};
  bool usable = false;
};

ZipWriter::ZipWriter() : archive_(std::make_unique<Archive>()) {
  archive* a = archive_->writer.get();
  archive_->usable =
      a != nullptr && archive_write_set_format_zip(a) == ARCHIVE_OK &&
      archive_write_set_options(a, "hdrcharset=UTF-8") >= ARCHIVE_WARN &&
      archive_write_open(a, &archive_->bytes, nullptr, Archive::take, nullptr) == ARCHIVE_OK;
}

ZipWriter::~ZipWriter() = default;

bool ZipWriter::add(const std::string& name, std::string_view bytes, std::int64_t modified) {
  if (!archive_->usable) return false;
  const std::unique_ptr<archive_entry, Archive::Free> entry(archive_entry_new());
  if (!entry) return false;
  archive_entry_set_pathname(entry.get(), name.c_str());
  archive_entry_set_size(entry.get(), static_cast<la_int64_t>(bytes.size()));
  archive_entry_set_filetype(entry.get(), AE_IFREG);
  archive_entry_set_perm(entry.get(), 0600);
  archive_entry_set_mtime(entry.get(), static_cast<time_t>(modified), 0);
  archive* a = archive_->writer.get();
  return archive_write_header(a, entry.get()) >= ARCHIVE_WARN &&
         archive_write_data(a, bytes.data(), bytes.size()) == static_cast<la_ssize_t>(bytes.size());
}

bool ZipWriter::finish(std::string& out) {
  if (!archive_->usable || archive_write_close(archive_->writer.get()) != ARCHIVE_OK) return false;
  out = std::move(archive_->bytes);
  return true;
}

std::string ZipWriter::error() const {
  const char* text =
      archive_->writer ? archive_error_string(archive_->writer.get()) : "out of memory";
  return text != nullptr ? text : "the archive cannot be written";
}

}  // namespace cspkit::office::collect
