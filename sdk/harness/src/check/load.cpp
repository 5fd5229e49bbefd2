// SPDX-License-Identifier: Apache-2.0
// The first phase: is the file a provider, does the engine take it, do its handlers and its DDF
// agree?
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cspkit/ddf/loader.hpp>
#include <cstring>
#include <fstream>
#include <iterator>
#include <map>

#include "check/binary.hpp"
#include "check/subject.hpp"
#include "strict/strict_provider.hpp"

namespace cspkit::harness::check {
namespace {

using ddf::Node;

Finding make(Severity severity, const char* code, std::string text, std::string remedy) {
  Finding finding;
  finding.severity = severity;
  finding.code = code;
  finding.text = std::move(text);
  finding.remedy = std::move(remedy);
  return finding;
}

// ---- the file ----

void check_exports(const Exports& exports, Probe& probe) {
  if (!exports.readable) {
    probe.left_out("exported symbols: not a 64-bit ELF file with a symbol table");
    return;
  }
  if (!exports.has_plugin) {
    probe.report(make(Severity::kError, "symbol.missing", "no symbol cspkit_plugin_v1 is exported",
                      "CSPKIT_PLUGIN(Class, \"Name.xml\") once, at global scope, in a source of "
                      "the library; CSPKIT_STATIC_NAME must not be defined"));
  } else if (!exports.plugin_is_object) {
    probe.report(make(Severity::kError, "symbol.no-object",
                      "cspkit_plugin_v1 is no data object but something else",
                      "define it by CSPKIT_PLUGIN_OBJECT = {...}"));
  }
  if (exports.others.empty()) return;
  std::string names;
  for (std::size_t i = 0; i < std::min<std::size_t>(exports.others.size(), 3); ++i)
    names += (i == 0 ? "" : ", ") + exports.others[i].substr(0, 60);
  probe.report(
      make(Severity::kWarning, "symbol.extra",
           fmt::format("{} symbols beside cspkit_plugin_v1 are exported ({}{})",
                       exports.others.size(), names, exports.others.size() > 3 ? ", ..." : ""),
           "build with cspkit_add_provider, or link with its version script: two "
           "providers could mix up their functions"));
  if (exports.unique != 0)
    probe.report(make(Severity::kWarning, "symbol.unique",
                      fmt::format("{} of them are unique in the process (STB_GNU_UNIQUE): the "
                                  "library can never be unloaded",
                                  exports.unique),
                      "link with the version script, or compile with -fno-gnu-unique"));
}

// ---- the exported object ----

constexpr std::size_t kMostProviders = 256;  ///< that the engine takes

bool good_text(cspkit_str text) { return text.size != 0 && text.data != nullptr; }

void check_header(const cspkit_plugin& plugin, const Exports& exports, Probe& probe) {
  const auto error = [&](const char* code, std::string text, std::string remedy) {
    probe.report(make(Severity::kError, code, std::move(text), std::move(remedy)));
  };
  if (!CSPKIT_HAS(cspkit_plugin, &plugin, abi_minor))
    return error("abi.size", fmt::format("its plugin object claims {} bytes", plugin.size),
                 "set size to sizeof(cspkit_plugin)");
  if (plugin.abi_major != CSPKIT_ABI_MAJOR)
    return error("abi.major",
                 fmt::format("it is built for ABI {}.{}, this host speaks {}.{}", plugin.abi_major,
                             plugin.abi_minor, CSPKIT_ABI_MAJOR, CSPKIT_ABI_MINOR),
                 "build it with this cspkit's abi.h");
  if (exports.has_plugin && exports.plugin_size != 0 && plugin.size > exports.plugin_size)
    error("abi.size",
          fmt::format("its plugin object claims {} bytes, and is {} long", plugin.size,
                      exports.plugin_size),
          "set size to sizeof(cspkit_plugin)");
  if (plugin.abi_minor > CSPKIT_ABI_MINOR)
    probe.report(
        make(Severity::kNote, "abi.newer",
             fmt::format("it is built for ABI {}.{}, this host speaks {}.{}: what is new "
                         "is not checked",
                         plugin.abi_major, plugin.abi_minor, CSPKIT_ABI_MAJOR, CSPKIT_ABI_MINOR),
             "check it with a newer cspctl, too"));
  if (!CSPKIT_HAS(cspkit_plugin, &plugin, create) || plugin.create == nullptr)
    return error("abi.factory", "its plugin object has no create function", "fill create");
  if (plugin.provider_count == 0 || plugin.providers == nullptr)
    return error("abi.no-provider", "its plugin object offers no provider",
                 "fill providers and provider_count");
  if (plugin.provider_count > kMostProviders)
    return error("abi.too-many",
                 fmt::format("its plugin object announces {} providers; {} are taken",
                             plugin.provider_count, kMostProviders),
                 "set provider_count to the length of providers");
  if (!good_text(plugin.id))
    probe.report(make(Severity::kWarning, "abi.id", "it has no id",
                      "give one of your own, as com.example.hello"));
  if (!good_text(plugin.version))
    probe.report(make(Severity::kWarning, "abi.version", "it has no version",
                      "give one, as 1.0.0: provider list shows it"));
  for (std::size_t i = 0; i < plugin.provider_count; ++i) {
    const cspkit_provider_info& info = plugin.providers[i];
    if (info.reserved != 0)
      probe.report(make(Severity::kWarning, "abi.reserved",
                        "reserved of provider " + text_of(info.name) + " is not 0", "set it to 0"));
  }
}

bool can_create(const cspkit_plugin& plugin) {
  return CSPKIT_HAS(cspkit_plugin, &plugin, create) && plugin.create != nullptr &&
         plugin.abi_major == CSPKIT_ABI_MAJOR && plugin.provider_count != 0 &&
         plugin.provider_count <= kMostProviders && plugin.providers != nullptr;
}

// ---- the DDF ----

std::string bytes_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::string ddf_of(const CheckOptions& options, const cspkit_plugin& plugin,
                   const cspkit_provider_info& info) {
  if (info.ddf.size != 0) return text_of(info.ddf);
  const std::string name = text_of(info.ddf_name);
  if (name.empty()) return {};
  const std::filesystem::path place = ddf_place(options, plugin);
  std::error_code error;
  return bytes_of(std::filesystem::is_directory(place, error) ? place / name : place);
}

class Agreement {
 public:
  Agreement(std::string provider, std::shared_ptr<const ddf::Schema> schema, Probe& probe)
      : provider_(std::move(provider)), schema_(std::move(schema)), probe_(probe) {}

