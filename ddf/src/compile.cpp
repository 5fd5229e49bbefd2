// SPDX-License-Identifier: Apache-2.0
// Writing the compiled file.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "compiled.hpp"
#include "cspkit/ddf/compiled.hpp"
#include "input.hpp"
#include "pool.hpp"

namespace cspkit::ddf {
namespace {

void append_number(std::string& out, std::size_t number) {
  const auto word = static_cast<std::uint32_t>(number);
  out.append(reinterpret_cast<const char*>(&word), sizeof word);
}

void append_finding(std::string& out, const Finding& finding) {
  append_number(out, static_cast<std::size_t>(finding.severity));
  append_number(out, finding.line);
  const std::string* const texts[] = {&finding.code, &finding.file, &finding.uri, &finding.text};
  for (const std::string* each : texts) append_number(out, each->size());
  for (const std::string* each : texts) out += *each;
}

template <typename T>
std::string_view bytes_of(const T* data, std::size_t count) {
  return {reinterpret_cast<const char*>(data), count * sizeof(T)};
}

/// The records with their descriptions in `cold`. kIo when a description is no longer to be had.
Result<std::vector<Record>> records_with_descriptions(const SchemaData& data, StringPool& cold) {
  std::vector<Record> records(data.records.begin(), data.records.end());
  for (Record& record : records) {
    if (BitsAncestor::get(record.bits) != 0) continue;
    const std::string_view text = data.describe(record);
    if (data.descriptions_lost(record)) {
      return Status(Code::kIo, "\"" + std::string(data.string(data.files[record.file].name)) +
                                   "\" has changed since it was loaded: its descriptions cannot "
                                   "be compiled; load it again");
    }
    record.description = cold.intern(text);
  }
  return records;
}

/// A new file in the folder of `path`, with the permissions that the umask leaves (mkstemp would
/// make it private); its name in `name`.
int create_beside(const std::string& path, std::string& name) {
  constexpr unsigned kAttempts = 1000;
  for (unsigned i = 0; i < kAttempts; ++i) {
    name = path + '.' + std::to_string(::getpid()) + '-' + std::to_string(i);
    const int made = ::open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (made >= 0 || errno != EEXIST) return made;
  }
  return -1;
}

}  // namespace

Result<std::string> compile(const Schema& schema, const std::vector<Finding>& findings) {
  const SchemaData& data = SchemaAccess::data(schema);
  StringPool cold;
  const Result<std::vector<Record>> records = records_with_descriptions(data, cold);
  if (!records) return records.error();
  // Where and when the sources lay on this disk does not matter any more.
  std::vector<FileRecord> files(data.files.begin(), data.files.end());
  for (FileRecord& file : files) {
    file.resident = 1;
    file.size = file.stamp = 0;
  }
  std::string found;
  for (const Finding& finding : findings) append_finding(found, finding);
  const std::string_view sections[kSections] = {
      bytes_of(records->data(), records->size()),
      bytes_of(data.words.data(), data.words.size()),
      data.pool,
      cold.bytes(),
      bytes_of(files.data(), files.size()),
      bytes_of(data.slots.data(), data.slots.size()),
      bytes_of(data.parents.data(), data.parents.size()),
      found,
  };
  CompiledHeader header;
  const SchemaTotals& totals = data.totals;
  header.totals = {totals.files, totals.trees, totals.nodes, totals.leaves, totals.dynamic};
  header.parent_lengths = data.parent_lengths;
  header.longest_path = data.longest_path;
  std::string out(sizeof header, '\0');
  for (std::size_t i = 0; i < kSections; ++i) {
    header.begins[i] = out.size();
    header.sizes[i] = sections[i].size();
    out += sections[i];
    out.resize((out.size() + 7) / 8 * 8);
  }
  header.size = out.size();
  std::memcpy(out.data(), &header, sizeof header);
  header.checksum = compiled_checksum(out);
  std::memcpy(out.data(), &header, sizeof header);
  return out;
}

Status compile_to(const Schema& schema, const std::vector<Finding>& findings,
                  const std::filesystem::path& file) {
  const Result<std::string> bytes = compile(schema, findings);
  if (!bytes) return bytes.error();
  const std::string path = file.string();
  std::string beside;
  const Descriptor out(create_beside(path, beside));
  if (out.get() < 0) return io_error(beside, "create", errno);
  const auto fail = [&](const char* what) {
    const int error = errno;
    ::unlink(beside.c_str());
    return io_error(path, what, error);
  };
  for (std::size_t done = 0; done < bytes->size();) {
    const ssize_t wrote = ::write(out.get(), bytes->data() + done, bytes->size() - done);
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote < 0) return fail("write");
    done += static_cast<std::size_t>(wrote);
  }
  if (::fsync(out.get()) != 0) return fail("write");
  if (std::rename(beside.c_str(), path.c_str()) != 0) return fail("replace");
  return {};
}

}  // namespace cspkit::ddf
