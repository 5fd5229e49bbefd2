// SPDX-License-Identifier: Apache-2.0
#include "compiled.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <limits>
#include <new>

#include "input.hpp"
#include "text.hpp"

namespace cspkit::ddf {
namespace {

constexpr std::uint64_t kA = 0x9E3779B97F4A7C15u;
constexpr std::uint64_t kB = 0xC2B2AE3D27D4EB4Fu;

Status refuse(const std::string& name, const std::string& why) {
  return Status(Code::kNotDdf,
                name + ": " + why + "; compile it again from its DDF files (cspctl ddf compile)");
}

constexpr std::array<std::size_t, kSections> kElementSizes = {
    sizeof(Record), 4, 1, 1, sizeof(FileRecord), sizeof(PathSlot), sizeof(PathSlot), 1};

/// "" when the header speaks of this file and of this program's way to read it.
std::string judge_header(const CompiledHeader& header, std::size_t size) {
  if (header.byte_order != CompiledHeader().byte_order)
    return "a compiled schema of a machine with another byte order";
  if (header.version != kCompiledVersion) {
    return "a compiled schema of format " + std::to_string(header.version) +
           ", this program reads " + std::to_string(kCompiledVersion);
  }
  if (header.size != size) {
    return "a compiled schema that was cut off or added to: " + std::to_string(size) +
           " bytes are there, " + std::to_string(header.size) + " should be";
  }
  std::uint64_t end = sizeof(CompiledHeader);
  for (std::size_t i = 0; i < kSections; ++i) {
    const std::uint64_t begin = header.begins[i];
    if (begin % 8 != 0 || begin < end || begin > size || header.sizes[i] > size - begin ||
        header.sizes[i] % kElementSizes[i] != 0 ||
        header.sizes[i] / kElementSizes[i] >= std::numeric_limits<std::uint32_t>::max()) {
      return "a damaged compiled schema (section " + std::to_string(i) + ')';
    }
    end = begin + header.sizes[i];
  }
  constexpr std::uint64_t kPadding = 7;
  if (size - end > kPadding) return "a damaged compiled schema (there is more behind its sections)";
  return {};
}

template <typename T>
std::span<const T> as_array(std::string_view bytes) {
  return {reinterpret_cast<const T*>(bytes.data()), bytes.size() / sizeof(T)};
}

/// A finding as it lies in the file.
struct FindingView {
  Severity severity = Severity::kInfo;
  std::uint32_t line = 0;
  std::array<std::string_view, 4> texts;  // code, file, URI, text
};

/// Takes a finding off the front; false when there is none.
bool take_finding(std::string_view& bytes, FindingView& out) {
  std::uint32_t numbers[6];
  if (bytes.size() < sizeof numbers) return false;
  std::memcpy(numbers, bytes.data(), sizeof numbers);
  bytes.remove_prefix(sizeof numbers);
  if (numbers[0] > static_cast<std::uint32_t>(Severity::kError)) return false;
  out.severity = static_cast<Severity>(numbers[0]);
  out.line = numbers[1];
  for (std::size_t i = 0; i < out.texts.size(); ++i) {
    if (numbers[2 + i] > bytes.size()) return false;
    out.texts[i] = bytes.substr(0, numbers[2 + i]);
    bytes.remove_prefix(numbers[2 + i]);
  }
  return true;
}

}  // namespace

namespace {

/// Sums of the words, and sums of these sums, so that the place of a word counts too: in eight
/// lanes, none of which waits for another.
class Sums {
 public:
  void add(std::string_view bytes) {
    const char* p = bytes.data();
    std::size_t n = bytes.size();
    for (; n >= kBlock; n -= kBlock, p += kBlock) add_block(p);
    char last[kBlock] = {};
    std::memcpy(last, p, n);
    add_block(last);
    result_ = mix(result_ ^ bytes.size());
  }
  std::uint64_t result() const {
    std::uint64_t out = result_;
    for (std::size_t i = 0; i < kLanes; ++i) {
      for (std::size_t k = 0; k < 2; ++k) out = mix(mix(out ^ first_[i][k]) ^ second_[i][k]);
    }
    return out;
  }

 private:
  static constexpr std::size_t kLanes = 4;
  static constexpr std::size_t kBlock = kLanes * sizeof(text::Words2);

  static std::uint64_t mix(std::uint64_t h) {
    h = (h ^ (h >> 29)) * kB;
    return (h ^ (h >> 32)) * kA;
  }
  void add_block(const char* p) {
    for (std::size_t i = 0; i < kLanes; ++i) {
      first_[i] += reinterpret_cast<text::Words2>(text::load16(p + i * sizeof(text::Words2)));
      second_[i] += first_[i];
    }
  }

