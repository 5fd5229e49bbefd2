// SPDX-License-Identifier: Apache-2.0
#include "bundle.hpp"

#include <cspkit/value.hpp>
#include <memory>

#include "input.hpp"
#ifdef CSPKIT_WITH_LIBARCHIVE
#include <archive.h>
#include <archive_entry.h>
#include <locale.h>
#endif

namespace cspkit::ddf {

bool is_bundle(std::string_view bytes) { return bytes.substr(0, 4) == "PK\x03\x04"; }

#ifdef CSPKIT_WITH_LIBARCHIVE

namespace {

struct FreeArchive {
  void operator()(archive* a) const { archive_read_free(a); }
};

/// libarchive turns names into the charset of the locale, and drops those that do not fit: while it
/// reads, this thread's is UTF-8. Where the system has no such locale, those names are not read.
class Utf8Locale {
 public:
  Utf8Locale() : utf8_(::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr)) {
    if (utf8_ != nullptr) before_ = ::uselocale(utf8_);
  }
  ~Utf8Locale() {
    if (utf8_ == nullptr) return;
    ::uselocale(before_);
    ::freelocale(utf8_);
  }
  Utf8Locale(const Utf8Locale&) = delete;
  Utf8Locale& operator=(const Utf8Locale&) = delete;

 private:
  locale_t utf8_;
  locale_t before_ = nullptr;
};

Status damaged(archive* a, const std::string& what) {
  const char* reason = archive_error_string(a);
  return Status(Code::kNotDdf, "the zip cannot be read: " + what +
                                   (reason != nullptr ? std::string(": ") + reason : ""));
}

bool is_xml(std::string_view name) {
  return name.size() > 4 && detail::equals_ignoring_case(name.substr(name.size() - 4), ".xml");
}

bool leaves_its_folder(std::string_view name) {
  return name.substr(0, 1) == "/" || name.find('\\') != name.npos || name == ".." ||
         name.substr(0, 3) == "../" || name.find("/../") != name.npos;
}

enum class Expanded { kOk, kTooLarge, kDamaged };

/// Reads the entry at hand, at most `limit` bytes of it: what the zip says of sizes is not trusted.
Expanded expand(archive* a, std::size_t limit, std::string& out) {
  constexpr std::size_t kChunk = std::size_t{256} << 10;
  out.clear();
  for (;;) {
    const std::size_t have = out.size();
    out.resize(have + kChunk);
    const la_ssize_t got = archive_read_data(a, out.data() + have, kChunk);
    if (got < 0) return Expanded::kDamaged;
    out.resize(have + static_cast<std::size_t>(got));
    if (got == 0) return Expanded::kOk;
    if (out.size() > limit) return Expanded::kTooLarge;
  }
}

}  // namespace

Status read_bundle(std::string_view bytes, const BundleReader& reader) {
  const Utf8Locale locale;
  const std::unique_ptr<archive, FreeArchive> a(archive_read_new());
  if (a == nullptr) return Status(Code::kNotDdf, "the zip cannot be read: out of memory");
  archive_read_support_format_zip(a.get());
  if (archive_read_open_memory(a.get(), bytes.data(), bytes.size()) != ARCHIVE_OK)
    return damaged(a.get(), "no zip");
  std::size_t entries = 0;
  std::size_t left = kMaxBundleBytes;
  std::string content;
  for (;;) {
    archive_entry* entry = nullptr;
    const int result = archive_read_next_header(a.get(), &entry);
    if (result == ARCHIVE_EOF) return {};
    if (result != ARCHIVE_OK && result != ARCHIVE_WARN)
      return damaged(a.get(), "entry " + std::to_string(entries + 1));
    if (++entries > kMaxBundleEntries) {
      return Status(Code::kNotDdf,
                    "the zip has more than " + std::to_string(kMaxBundleEntries) + " entries");
    }
    const char* given = archive_entry_pathname_utf8(entry);
    if (given == nullptr) given = archive_entry_pathname(entry);
    if (archive_entry_filetype(entry) == AE_IFDIR) continue;
    if (given == nullptr) {
      reader.skipped("entry " + std::to_string(entries), "its name cannot be read");
      continue;
    }
    const std::string name = given;
    if (!is_xml(name)) continue;
    if (archive_entry_filetype(entry) != AE_IFREG) {
      reader.skipped(name, "it is no regular file");
      continue;
    }
    if (leaves_its_folder(name)) {
      reader.skipped(name, "its name leads out of the bundle");
      continue;
    }
    switch (expand(a.get(), left < kMaxDocumentBytes ? left : kMaxDocumentBytes, content)) {
      case Expanded::kDamaged:
        return damaged(a.get(), name);
      case Expanded::kTooLarge:
        return Status(Code::kNotDdf, "the zip expands to too much: \"" + name +
                                         "\" alone, or the files together, exceed the limits of " +
                                         std::to_string(kMaxDocumentBytes >> 20) + " and " +
                                         std::to_string(kMaxBundleBytes >> 20) + " MiB");
      case Expanded::kOk:
        break;
    }
    left -= content.size();
    reader.file(name, content);
  }
}

#else

Status read_bundle(std::string_view, const BundleReader&) {
  return Status(Code::kNotDdf,
                "this build reads no zip bundles (it was made without libarchive); unpack it and "
                "give the folder");
}

#endif

}  // namespace cspkit::ddf
