// SPDX-License-Identifier: Apache-2.0
#ifndef CSPKIT_OFFICE_COLLECT_ZIP_WRITER_HPP_
#define CSPKIT_OFFICE_COLLECT_ZIP_WRITER_HPP_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace cspkit::office::collect {

/// A zip archive in memory.
class ZipWriter {
 public:
  ZipWriter();
  ~ZipWriter();
  ZipWriter(const ZipWriter&) = delete;
  ZipWriter& operator=(const ZipWriter&) = delete;

  /// Adds a file. `modified` in seconds since 1970. False: see error().
  bool add(const std::string& name, std::string_view bytes, std::int64_t modified);
  /// Takes the whole. False: see error().
  bool finish(std::string& out);
  std::string error() const;

 private:
  struct Archive;
  std::unique_ptr<Archive> archive_;
};

}  // namespace cspkit::office::collect

#endif  // CSPKIT_OFFICE_COLLECT_ZIP_WRITER_HPP_
