// SPDX-License-Identifier: Apache-2.0
#include "cspkit/ddf/loader.hpp"

#include <algorithm>
#include <system_error>
#include <unordered_map>
#include <utility>

#include "build.hpp"
#include "bundle.hpp"
#include "compiled.hpp"
#include "input.hpp"
#include "patterns.hpp"
#include "reader.hpp"
#include "unpack.hpp"

namespace cspkit::ddf {

std::string to_string(const Finding& finding) {
  constexpr std::string_view kNames[] = {"info", "warning", "error"};
  std::string out = finding.file;
  if (finding.line != 0) {
    out += ':';
    out += std::to_string(finding.line);
  }
  out += ": ";
  out += kNames[static_cast<std::size_t>(finding.severity)];
  out += ' ';
  out += finding.code;
  out += ": ";
  out += finding.text;
  if (!finding.uri.empty()) out += " (" + finding.uri + ')';
  for (char& c : out) {
    if (c == '\n' || c == '\r') c = ' ';
  }
  return out;
}

struct SchemaBuilder::Impl {
  Pools pools;
  std::vector<Finding> findings;
  std::vector<FileRecord> files{1};
  std::vector<TreeDraft> trees;
  std::unordered_map<std::string, std::size_t> by_key;
  std::size_t files_read = 0;
  /// A compiled schema that is the only source so far: it is used as it lies there.
  std::shared_ptr<const CompiledImage> image;
  std::string image_name;
  dom::Document document;  // the one at hand