  void judge(const std::vector<StrictHost::Handler>& handlers) {
    for (const StrictHost::Handler& each : handlers) {
      if (each.provider == provider_) judge(each);
    }
    for (const Node& root : schema_->roots()) walk(root);
  }

 private:
  void report(Severity severity, const char* code, const std::string& handler,
              const std::string& uri, std::string text, std::string remedy) {
    Finding finding = make(severity, code, std::move(text), std::move(remedy));
    finding.provider = provider_;
    finding.handler = handler;
    finding.uri = uri;
    probe_.report(finding);
  }

  void judge(const StrictHost::Handler& handler) {
    bool found = false;
    for (const Node& root : schema_->roots()) {
      const Node node = follow(root, handler.pattern);
      if (!node.valid()) continue;
      found = true;
      judge(handler, node);
    }
    if (!found)
      report(Severity::kError, "handler.unknown-path", handler.pattern, {},
             "no node of its DDF is there",
             "patterns are relative to the root: \"Greeting/{Name}/Text\", with braces for a "
             "dynamic node and none for another");
  }

  void judge(const StrictHost::Handler& handler, const Node& node) {
    std::uint32_t& bound = bound_[node.id()];
    if ((bound & handler.verbs) != 0)
      report(Severity::kError, "handler.verb-twice", handler.pattern, node.uri(),
             "another handler has that verb already", "declare each verb of a node once");
    bound |= handler.verbs;
    if ((handler.flags & CSPKIT_HANDLER_OWN) != 0 && node.is_dynamic())
      report(Severity::kError, "handler.own-dynamic", handler.pattern, node.uri(),
             "a dynamic node is marked as the provider's own",
             "instances exist when they are added or created; mark static nodes only");
    constexpr std::uint32_t kUndoable = CSPKIT_ADD | CSPKIT_REPLACE | CSPKIT_DELETE;
    if ((handler.flags & CSPKIT_HANDLER_IRREVERSIBLE) != 0 &&
        (handler.verbs & (CSPKIT_EXEC | kUndoable)) != CSPKIT_EXEC)
      report(Severity::kError, "handler.irreversible", handler.pattern, node.uri(),
             "something else than an Exec is marked irreversible",
             "what Add, Replace or Delete do must be undone (cspkit.transaction/1)");
    struct Pair {
      std::uint32_t verb;
      const char* name;
    };
    // Adds and removes are also asked for on the way of other commands.
    for (const Pair each :
         {Pair{CSPKIT_GET, "get"}, Pair{CSPKIT_REPLACE, "replace"}, Pair{CSPKIT_EXEC, "exec"}}) {
      if ((handler.verbs & each.verb) == 0 || node.grants(each.verb)) continue;
      report(Severity::kWarning, "handler.never-called", handler.pattern, node.uri(),
             fmt::format("it handles {}, which the DDF's AccessType does not grant", each.name),
             "drop the handler, or grant the verb in the DDF: handlers add no rights");
    }
  }

  void walk(const Node& node) {
    const auto bound = bound_.find(node.id());
    const std::uint32_t verbs = bound == bound_.end() ? 0 : bound->second;
    if (node.grants(CSPKIT_EXEC) && (verbs & CSPKIT_EXEC) == 0)
      report(Severity::kError, "handler.missing-exec", {}, node.uri(),
             "the DDF grants Exec, and no handler has it",
             "add on(\"...\").exec(...), or take Exec from the AccessType");
    for (const Node& child : node.static_children()) walk(child);
    if (const Node instance = node.dynamic_child(); instance.valid()) walk(instance);
  }