  text::Words2 first_[kLanes] = {};
  text::Words2 second_[kLanes] = {};
  std::uint64_t result_ = kA;
};

}  // namespace

std::uint64_t compiled_checksum(std::string_view file) {
  char head[sizeof(CompiledHeader)];
  std::memcpy(head, file.data(), sizeof head);
  std::memset(head + offsetof(CompiledHeader, checksum), 0, sizeof(std::uint64_t));
  Sums sums;
  sums.add({head, sizeof head});
  sums.add(file.substr(sizeof head));
  return sums.result();
}

bool is_compiled(std::string_view bytes) {
  return bytes.size() >= kCompiledMagic.size() &&
         std::memcmp(bytes.data(), kCompiledMagic.data(), kCompiledMagic.size()) == 0;
}

namespace {

/// Reads from where the file stands until `size` bytes are there or it ends; what was read, -1:
/// errno.
ssize_t read_all(int file, char* out, std::size_t size) {
  std::size_t have = 0;
  while (have < size) {
    const ssize_t got = ::read(file, out + have, size - have);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return -1;
    if (got == 0) break;
    have += static_cast<std::size_t>(got);
  }
  return static_cast<ssize_t>(have);
}

}  // namespace

Status CompiledImage::make_room(std::size_t size, const std::string& name) {
  constexpr std::size_t kMost = std::size_t{1} << 30;  // of all DDF files there are, some MiB
  if (size > kMost) {
    return Status(Code::kTooLarge,
                  name + ": a compiled schema is at most " + std::to_string(kMost >> 20) + " MiB");
  }
  owned_.reset(new (std::nothrow) std::uint64_t[(size + 7) / 8]);
  if (!owned_) return io_error(name, "read", ENOMEM);
  bytes_ = {reinterpret_cast<const char*>(owned_.get()), size};
  return {};
}

// Read, not mapped: to map a page costs more than to copy it, and a mapping of a file that another
// process cuts short ends this one (SIGBUS).
Result<std::shared_ptr<const CompiledImage>> CompiledImage::open(const std::string& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat info {};
  CompiledHeader header;
  if (file.get() < 0 || ::fstat(file.get(), &info) != 0 || !S_ISREG(info.st_mode))
    return std::shared_ptr<const CompiledImage>();
  const ssize_t begun =
      read_all(file.get(), reinterpret_cast<char*>(&header), sizeof(CompiledHeader));
  if (begun < static_cast<ssize_t>(kCompiledMagic.size()) || header.magic != kCompiledMagic)
    return std::shared_ptr<const CompiledImage>();
  const auto size = static_cast<std::size_t>(info.st_size);
  if (begun != sizeof(CompiledHeader)) return refuse(path, "a compiled schema that was cut off");
  // Before there is memory for it: a file can be larger than any memory.
  if (const std::string flaw = judge_header(header, size); !flaw.empty()) return refuse(path, flaw);
  const std::shared_ptr<CompiledImage> image(new CompiledImage);
  if (Status room = image->make_room(size, path); !room) return room;
  std::memcpy(image->owned_.get(), &header, sizeof header);
  const std::size_t rest = size - sizeof header;
  const ssize_t got =
      read_all(file.get(), reinterpret_cast<char*>(image->owned_.get()) + sizeof header, rest);
  if (got < 0) return io_error(path, "read", errno);
  if (static_cast<std::size_t>(got) != rest)
    return refuse(path, "a compiled schema that was cut off");
  if (Status status = image->check(path); !status) return status;
  return std::shared_ptr<const CompiledImage>(image);
}

Result<std::shared_ptr<const CompiledImage>> CompiledImage::copy(std::string_view bytes,
                                                                 const std::string& name) {
  if (bytes.size() < sizeof(CompiledHeader))
    return refuse(name, "a compiled schema that was cut off");
  const std::shared_ptr<CompiledImage> image(new CompiledImage);
  if (Status room = image->make_room(bytes.size(), name); !room) return room;
  std::memcpy(image->owned_.get(), bytes.data(), bytes.size());
  if (Status status = image->check(name); !status) return status;
  return std::shared_ptr<const CompiledImage>(image);
}

Status CompiledImage::check(const std::string& name) {
  CompiledHeader header;
  std::memcpy(&header, bytes_.data(), sizeof header);
  if (!is_compiled(bytes_)) return refuse(name, "no compiled schema");
  if (const std::string flaw = judge_header(header, bytes_.size()); !flaw.empty())
    return refuse(name, flaw);
  if (header.checksum != compiled_checksum(bytes_))
    return refuse(name, "a damaged compiled schema (its checksum is wrong)");
  SchemaData data;
  show_in(data);
  if (const std::string flaw = find_flaw(data); !flaw.empty())
    return refuse(name, "a damaged compiled schema (" + flaw + ')');
  FindingView finding;
  for (std::string_view rest = section(Section::kFindings); !rest.empty(); ++finding_count_) {
    if (!take_finding(rest, finding)) return refuse(name, "a damaged compiled schema (findings)");
  }
  return {};
}

void CompiledImage::append_findings(std::vector<Finding>& out) const {
  out.reserve(out.size() + finding_count_);
  std::string_view rest = section(Section::kFindings);
  FindingView view;
  while (take_finding(rest, view)) {
    Finding& finding = out.emplace_back();
    finding.severity = view.severity;
    finding.line = view.line;
    finding.code = view.texts[0];
    finding.file = view.texts[1];
    finding.uri = view.texts[2];
    finding.text = view.texts[3];
  }
}

std::string_view CompiledImage::section(Section which) const {
  CompiledHeader header;
  std::memcpy(&header, bytes_.data(), sizeof header);
  const auto i = static_cast<std::size_t>(which);
  return bytes_.substr(header.begins[i], header.sizes[i]);
}

void CompiledImage::show_in(SchemaData& data) const {
  CompiledHeader header;
  std::memcpy(&header, bytes_.data(), sizeof header);
  data.records = as_array<Record>(section(Section::kRecords));
  data.words = as_array<std::uint32_t>(section(Section::kWords));
  data.pool = section(Section::kPool);
  data.cold = section(Section::kCold);
  data.files = as_array<FileRecord>(section(Section::kFiles));
  data.slots = as_array<PathSlot>(section(Section::kSlots));
  data.parents = as_array<PathSlot>(section(Section::kParents));
  data.parent_lengths = header.parent_lengths;
  data.longest_path =
      static_cast<std::uint32_t>(header.longest_path <= 0xFFFFu ? header.longest_path : 0xFFFFu);
  data.totals = {header.totals[0], header.totals[1], header.totals[2], header.totals[3],
                 header.totals[4]};
  data.lazy.resize(data.files.size());
}

}  // namespace cspkit::ddf
