// SPDX-License-Identifier: Apache-2.0
// provider new: a provider from a DDF, and what a changed DDF asks of it.
#include <algorithm>
#include <array>
#include <cspkit/ddf/diff.hpp>
#include <cspkit/ddf/loader.hpp>
#include <filesystem>
#include <fstream>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "bundled.hpp"
#include "commands.hpp"
#include "output.hpp"
#include "provider_plan.hpp"
#include "provider_text.hpp"

namespace cspctl {
namespace {

namespace fs = std::filesystem;
using cspkit::ddf::Schema;

constexpr std::size_t kMaxDdfBytes = std::size_t{64} << 20;

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// "device-lock v2.xml" becomes devicelockv2 and DeviceLockV2.
ProviderNames names_of(const fs::path& ddf) {
  ProviderNames names;
  names.ddf = ddf.filename().string();
  bool begins = true;
  for (const char c : ddf.stem().string()) {
    if (!is_letter(c) && !is_digit(c)) {
      begins = true;
      continue;
    }
    names.name += cspkit::detail::to_lower(c);
    names.class_name += begins && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    begins = false;
  }
  if (names.name.empty() || is_digit(names.name[0])) {
    names.name.insert(0, "csp");
    names.class_name.insert(0, "Csp");
  }
  // In CMake's files, and in a literal: what needs no quoting stays as it is.
  const auto plain = [](char c) {
    return is_letter(c) || is_digit(c) || c == '_' || c == '.' || c == '-';
  };
  if (!std::all_of(names.ddf.begin(), names.ddf.end(), plain))
    names.ddf = names.class_name + ".xml";
  // Not a keyword, and nothing that hides what the file uses.
  names.class_name += "Provider";
  return names;
}

/// Reads a DDF; an exit code after saying why it cannot be used.
int read_ddf(const std::string& file, std::shared_ptr<const Schema>& schema) {
  cspkit::ddf::SchemaBuilder builder;
  if (const cspkit::Status added = builder.add(file); !added.ok()) {
    print_error("provider new: " + added.text());
    return added.code() == cspkit::Code::kIo ? kExitUsage : kExitInput;
  }
  for (const cspkit::ddf::Finding& finding : builder.findings()) {
    if (finding.severity != cspkit::ddf::Severity::kError) continue;
    print_error("provider new: nothing is written: " + cspkit::ddf::to_string(finding));
    return kExitStatus;
  }
  schema = builder.build();
  if (schema->roots().empty()) {
    print_error("provider new: " + file + " describes no node");
    return kExitInput;
  }
  return kExitOk;
}

bool write_file(const fs::path& file, const std::string& text) {
  std::ofstream out(file, std::ios::binary | std::ios::trunc);
  out.write(text.data(), static_cast<std::streamsize>(text.size()));
  out.close();
  if (out) return true;
  print_error("provider new: " + file.string() + " cannot be written");
  return false;
}

std::string quoted_path(const fs::path& path) {
  const std::string text = path.string();
  return text.find(' ') == text.npos ? text : "'" + text + "'";
}

int write_new(const Options& options, const fs::path& folder, const ProviderNames& names,
              const Schema& schema, const std::string& ddf) {
  std::vector<std::string> left_out;
  const std::vector<Wish> wishes = find_wishes(schema, left_out);
  const std::array<std::pair<std::string, std::string>, 5> files = {{
      {"CMakeLists.txt", cmake_text(names)},
      {names.name + ".cpp", source_text(names, wishes, left_out)},
      {names.name + "_test.cpp", test_text(names)},
      {names.name + ".recipe", recipe_text(names, make_recipe(options.paths[0], schema))},
      {names.ddf, ddf},
  }};
  for (const auto& [name, text] : files) {
    std::error_code error;
    if (!fs::exists(folder / name, error)) continue;
    print_error("provider new: " + (folder / name).string() +
                " is there already, and would be lost; name another --out");
    return kExitUsage;
  }
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) {
    print_error("provider new: " + folder.string() + ": " + error.message());
    return kExitUsage;
  }
  // The DDF comes last: it says that the rest is there.
  for (const auto& [name, text] : files) {
    if (!write_file(folder / name, text)) return kExitUsage;
  }
  print_line(folder.string() + ": " + names.name + ".cpp with " + std::to_string(wishes.size()) +
             " handlers, for you to fill; " + names.name + ".recipe, " + names.name +
             "_test.cpp, CMakeLists.txt, " + names.ddf);
  const std::string place = quoted_path(folder);
  print_line("next: cmake -S " + place + " -B " + place + "/build && cmake --build " + place +
             "/build && ctest --test-dir " + place + "/build");
  return kExitOk;
}

std::set<std::string> keys(const std::vector<Wish>& wishes) {
  std::set<std::string> all;
  for (const Wish& wish : wishes)
    all.insert(std::to_string(static_cast<int>(wish.verb)) + wish.pattern);
  return all;
}

/// The folder has a provider already: says what a new DDF asks of it, and replaces the DDF alone.
int compare(const fs::path& folder, const ProviderNames& names, const Schema& schema,
            const std::string& ddf) {
  const fs::path old_file = folder / names.ddf;
  std::shared_ptr<const Schema> before;
  if (const int code = read_ddf(old_file.string(), before); code != kExitOk) return code;
  const auto changes = cspkit::ddf::diff(*before, schema);
  for (const auto& change : changes) print_line(one_line(cspkit::ddf::to_string(change)));
  std::vector<std::string> left_out;
  const std::vector<Wish> old_wishes = find_wishes(*before, left_out);
  const std::vector<Wish> wishes = find_wishes(schema, left_out);
  const std::set<std::string> had = keys(old_wishes);
  const std::set<std::string> has = keys(wishes);
  const std::string source = names.name + ".cpp";
  bool said = false;
  for (const Wish& wish : wishes) {
    if (had.count(std::to_string(static_cast<int>(wish.verb)) + wish.pattern) != 0) continue;
    if (!said) print_line("\nto add to " + source + ":");
    said = true;
    print_line(handler_text(wish));
  }
  said = false;
  for (const Wish& wish : old_wishes) {
    if (has.count(std::to_string(static_cast<int>(wish.verb)) + wish.pattern) != 0) continue;
    if (!said) print_line("\nno longer wanted in " + source + ", if it is there:");
    said = true;
    constexpr std::array<const char*, 3> kVerbs = {"refresh", "get", "exec"};
    print_line("    on(\"" + wish.pattern + "\")." + kVerbs[static_cast<std::size_t>(wish.verb)]);
  }
  if (changes.empty()) {
    print_line(old_file.string() + ": no node has changed");
    return kExitOk;
  }
  if (!write_file(old_file, ddf)) return kExitUsage;
  print_line(old_file.string() + " is the new one now; no other file was touched");
  return kExitOk;
}

}  // namespace

