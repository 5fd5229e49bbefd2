// SPDX-License-Identifier: Apache-2.0
// Zip files for tests, also such as nobody should make. Needs libarchive.
#ifndef CSPKIT_TESTS_LIB_ZIP_HPP_
#define CSPKIT_TESTS_LIB_ZIP_HPP_

#include <archive.h>
#include <archive_entry.h>

#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace cspkit::testing {

struct ZipFile {
  std::string name;
  std::string content;
  bool symlink = false;  ///< then `content` is where it leads
};

/// The bytes of a zip with these files; encrypted when a passphrase is given.
inline std::string make_zip(const std::vector<ZipFile>& files, const char* passphrase = nullptr) {
  const auto need = [](bool good) {
    if (!good) throw std::runtime_error("libarchive cannot write this zip");
  };
  std::size_t room = std::size_t{1} << 20;
  for (const ZipFile& file : files) room += file.content.size() / 100 + file.name.size() * 2 + 512;
  std::string out(room, '\0');
  std::size_t used = 0;
  archive* a = archive_write_new();
  need(a != nullptr && archive_write_set_format_zip(a) == ARCHIVE_OK);
  if (passphrase != nullptr) {
    need(archive_write_set_options(a, "zip:encryption=traditional") == ARCHIVE_OK);
    need(archive_write_set_passphrase(a, passphrase) == ARCHIVE_OK);
  }
  need(archive_write_open_memory(a, out.data(), out.size(), &used) == ARCHIVE_OK);
  for (const ZipFile& file : files) {
    archive_entry* entry = archive_entry_new();
    archive_entry_set_pathname(entry, file.name.c_str());
    archive_entry_set_perm(entry, 0644);
    const std::string content = file.symlink ? std::string() : file.content;
    archive_entry_set_size(entry, static_cast<la_int64_t>(content.size()));
    archive_entry_set_filetype(entry, file.symlink ? AE_IFLNK : AE_IFREG);
    if (file.symlink) archive_entry_set_symlink(entry, file.content.c_str());
    need(archive_write_header(a, entry) == ARCHIVE_OK);
    need(archive_write_data(a, content.data(), content.size()) ==
         static_cast<la_ssize_t>(content.size()));
    archive_entry_free(entry);
  }
  need(archive_write_close(a) == ARCHIVE_OK);
  archive_write_free(a);
  out.resize(used);
  return out;
}

/// A zip that holds one file `times` times over, made in a moment.
inline std::string make_repeated_zip(const ZipFile& file, std::uint32_t times) {
  const std::string one = make_zip({file});
  const std::size_t directory = one.rfind("PK\x01\x02");
  const std::size_t end = one.rfind("PK\x05\x06");
  if (directory == one.npos || end == one.npos) throw std::runtime_error("no directory in the zip");
  const std::string local = one.substr(0, directory);
  const auto put = [](std::string& text, std::size_t at, std::uint64_t value, std::size_t bytes) {
    for (std::size_t i = 0; i < bytes; ++i) text[at + i] = static_cast<char>(value >> (8 * i));
  };
  std::string out;
  out.reserve(one.size() * times);
  for (std::uint32_t i = 0; i < times; ++i) out += local;
  std::string record = one.substr(directory, end - directory);
  for (std::uint32_t i = 0; i < times; ++i) {
    put(record, 42, local.size() * i, 4);  // where its local record begins
    out += record;
  }
  std::string tail = one.substr(end);
  const std::uint32_t shown = times < 0xFFFF ? times : 0xFFFF;
  put(tail, 8, shown, 2);
  put(tail, 10, shown, 2);
  put(tail, 12, record.size() * times, 4);
  put(tail, 16, local.size() * times, 4);
  return out + tail;
}

}  // namespace cspkit::testing

#endif  // CSPKIT_TESTS_LIB_ZIP_HPP_
