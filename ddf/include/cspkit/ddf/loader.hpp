// SPDX-License-Identifier: Apache-2.0
// cspkit/ddf/loader.hpp: DDF files in, Schema out. DDF 1.2 with Microsoft's extensions, v1 and v2;
// read by element name in any order, never validated against the published XSD (most published
// files would fail it).
#ifndef CSPKIT_DDF_LOADER_HPP_
#define CSPKIT_DDF_LOADER_HPP_

#include <cspkit/ddf/schema.hpp>
#include <cspkit/export.hpp>
#include <cspkit/result.hpp>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace cspkit::ddf {

/// How much a finding matters.
enum class Severity : std::uint8_t {
  kInfo,     ///< odd, and understood
  kWarning,  ///< something was left out or taken to be something else
  kError     ///< something could not be taken
};

/// Something a reader of the DDF should know. Codes are stable: "D101" always means the same.
struct Finding {
  Severity severity = Severity::kWarning;  ///< how much it matters
  std::string code;                        ///< "D101"
  std::string file;                        ///< as add() was given it
  std::uint32_t line = 0;                  ///< 1-based, 0 when it concerns the whole file
  std::string uri;                         ///< the node, "" when none
  std::string text;                        ///< what is wrong and what was done about it
};

/// "file:line: warning D101: text (uri)", one line.
CSPKIT_API std::string to_string(const Finding& finding);

/// Collects DDF files and builds Schemas of them. Not thread-safe. A builder can go on after
/// build(): later Schemas hold what was added since too.
class CSPKIT_API SchemaBuilder {
 public:
  SchemaBuilder();  ///< of nothing
  ~SchemaBuilder();
  /// One that was moved from is for the destructor and assignment alone.
  /// @{
  SchemaBuilder(SchemaBuilder&&) noexcept;
  SchemaBuilder& operator=(SchemaBuilder&&) noexcept;
  /// @}

  /// Adds a DDF file, every *.xml of a directory (sorted by name, not recursive), or every *.xml of
  /// a zip as Microsoft publishes it (known by its content, bounded in what it may expand to), or
  /// all that is in a compiled file (compiled.hpp; known by its content, too). kIo: unreadable.
  /// kNotDdf: not well-formed, or its root is not MgmtTree; of a directory the other files are
  /// still added and the first failure is returned.
  Status add(const std::filesystem::path& path);
  /// Adds one document from memory; `name` stands in findings as its file.
  Status add_bytes(std::string_view bytes, std::string name);
  /// As add_bytes, for the DDF of a provider: its roots win over those of other files, earlier or
  /// later. Lists the roots ("./Device/Vendor/MSFT/Office") in `roots`.
  Status add_for_provider(std::string_view bytes, std::string name,
                          std::vector<std::string>* roots);

  /// All findings so far, in order of files and lines.
  const std::vector<Finding>& findings() const;
  /// Builds the Schema of all that was added. Of two trees with the same root the later wins whole.
  std::shared_ptr<const Schema> build();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace cspkit::ddf

#endif  // CSPKIT_DDF_LOADER_HPP_