  Status add_compiled(const Result<std::shared_ptr<const CompiledImage>>& opened,
                      const std::string& name, bool provider, std::vector<std::string>* roots);
  Status unpack_image(bool provider, std::vector<std::string>* roots);
  Status add_document(std::string_view bytes, const std::string& name, std::uint64_t stamp,
                      bool resident, bool provider, std::vector<std::string>* roots);
  Status refuse(const std::string& name, Severity severity, const InputError& error, Code code);
  void take(TreeDraft tree, FindingSink& sink);
  Status add_file(const std::string& path);
  Status add_bundle(std::string_view bytes, const std::string& path);
  Status add_directory(const std::filesystem::path& path);
};

Status SchemaBuilder::Impl::refuse(const std::string& name, Severity severity,
                                   const InputError& error, Code code) {
  findings.push_back({severity, error.code, name, error.line, {}, error.reason});
  std::string text = name;
  if (error.line != 0) text += ':' + std::to_string(error.line);
  return Status(code, text + ": " + error.reason);
}

void SchemaBuilder::Impl::take(TreeDraft tree, FindingSink& sink) {
  if (trees.size() == trees.capacity()) trees.reserve(2 * trees.size() + 8);  // throws before
  const auto [place, fresh] = by_key.try_emplace(tree.key, trees.size());
  if (fresh) {
    trees.push_back(std::move(tree));
    return;
  }
  TreeDraft& other = trees[place->second];
  const std::string other_file(
      pools.strings.view(files[other.nodes.empty() ? 0 : other.nodes[0].file].name));
  if (other.provider && !tree.provider) {
    sink.add(Severity::kInfo, "D110", tree.line, tree.uri,
             "a provider brings the description of this root (" + other_file +
                 "); this one is left out");
    return;
  }
  const bool claimed = tree.provider && !other.provider;
  sink.add(claimed ? Severity::kInfo : Severity::kWarning, claimed ? "D110" : "D109", tree.line,
           tree.uri, "replaces the tree of the same root from " + other_file);
  other = std::move(tree);
}

Status SchemaBuilder::Impl::add_document(std::string_view bytes, const std::string& name,
                                         std::uint64_t stamp, bool resident, bool provider,
                                         std::vector<std::string>* roots) {
  if (is_compiled(bytes))
    return add_compiled(CompiledImage::copy(bytes, name), name, provider, roots);
  if (Status status = unpack_image(false, nullptr); !status) return status;
  InputError error;
  std::string storage;
  std::string_view utf8;
  const auto trim = [](dom::Document* read) { read->trim(); };
  const std::unique_ptr<dom::Document, decltype(trim)> trimmed(&document, trim);
  if (!to_utf8(bytes, storage, utf8, error) || !parse_document(utf8, document, error))
    return refuse(name, Severity::kError, error, Code::kNotDdf);
  const std::size_t first = findings.size();
  FindingSink sink(findings, name);
  const auto file = static_cast<std::uint32_t>(files.size());
  DocumentInfo info;
  std::vector<TreeDraft> read = read_trees(document, utf8, file, resident, pools, sink, info);
  if (const std::uint32_t line = declared_entity(utf8.substr(0, document.root().offset));
      line != 0) {
    sink.add(Severity::kWarning, "D115", line, {},
             "entities are declared; none is expanded, \"&name;\" stays as it is written");
  }
  FileRecord record;
  record.name = pools.strings.intern(name);
  record.version = pools.strings.intern(info.version);
  record.diagnostics = pools.strings.intern(info.diagnostics);
  record.resident = resident ? 1 : 0;
  record.size = bytes.size();
  record.stamp = stamp;
  files.push_back(record);
  ++files_read;
  for (TreeDraft& tree : read) {
    tree.provider = provider;
    if (roots != nullptr) roots->push_back(tree.uri);
    take(std::move(tree), sink);
  }
  if (pools.strings.overflowed() || pools.cold.overflowed()) {
    sink.add(Severity::kError, "D005", 0, {}, "more than 4 GiB of text; some of it is lost");
  }
  std::stable_sort(findings.begin() + static_cast<std::ptrdiff_t>(first), findings.end(),
                   [](const Finding& a, const Finding& b) { return a.line < b.line; });
  return {};
}

Status SchemaBuilder::Impl::add_compiled(const Result<std::shared_ptr<const CompiledImage>>& opened,
                                         const std::string& name, bool provider,
                                         std::vector<std::string>* roots) {
  if (!opened) {
    const bool unreadable = opened.error().code() == Code::kIo;
    findings.push_back(
        {Severity::kError, unreadable ? "D001" : "D007", name, 0, {}, opened.error().text()});
    return opened.error();
  }
  if (Status status = unpack_image(false, nullptr); !status) return status;
  image = *opened;
  image_name = name;
  image->append_findings(findings);
  if (files.size() != 1 || provider || roots != nullptr) return unpack_image(provider, roots);
  return {};
}

Status SchemaBuilder::Impl::unpack_image(bool provider, std::vector<std::string>* roots) {
  if (image == nullptr) return {};
  SchemaData data;
  const auto opened = std::exchange(image, nullptr);  // gone, whatever becomes of it
  opened->show_in(data);
  Result<std::vector<TreeDraft>> read = unpack(data, pools, files);
  if (!read)
    return refuse(image_name, Severity::kError, {"D007", 0, read.error().text()}, Code::kNotDdf);
  files_read += data.totals.files;
  for (TreeDraft& tree : *read) {
    tree.provider = provider;
    if (roots != nullptr) roots->push_back(tree.uri);
    FindingSink sink(findings, std::string(pools.strings.view(files[tree.nodes[0].file].name)));
    take(std::move(tree), sink);
  }
  return {};
}

Status SchemaBuilder::Impl::add_file(const std::string& path) {
  const Result<std::shared_ptr<const CompiledImage>> compiled = CompiledImage::open(path);
  if (!compiled || *compiled != nullptr) return add_compiled(compiled, path, false, nullptr);
  const Result<FileBytes> file = read_file(path);
  if (!file) {
    const bool large = file.error().code() == Code::kTooLarge;
    findings.push_back(
        {Severity::kError, large ? "D005" : "D001", path, 0, {}, file.error().text()});
    return Status(large ? Code::kNotDdf : Code::kIo, file.error().text());
  }
  if (is_bundle(file->bytes)) return add_bundle(file->bytes, path);
  return add_document(file->bytes, path, file->stamp, false, false, nullptr);
}

Status SchemaBuilder::Impl::add_bundle(std::string_view bytes, const std::string& path) {
  Status first;
  BundleReader reader;
  reader.file = [&](const std::string& name, std::string_view content) {
    Status status = add_document(content, path + '/' + name, 0, true, false, nullptr);
    if (!status && first.ok()) first = std::move(status);
  };
  reader.skipped = [&](const std::string& name, const std::string& reason) {
    findings.push_back(
        {Severity::kError, "D006", path + '/' + name, 0, {}, "the file is left out: " + reason});
  };
  if (Status status = read_bundle(bytes, reader); !status) {
    return refuse(path, Severity::kError, {"D006", 0, status.text()}, Code::kNotDdf);
  }
  return first;
}

Status SchemaBuilder::Impl::add_directory(const std::filesystem::path& path) {
  std::vector<std::string> names;
  std::error_code error;
  std::filesystem::directory_iterator at(path, error);
  for (const std::filesystem::directory_iterator end; !error && at != end; at.increment(error)) {
    const std::string extension = at->path().extension().string();
    if (detail::equals_ignoring_case(extension, ".xml")) names.push_back(at->path().string());
  }
  if (error) {
    const std::string text = "cannot list \"" + path.string() + "\": " + error.message();
    findings.push_back({Severity::kError, "D001", path.string(), 0, {}, text});
    return Status(Code::kIo, text);
  }
  std::sort(names.begin(), names.end());
  Status first;
  for (const std::string& name : names) {
    Status status = add_file(name);
    if (!status && first.ok()) first = std::move(status);
  }
  return first;
}

SchemaBuilder::SchemaBuilder() : impl_(std::make_unique<Impl>()) {}
SchemaBuilder::~SchemaBuilder() = default;
SchemaBuilder::SchemaBuilder(SchemaBuilder&&) noexcept = default;
SchemaBuilder& SchemaBuilder::operator=(SchemaBuilder&&) noexcept = default;

Status SchemaBuilder::add(const std::filesystem::path& path) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) return impl_->add_directory(path);
  return impl_->add_file(path.string());
}

Status SchemaBuilder::add_bytes(std::string_view bytes, std::string name) {
  return impl_->add_document(bytes, name, 0, true, false, nullptr);
}

Status SchemaBuilder::add_for_provider(std::string_view bytes, std::string name,
                                       std::vector<std::string>* roots) {
  return impl_->add_document(bytes, name, 0, true, true, roots);
}

const std::vector<Finding>& SchemaBuilder::findings() const { return impl_->findings; }

std::shared_ptr<const Schema> SchemaBuilder::build() {
  auto data = std::make_unique<Schema::Data>();
  if (impl_->image != nullptr) {
    data->image = impl_->image;
    data->image->show_in(*data);
    return std::shared_ptr<const Schema>(new Schema(std::move(data)));
  }
  data->own_files = impl_->files;
  data->totals.files = impl_->files_read;
  std::vector<const TreeDraft*> trees;
  for (const TreeDraft& tree : impl_->trees) trees.push_back(&tree);
  build_schema(trees, impl_->pools, *data);
  return std::shared_ptr<const Schema>(new Schema(std::move(data)));
}

}  // namespace cspkit::ddf
