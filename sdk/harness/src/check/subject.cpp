// SPDX-License-Identifier: Apache-2.0
#include "check/subject.hpp"

#include <dlfcn.h>

#include <algorithm>
#include <cspkit/ddf/locuri.hpp>
#include <cspkit/harness/node_values.hpp>
#include <cstdio>
#include <system_error>

#include "strict/strict_provider.hpp"

namespace cspkit::harness::check {
namespace {

namespace fs = std::filesystem;

constexpr int kShareOfPatience = 8;

/// * stands for anything.
bool matches(std::string_view pattern, std::string_view text) {
  if (pattern.empty()) return text.empty();
  if (pattern[0] == '*')
    return matches(pattern.substr(1), text) || (!text.empty() && matches(pattern, text.substr(1)));
  return !text.empty() && pattern[0] == text[0] && matches(pattern.substr(1), text.substr(1));
}

template <typename Visit>
void walk(const ddf::Node& node, const Visit& visit) {
  visit(node);
  for (const ddf::Node& child : node.static_children()) walk(child, visit);
  if (const ddf::Node instance = node.dynamic_child(); instance.valid()) walk(instance, visit);
}

std::string parent_of(const std::string& uri) { return uri.substr(0, uri.rfind('/')); }

}  // namespace

std::string normal(std::string_view uri) {
  std::string text = ddf::fold(uri);
  if (text.rfind("./", 0) == 0) text.erase(0, 2);
  if (text.rfind("device/", 0) != 0 && text.rfind("user/", 0) != 0 && text[0] != '*')
    text.insert(0, "device/");
  while (text.size() > 1 && text.back() == '/') text.pop_back();
  return text;
}

Library::Library(const fs::path& file) {
  handle_ = ::dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle_ == nullptr) {
    const char* why = ::dlerror();  // NOLINT(concurrency-mt-unsafe): this child has one thread
    trouble_ = why != nullptr ? why : "dlopen failed";
    return;
  }
  plugin_ = static_cast<const cspkit_plugin*>(::dlsym(handle_, CSPKIT_PLUGIN_SYMBOL_NAME));
}

void Library::close() {
  if (handle_ != nullptr) ::dlclose(handle_);
  handle_ = nullptr;
  plugin_ = nullptr;
}

fs::path ddf_place(const CheckOptions& options, const cspkit_plugin& plugin) {
  const fs::path folder = options.library.parent_path();
  std::error_code error;
  const std::string name = text_of(plugin.providers[0].ddf_name);
  const bool beside = !name.empty() && fs::exists(folder / name, error);
  return beside || options.ddf.empty() ? folder : options.ddf;
}

bool is_skipped(const CheckOptions& options, const std::string& uri) {
  const std::string whole = normal(uri);
  return std::any_of(options.skip.begin(), options.skip.end(), [&](const std::string& each) {
    const std::string pattern = normal(each);
    for (std::size_t end = whole.find('/'); end != whole.npos; end = whole.find('/', end + 1)) {
      if (matches(pattern, std::string_view(whole).substr(0, end))) return true;
    }
    return matches(pattern, whole);
  });
}

LogSink log_of(const CheckOptions& options) {
  if (!options.verbose) return {};
  return [](LogLevel level, std::string_view source, std::string_view text) {
    std::fprintf(stderr, "%d %.*s: %.*s\n", static_cast<int>(level),
                 static_cast<int>(source.size()), source.data(), static_cast<int>(text.size()),
                 text.data());
  };
}

// ---- the bench ----

Result<std::unique_ptr<Bench>> Bench::open(const CheckOptions& options,
                                           const cspkit_plugin& plugin) {
  auto bench = std::make_unique<Bench>();
  bench->strict_ = std::make_unique<StrictHost>(plugin);
  bench->strict_->leave_out([options](const std::string& uri, std::uint32_t) {
    return !options.skip.empty() && is_skipped(options, uri);
  });
  DeviceOptions device;
  device.ddf = options.more_ddf;
  device.principal = Principal::for_user(kUser, true);
  bench->device_time_ = options.device_time;
  bench->patience_ = options.deadline / kShareOfPatience;
  device.engine.log = bench->strict_->log_sink(log_of(options));
  auto opened = Device::open(std::move(device));
  if (!opened) return opened.error();
  bench->device_ = std::move(*opened);
  bench->be_patient();
  // One that starts no job stays on one thread.
  bench->strict_->before_jobs([executor = &bench->device_->executor()] {
    executor->lend_hands(EngineOptions{}.max_jobs + 1);
  });
  const Status loaded =
      bench->device_->add_provider({&bench->strict_->plugin(), ddf_place(options, plugin)});
  if (!loaded.ok()) return loaded;
  return bench;
}

void Bench::be_patient() {
  constexpr std::chrono::milliseconds kShort(20);
  const auto before_tasks = std::min(patience_, kShort);
  const bool in_vain = !late_.empty();
  device_->executor().be_patient(in_vain ? before_tasks : patience_, before_tasks);
}

