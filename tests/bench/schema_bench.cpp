// SPDX-License-Identifier: Apache-2.0
// What the schema library costs on real DDF files: memory per node, loading, opening a compiled
// file, resolving. schema_bench [--check]
#include <fcntl.h>
#include <malloc.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cspkit/ddf/compiled.hpp>
#include <cspkit/ddf/loader.hpp>
#include <cspkit/ddf/locuri.hpp>
#include <cspkit/ddf/schema.hpp>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <pugixml.hpp>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "bench.hpp"

namespace {

using namespace cspkit;

struct File {
  std::string name, bytes;
  std::filesystem::path path;
};

std::vector<File> read_corpus() {
  const char* given = std::getenv("CSPKIT_CORPUS");
  const std::filesystem::path folder =
      std::filesystem::path(given ? given : "../shared/corpus") / "ddf";
  std::vector<File> files;
  std::error_code none;
  for (const auto& entry : std::filesystem::directory_iterator(folder, none)) {
    std::ifstream in(entry.path(), std::ios::binary);
    files.push_back(
        {entry.path().filename().string(),
         std::string(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()),
         entry.path()});
  }
  return files;
}

std::shared_ptr<const ddf::Schema> load(const std::vector<File>& files) {
  ddf::SchemaBuilder builder;
  for (const File& file : files) {
    if (!builder.add_bytes(file.bytes, file.name).ok()) std::abort();
  }
  return builder.build();
}

/// As a program does: descriptions stay in the files until asked for.
std::shared_ptr<const ddf::Schema> load_from_disk(const std::vector<File>& files) {
  ddf::SchemaBuilder builder;
  for (const File& file : files) {
    if (!builder.add(file.path).ok()) std::abort();
  }
  return builder.build();
}

// Case of letters changed here and there, as senders do; the first characters stay.
std::string other_case(std::string text) {
  for (std::size_t i = 9; i < text.size(); i += 3) {
    const char c = text[i];
    if (c >= 'a' && c <= 'z') text[i] = static_cast<char>(c - 'a' + 'A');
  }
  return text;
}

struct Addresses {
  std::vector<std::string> fixed, dynamic, escaped;
};

/// Addresses of six segments below the scope.
Addresses pick(const ddf::Schema& schema) {
  Addresses found;
  ddf::Address address;
  const auto resolves = [&](const std::string& uri) { return schema.resolve(uri, address).ok(); };
  for (std::uint32_t id = 0; id < schema.node_count(); ++id) {
    const ddf::Node node = schema.node(ddf::NodeId{id});
    const std::string pattern = node.pattern();
    if (std::count(pattern.begin(), pattern.end(), '/') != 5) continue;
    const std::string scope = node.scope() == Scope::kUser ? "./User/" : "./Device/";
    const std::size_t brace = pattern.find('{');
    if (brace == std::string::npos) {
      const std::string uri = other_case(scope + pattern);
      if (resolves(uri)) found.fixed.push_back(uri);  // not below a CaseSense CS node
      continue;
    }
    if (pattern.find('{', brace + 1) != std::string::npos) continue;
    const std::size_t end = pattern.find('}', brace) + 1;
    const std::string before = scope + pattern.substr(0, brace), after = pattern.substr(end);
    if (!resolves(other_case(before + "x" + after))) continue;
    found.dynamic.push_back(other_case(before + "Contoso-Profile" + after));
    found.escaped.push_back(other_case(before + "Contoso%20Wi%2DFi%20Pr%C3%B6file" + after));
  }
  return found;
}

double resolving(const ddf::Schema& schema, const std::vector<std::string>& uris) {
  std::unordered_map<std::string, int> map;
  for (const std::string& uri : uris) map.emplace(uri, 1);
  // As large as a table of the whole corpus would be.
  for (int i = 0; map.size() < schema.node_count(); ++i)
    map.emplace("./Device/Vendor/filler/" + std::to_string(i), 1);
  ddf::Address address;
  const int repeat = static_cast<int>(200'000 / uris.size()) + 1;
  return bench::cpu_ratio(
      [&] {
        for (int i = 0; i < repeat; ++i) {
          for (const std::string& uri : uris) {
            if (!schema.resolve(uri, address).ok()) std::abort();
            bench::keep(address.node);
          }
        }
      },
      [&] {
        for (int i = 0; i < repeat; ++i) {
          for (const std::string& uri : uris) bench::keep(map.find(uri)->second);
        }
      });
}

template <typename Load>
double memory_per_node(const Load& load_all) {
  ::malloc_trim(0);
  const std::size_t before = ::mallinfo2().uordblks + ::mallinfo2().hblkhd;
  const std::shared_ptr<const ddf::Schema> schema = load_all();
  const std::size_t after = ::mallinfo2().uordblks + ::mallinfo2().hblkhd;
  return static_cast<double>(after - before) / static_cast<double>(schema->totals().nodes);
}

double loading(const std::vector<File>& files) {
  return bench::cpu_ratio(
      [&] { bench::keep(load(files)); },
      [&] {
        for (const File& file : files) {
          pugi::xml_document document;
          bench::keep(document.load_buffer(file.bytes.data(), file.bytes.size()));
        }
      });
}

void read_plainly(const std::filesystem::path& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  struct stat info {};
  if (file < 0 || ::fstat(file, &info) != 0) std::abort();
  const auto size = static_cast<std::size_t>(info.st_size);
  const std::unique_ptr<char[]> bytes(new char[size]);
  if (::read(file, bytes.get(), size) != info.st_size) std::abort();
  bench::keep(bytes[size / 2]);
  ::close(file);
}

/// Opening the compiled form of all files, over reading it.
double opening(const std::vector<File>& files, double& bytes) {
  ddf::SchemaBuilder builder;
  for (const File& file : files) {
    if (!builder.add(file.path).ok()) std::abort();
  }
  const std::filesystem::path path =
      std::filesystem::temp_directory_path() / ("schema_bench." + std::to_string(::getpid()));
  if (!ddf::compile_to(*builder.build(), builder.findings(), path).ok()) std::abort();
  bytes = static_cast<double>(std::filesystem::file_size(path));
  const double ratio = bench::cpu_ratio(
      [&] {
        ddf::SchemaBuilder opened;
        if (!opened.add(path).ok()) std::abort();
        bench::keep(opened.build());
      },
      [&] { read_plainly(path); }, 101);
  std::filesystem::remove(path);
  return ratio;
}

}  // namespace

// --check: exit 1 when a figure misses its bar. Each is measured up to five times first.
int main(int argc, char** argv) {
  const bool check = argc > 1 && std::strcmp(argv[1], "--check") == 0;
  const std::vector<File> files = read_corpus();
  if (files.empty()) {
    std::puts("no DDF files: set CSPKIT_CORPUS to the folder that holds ddf/");
    return 77;
  }
  bench::Report report(check ? 5 : 1);
  std::size_t bytes = 0;
  for (const File& file : files) bytes += file.bytes.size();
  report.told("ddf.files", static_cast<double>(files.size()), "files");
  report.told("ddf.bytes", static_cast<double>(bytes), "bytes");

  // Dynamic loading and locale tables are paid before.
  load_from_disk({files.front()});
  const auto schema = load_from_disk(files);
  report.told("ddf.nodes", static_cast<double>(schema->totals().nodes), "nodes");
  report.at_most(
      "ddf.memory_per_node", [&] { return memory_per_node([&] { return load_from_disk(files); }); },
      175, "bytes");
  // Descriptions that came from memory are kept in memory.
  report.told("ddf.memory_per_node_from_bytes", memory_per_node([&] { return load(files); }),
              "bytes");
  report.at_most(
      "ddf.load_over_parse", [&] { return loading(files); }, 2.0, "ratio");
  double compiled_bytes = 0;
  report.at_most(
      "ddf.compiled_open_over_read", [&] { return opening(files, compiled_bytes); }, 4.0, "ratio");
  report.told("ddf.compiled_bytes", compiled_bytes, "bytes");

  const Addresses addresses = pick(*schema);
  report.told("ddf.addresses_static", static_cast<double>(addresses.fixed.size()), "addresses");
  report.told("ddf.addresses_dynamic", static_cast<double>(addresses.dynamic.size()), "addresses");
  report.at_most(
      "ddf.resolve_static", [&] { return resolving(*schema, addresses.fixed); }, 2.0, "lookups");
  report.at_most(
      "ddf.resolve_dynamic", [&] { return resolving(*schema, addresses.dynamic); }, 3.5, "lookups");
  report.at_most(
      "ddf.resolve_escaped", [&] { return resolving(*schema, addresses.escaped); }, 9.0, "lookups");
  return check && report.misses() != 0 ? 1 : 0;
}