  std::string provider_;
  std::shared_ptr<const ddf::Schema> schema_;
  Probe& probe_;
  std::map<ddf::NodeId, std::uint32_t> bound_;
};

void check_agreement(const CheckOptions& options, const cspkit_plugin& plugin,
                     const std::vector<StrictHost::Handler>& handlers, Probe& probe) {
  for (std::size_t i = 0; i < plugin.provider_count; ++i) {
    const cspkit_provider_info& info = plugin.providers[i];
    const std::string name = text_of(info.name);
    const std::string bytes = ddf_of(options, plugin, info);
    if (bytes.empty()) {
      Finding finding = make(
          Severity::kError, "ddf.missing",
          "its DDF \"" + text_of(info.ddf_name) + "\" is not embedded and not beside the library",
          "copy the DDF with it, or give --ddf");
      finding.provider = name;
      probe.report(finding);
      continue;
    }
    ddf::SchemaBuilder builder;
    const Status added = builder.add_for_provider(bytes, text_of(info.ddf_name), nullptr);
    const auto schema = builder.build();
    if (!added.ok() || schema->roots().empty()) {
      Finding finding = make(Severity::kError, "ddf.invalid",
                             added.ok() ? "its DDF describes no tree" : added.text(),
                             "cspctl ddf check says what is wrong with it");
      finding.provider = name;
      probe.report(finding);
      continue;
    }
    for (const ddf::Finding& each : builder.findings()) {
      if (each.severity != ddf::Severity::kError) continue;
      Finding finding = make(Severity::kWarning, "ddf.finding", ddf::to_string(each),
                             "cspctl ddf check says more");
      finding.provider = name;
      probe.report(finding);
    }
    Agreement(name, schema, probe).judge(handlers);
  }
}

/// As the engine judges: may its code run in our process?
bool is_trusted(const std::filesystem::path& file) {
  const auto good = [](const std::filesystem::path& path) {
    struct stat info {};
    return ::stat(path.c_str(), &info) == 0 && (info.st_mode & (S_IWGRP | S_IWOTH)) == 0 &&
           (info.st_uid == 0 || info.st_uid == ::geteuid());
  };
  return good(file) && good(file.parent_path());
}

/// The engine's own judgement, of the file as a device would load it.
bool engine_takes(const CheckOptions& options, Probe& probe) {
  EngineOptions engine_options;
  engine_options.log = log_of(options);
  auto engine = Engine::open(std::move(engine_options));
  if (!engine) {
    probe.report(make(Severity::kError, "check.failed", engine.error().text(), "free memory"));
    return false;
  }
  for (const auto& ddf : options.more_ddf) {
    if (const Status added = engine->load_ddf(ddf); !added.ok())
      probe.report(make(Severity::kWarning, "ddf.finding", added.text(), "mend the file"));
  }
  const Status loaded = engine->load_provider(options.library, options.ddf);
  if (!loaded.ok()) {
    probe.report(make(Severity::kError, "load.refused", loaded.text(),
                      "mend what the line names; nothing else can be checked before"));
    return false;
  }
  for (const ProviderInfo& each : engine->providers()) {
    probe.about(each.plugin_id, each.version, fmt::format("{}.{}", each.abi_major, each.abi_minor));
    probe.provider({each.name, each.roots});
  }
  return true;
}

}  // namespace

void load_phase(const CheckOptions& options, Probe& probe) {
  const Exports exports = read_exports(bytes_of(options.library));
  if (probe.step("exported symbols", "reading the file")) check_exports(exports, probe);
  if (probe.step("load", "the engine loads it, and lets it go again")) engine_takes(options, probe);
  // A file that the engine does not trust is not opened by anybody else either.
  if (!exports.has_plugin || !exports.plugin_is_object || !is_trusted(options.library)) return;
  probe.at("ABI header", "dlopen");
  const Library library(options.library);
  if (library.plugin() == nullptr) return;
  if (probe.step("ABI header", "reading the plugin object"))
    check_header(*library.plugin(), exports, probe);
  if (!can_create(*library.plugin())) return;
  if (!probe.step("handlers and DDF", "create and start behind a strict host")) return;
  StrictHost strict(*library.plugin());
  {
    EngineOptions engine_options;
    engine_options.log = strict.log_sink(log_of(options));
    auto engine = Engine::open(std::move(engine_options));
    if (!engine) return;
    for (const auto& ddf : options.more_ddf) static_cast<void>(engine->load_ddf(ddf));
    static_cast<void>(engine->add_provider(strict.plugin(), ddf_place(options, *library.plugin())));
  }
  for (const Breach& breach : strict.breaches()) probe.report(breach);
  check_agreement(options, *library.plugin(), strict.handlers(), probe);
}

}  // namespace cspkit::harness::check