void Bench::tell(Probe& probe) {
  const std::vector<Breach> breaches = strict_->breaches();
  told_.resize(breaches.size());
  for (std::size_t i = 0; i < breaches.size(); ++i) {
    Breach further = breaches[i];
    further.count -= told_[i];
    if (further.count == 0) continue;
    told_[i] = breaches[i].count;
    probe.report(further);
  }
}

void Bench::tell_times(Probe& probe) {
  for (const CallTime& time : strict_->times()) probe.time(time);
}

std::vector<std::string> Bench::take_batch_changes() {
  std::vector<std::string> addresses;
  const std::vector<ProviderInfo> providers = device_->engine().providers();
  for (const StrictHost::BatchChange& each : strict_->take_batch_changes()) {
    const std::string scope = each.user_scope ? "./User" : "./Device";
    if (each.path == "." || each.path.rfind("./", 0) == 0) {
      addresses.push_back(normal(scope + each.path.substr(1)));
      continue;
    }
    for (const ProviderInfo& provider : providers) {
      if (provider.name != each.provider) continue;
      const auto root =
          std::find_if(provider.roots.begin(), provider.roots.end(),
                       [&](const std::string& uri) { return uri.rfind(scope + "/", 0) == 0; });
      if (root != provider.roots.end()) addresses.push_back(normal(*root + "/" + each.path));
    }
  }
  return addresses;
}

// ---- nodes ----

ddf::Node follow(const ddf::Node& root, std::string_view pattern) {
  ddf::Node node = root;
  while (!pattern.empty() && node.valid()) {
    const std::size_t slash = pattern.find('/');
    const std::string_view segment = pattern.substr(0, slash);
    const bool dynamic = segment.size() > 2 && segment.front() == '{' && segment.back() == '}';
    node = dynamic ? node.dynamic_child() : node.static_child(segment);
    pattern = slash == pattern.npos ? std::string_view{} : pattern.substr(slash + 1);
  }
  return node;
}

std::string address_of(const ddf::Node& node) {
  if (!node.parent().valid()) return node.scope() == Scope::kUser ? "./User" : "./Device";
  const std::string above = address_of(node.parent());
  if (above.empty()) return {};
  if (!node.is_dynamic()) return above + "/" + ddf::encode_segment(node.name());
  const std::vector<std::string> names = instance_names(node);
  return names.empty() ? std::string() : above + "/" + ddf::encode_segment(names.front());
}

std::vector<Target> targets_of(Bench& bench) {
  std::vector<Target> targets;
  const auto schema = bench.device().engine().schema();
  const std::vector<StrictHost::Handler> handlers = bench.strict().handlers();
  for (const ProviderInfo& provider : bench.device().engine().providers()) {
    for (const std::string& uri : provider.roots) {
      ddf::Address address;
      if (!schema->resolve(uri, address).ok()) continue;
      const ddf::Node root = schema->node(address.node);
      const std::size_t first = targets.size();
      walk(root, [&](const ddf::Node& node) {
        if (!(node.root() == root)) return;  // a tree of another that hangs below
        targets.push_back({node, address_of(node), {}, provider.name, 0, 0});
      });
      for (const StrictHost::Handler& handler : handlers) {
        if (handler.provider != provider.name) continue;
        const ddf::Node node = follow(root, handler.pattern);
        for (std::size_t i = first; node.valid() && i < targets.size(); ++i) {
          if (!(targets[i].node == node)) continue;
          targets[i].pattern = handler.pattern;
          targets[i].verbs |= handler.verbs;
          targets[i].flags |= handler.flags;
        }
      }
    }
  }
  return targets;
}

bool make_way(Device& device, const ddf::Node& node, const std::string& uri) {
  const ddf::Node parent = node.parent();
  if (!parent.valid() || parent.is_ancestor_of_root()) return true;
  return make(device, parent, parent_of(uri));
}

bool exists(Device& device, const ddf::Node& node, const std::string& uri) {
  if (!node.is_leaf() && node.grants(ddf::kAccessGet)) return device.get(uri).has_value();
  return device.has(uri);
}

bool make(Device& device, const ddf::Node& node, const std::string& uri) {
  if (exists(device, node, uri)) return true;
  if (!make_way(device, node, uri)) return false;
  if (exists(device, node, uri)) return true;  // its parent brought it along
  const Value value(node.format(), node.is_leaf() ? fitting_value(node) : std::string());
  Session& session = device.session();
  if (node.grants(ddf::kAccessAdd) &&
      (node.is_leaf() ? session.add(uri, value) : session.add(uri)).ok())
    return true;
  return device.engine().owner(kUser).set(uri, value).ok();
}

void unmake(Device& device, const ddf::Node& node, const std::string& uri) {
  if (node.grants(ddf::kAccessDelete) && device.session().remove(uri).ok()) return;
  static_cast<void>(device.engine().owner(kUser).remove(uri));
}

}  // namespace cspkit::harness::check