int run_provider_new(const Options& options) {
  const fs::path file = options.paths[0];
  if (file.extension() != ".xml") {
    print_error("provider new: " + file.string() + ": a provider has one DDF file, NAME.xml");
    return kExitUsage;
  }
  std::shared_ptr<const Schema> schema;
  if (const int code = read_ddf(file.string(), schema); code != kExitOk) return code;
  const auto ddf = read_input(file.string(), kMaxDdfBytes);
  if (!ddf || ddf->size() == kMaxDdfBytes) {
    print_error("provider new: " + file.string() + ": " +
                (ddf ? "more than 64 MiB" : ddf.error().text()));
    return kExitUsage;
  }
  const ProviderNames names = names_of(file);
  const fs::path folder = options.out.empty() ? fs::path(names.name) : fs::path(options.out);
  std::error_code error;
  const bool begun =
      fs::exists(folder / names.ddf, error) && fs::exists(folder / (names.name + ".cpp"), error);
  if (begun && fs::equivalent(file, folder / names.ddf, error)) {
    print_error("provider new: " + file.string() +
                " is the provider's own copy; name the changed DDF");
    return kExitUsage;
  }
  return begun ? compare(folder, names, *schema, *ddf)
               : write_new(options, folder, names, *schema, *ddf);
}

}  // namespace cspctl
