// SPDX-License-Identifier: Apache-2.0
// Loading DDFs and providers: a new world is put together aside and takes effect in one step, or
// not at all.
#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <sstream>
#include <utility>

#include "engine/engine_impl.hpp"
#include "provider/borrowed.hpp"

namespace cspkit {

namespace {

using provider::LoadedProvider;
using provider::view;

std::optional<std::string> read_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return std::nullopt;
  std::ostringstream bytes;
  bytes << in.rdbuf();
  return std::move(bytes).str();
}

/// The node a handler's pattern means below a root; invalid when there is none.
ddf::Node follow(ddf::Node root, std::string_view pattern) {
  ddf::Node node = root;
  while (!pattern.empty() && node.valid()) {
    const std::size_t slash = pattern.find('/');
    const std::string_view segment = pattern.substr(0, slash);
    const bool dynamic = segment.size() > 2 && segment.front() == '{' && segment.back() == '}';
    node = dynamic ? node.dynamic_child() : node.static_child(segment);
    pattern = slash == std::string_view::npos ? std::string_view{} : pattern.substr(slash + 1);
  }
  return node;
}

bool offers(const cspkit_provider& table, std::uint32_t verb) {
  switch (verb) {
    case CSPKIT_GET:
      return table.get != nullptr;
    case CSPKIT_ADD:
      return table.add != nullptr;
    case CSPKIT_REPLACE:
      return table.replace != nullptr;
    case CSPKIT_DELETE:
      return table.remove != nullptr;
    case CSPKIT_EXEC:
      return table.exec != nullptr;
    default:
      return table.refresh != nullptr;
  }
}

constexpr std::uint32_t kVerbs[] = {CSPKIT_GET,    CSPKIT_ADD,  CSPKIT_REPLACE,
                                    CSPKIT_DELETE, CSPKIT_EXEC, CSPKIT_REFRESH};
constexpr std::uint32_t kAllVerbs =
    CSPKIT_GET | CSPKIT_ADD | CSPKIT_REPLACE | CSPKIT_DELETE | CSPKIT_EXEC | CSPKIT_REFRESH;

/// What a handler declares, as far as it can be judged without its node; empty: all is well.
std::string_view fault_of(const cspkit_handler& handler, const cspkit_provider& table) {
  if (!provider::is_sound(handler.pattern)) return "its pattern has no bytes, or impossibly many";
  if ((handler.verbs & ~kAllVerbs) != 0) return "unknown verb bits";
  if (handler.verbs == 0 && (handler.flags & CSPKIT_HANDLER_OWN) == 0) return "it handles nothing";
  for (const std::uint32_t verb : kVerbs) {
    if ((handler.verbs & verb) != 0 && !offers(table, verb))
      return "it declares a verb whose function is missing";
  }
  // Add, Replace and Delete are also called on the way of other commands, several in one, where
  // they cannot be kept for the end.
  constexpr std::uint32_t kUndoable = CSPKIT_ADD | CSPKIT_REPLACE | CSPKIT_DELETE;
  const bool lone_exec = (handler.verbs & (CSPKIT_EXEC | kUndoable)) == CSPKIT_EXEC;
  if ((handler.flags & CSPKIT_HANDLER_IRREVERSIBLE) != 0 && !lone_exec) {
    return "only an exec handler can be irreversible; what its Add, Replace or Delete does must be "
           "undone (cspkit.transaction/1), or be done by an Exec node of its own";
  }
  return {};
}

/// Enters a provider's handlers into a world. kProviderRefused when a pattern is in none of its
/// roots.
Status bind_handlers(gate::World& world, LoadedProvider& loaded) {
  const ddf::Schema& schema = *world.schema;
  const cspkit_provider& table = *loaded.table();
  for (const LoadedProvider::Root& root : loaded.roots) {
    ddf::Address address;
    if (schema.resolve_path(root.scope, root.path, address).ok()) {
      world.claim_of[static_cast<std::size_t>(address.node)] =
          static_cast<std::uint32_t>(world.claims.size());
      world.claims.push_back({&loaded, root.path});
    }
  }
  for (std::size_t i = 0; i < table.handler_count; ++i) {
    const cspkit_handler& handler = table.handlers[i];
    const auto refuse = [&](std::string_view why) {
      return Status(Code::kProviderRefused,
                    fmt::format("{}: provider {}: handler \"{}\": {}", loaded.where(),
                                loaded.name(), view(handler.pattern), why));
    };
    const std::string_view fault = fault_of(handler, table);
    if (!fault.empty()) return refuse(fault);
    bool found = false;
    for (const LoadedProvider::Root& root : loaded.roots) {
      ddf::Address address;
      if (!schema.resolve_path(root.scope, root.path, address).ok()) continue;
      const ddf::Node node = follow(schema.node(address.node), view(handler.pattern));
      if (!node.valid()) continue;
      found = true;
      if ((handler.flags & CSPKIT_HANDLER_OWN) != 0 && node.is_dynamic()) {
        return refuse("only a static node can be the provider's own");
      }
      std::uint32_t& slot = world.binding_of[static_cast<std::size_t>(node.id())];
      if (slot == 0) {
        slot = static_cast<std::uint32_t>(world.bindings.size());
        world.bindings.emplace_back();
        world.bindings.back().provider = &loaded;
      }
      gate::Binding& binding = world.bindings[slot];
      if (binding.provider != &loaded)
        return refuse(fmt::format("provider {} handles that node", binding.provider->name()));
      if ((binding.verbs & handler.verbs) != 0)
        return refuse("another handler has that verb already");
      binding.verbs |= handler.verbs;
      binding.flags |= handler.flags;
      for (const std::uint32_t verb : kVerbs) {
        if ((handler.verbs & verb) != 0) {
          binding.handler[gate::handler_slot(verb)] = static_cast<std::uint16_t>(i);
        }
      }
      world.any_refresh = world.any_refresh || (handler.verbs & CSPKIT_REFRESH) != 0;
      world.any_transactions = world.any_transactions || loaded.has_transactions();
    }
    if (!found) return refuse("no node of its DDF is there; patterns are relative to the root");
  }
  return {};
}

/// Applicability is judged once for every node, not at every command.
void note_excluded(gate::World& world) {
  const ddf::DeviceProfile& profile = world.profile;
  const bool known = !profile.os_build.empty() || profile.edition || profile.azure_ad_joined;
  if (!known) return;
  const std::size_t count = world.schema->node_count();
  world.excluded.resize(count);
  for (std::uint32_t id = 0; id < count; ++id) {
    const ddf::Node node = world.schema->node(ddf::NodeId{id});
    world.excluded[id] = !node.is_ancestor_of_root() && !ddf::check_applicable(node, profile).ok();
  }
}

/// Whoever claims a root claims all nodes of its tree; a tree nested in it is another's.
void spread_claims(gate::World& world) {
  for (std::uint32_t id = 0; id < world.claim_of.size(); ++id) {
    const ddf::Node root = world.schema->node(ddf::NodeId{id}).root();
    world.claim_of[id] = world.claim_of[static_cast<std::size_t>(root.id())];
  }
}

Result<std::shared_ptr<const gate::World>> make_world(
    std::shared_ptr<const ddf::Schema> schema, const ddf::DeviceProfile& profile,
    std::vector<std::shared_ptr<LoadedProvider>> providers) {
  auto world = std::make_shared<gate::World>();
  world->schema = std::move(schema);
  world->bindings.resize(1);
  world->binding_of.assign(world->schema->node_count(), 0);
  world->claims.resize(1);
  world->claim_of.assign(world->schema->node_count(), 0);
  world->providers = std::move(providers);
  world->profile = profile;
  note_excluded(*world);
  for (const auto& each : world->providers) {
    Status bound = bind_handlers(*world, *each);
    if (!bound.ok()) return bound;
  }
  spread_claims(*world);
  world->traits = gate::find_traits(*world);
  return std::shared_ptr<const gate::World>(std::move(world));
}

}  // namespace

Status EngineImpl::load_ddf(const std::filesystem::path& path) {
  const std::lock_guard loading(loading_);
  Source source;
  source.path = path;
  return take_source(std::move(source));
}

Status EngineImpl::load_ddf_bytes(std::string_view bytes, std::string name) {
  const std::lock_guard loading(loading_);
  Source source;
  source.kind = Source::Kind::kBytes;
  source.bytes = std::string(bytes);
  source.name = std::move(name);
  return take_source(std::move(source));
}

Status EngineImpl::add_source(const Source& source) {
  switch (source.kind) {
    case Source::Kind::kPath:
      return builder_.add(source.path);
    case Source::Kind::kBytes:
      return builder_.add_bytes(source.bytes, source.name);
    case Source::Kind::kProvider:
      break;
  }
  return builder_.add_for_provider(source.bytes, source.name, nullptr);
}

Status EngineImpl::take_source(Source source) {
  Status added = add_source(source);
  sources_.push_back(std::move(source));
  Status published = publish_world(world_snapshot()->providers);
  if (!published.ok()) {
    // It would take a provider's nodes away: without it everything is as before.
    sources_.pop_back();
    rebuild_builder();
    return published;
  }
  return added;
}

Status EngineImpl::publish_world(std::vector<std::shared_ptr<LoadedProvider>> providers) {
  Result<std::shared_ptr<const gate::World>> made =
      make_world(builder_.build(), options_.profile, std::move(providers));
  if (!made) return made.error();
  const txn::TurnHolder turn(turn_, patience());
  if (!turn.status().ok()) return turn.status();
  const std::unique_lock lock(tree_.mutex());
  tree_.bind(**made, options_.uri_limits.max_segments);
  world_ = *std::move(made);
  any_refresh_ = world_->any_refresh;
  return {};
}

void EngineImpl::rebuild_builder() {
  builder_ = ddf::SchemaBuilder();
  for (const Source& source : sources_) {
    // Each was judged when it came; what was wrong with it is in the findings again.
    Status added = add_source(source);
    if (!added.ok()) log(LogLevel::kWarning, "ddf", added.text());
  }
}

Result<EngineImpl::Source> EngineImpl::provider_ddf(const cspkit_provider_info& info,
                                                    const provider::Library* library,
                                                    const std::filesystem::path& ddf) const {
  Source source;
  source.kind = Source::Kind::kProvider;
  source.name = std::string(view(info.ddf_name));
  if (!view(info.ddf).empty()) {
    source.bytes = std::string(view(info.ddf));
    if (source.name.empty()) source.name = std::string(view(info.name)) + " (embedded)";
    return source;
  }
  if (source.name.empty() || source.name.find('/') != std::string::npos) {
    return Status(Code::kProviderRefused,
                  "it neither embeds a DDF nor names one as a plain file name");
  }
  std::vector<std::filesystem::path> places;
  const auto look_in = [&](const std::filesystem::path& place) {
    std::error_code ignored;
    if (place.empty()) return;
    if (std::filesystem::is_directory(place, ignored)) {
      places.push_back(place / source.name);
    } else {
      places.push_back(place);
    }
  };
  if (library) look_in(library->path().parent_path());
  look_in(ddf);
  for (const Source& given : sources_) {
    if (given.kind != Source::Kind::kPath) continue;
    std::error_code ignored;
    if (std::filesystem::is_directory(given.path, ignored) ||
        given.path.filename() == source.name) {
      look_in(given.path);
    }
  }
  for (const std::filesystem::path& place : places) {
    if (auto bytes = read_file(place)) {
      source.bytes = *std::move(bytes);
      source.name = place.string();
      return source;
    }
  }
  return Status(
      Code::kProviderRefused,
      fmt::format(
          "its DDF {} is not embedded and not beside it; put it there or name it with --ddf",
          source.name));
}

Status EngineImpl::claim_roots(LoadedProvider& loaded, const Source& source) const {
  // Judged in a builder of its own, so that a refused provider leaves nothing behind.
  ddf::SchemaBuilder alone;
  std::vector<std::string> uris;
  Status added = alone.add_for_provider(source.bytes, source.name, &uris);
  if (!added.ok()) return added;
  if (uris.empty()) return Status(Code::kNotDdf, fmt::format("{}: describes no tree", source.name));
  const std::shared_ptr<const ddf::Schema> schema = alone.build();
  for (const std::string& uri : uris) {
    ddf::Address address;
    Status resolved = schema->resolve(uri, address);
    if (!resolved.ok()) return resolved;
    loaded.roots.push_back({uri, address.scope, address.path, address.key});
  }
  for (const auto& other : world_->providers) {
    for (const LoadedProvider::Root& theirs : other->roots) {
      for (const LoadedProvider::Root& ours : loaded.roots) {
        if (ours.scope == theirs.scope && ours.key == theirs.key) {
          return Status(Code::kProviderRefused,
                        fmt::format("provider {} claims {} already", other->name(), theirs.uri));
        }
      }
    }
  }
  return {};
}

Status EngineImpl::load_plugin(std::shared_ptr<provider::Library> library,
                               const cspkit_plugin& plugin, const std::filesystem::path& ddf,
                               const ProviderOptions& options) {
  const std::lock_guard loading(loading_);
  const std::string where = library ? library->path().string() : std::string(view(plugin.id));
  Status fits = provider::check_abi(plugin, where);
  if (!fits.ok()) return fits;
  for (const auto& each : world_snapshot()->providers) {
    if (&each->plugin() == &plugin) {
      return Status(Code::kProviderRefused, fmt::format("{}: loaded already", where));
    }
  }
  if (std::find(given_up_.begin(), given_up_.end(), &plugin) != given_up_.end()) {
    return Status(
        Code::kProviderRefused,
        fmt::format("{}: did not return from its start, and may still be in it; start the "
                    "program anew to load it",
                    where));
  }
  const std::vector<std::shared_ptr<LoadedProvider>> before = world_snapshot()->providers;
  const std::size_t sources_before = sources_.size();
  Status status;
  std::vector<std::shared_ptr<LoadedProvider>> made;
  for (std::size_t i = 0; i < plugin.provider_count && status.ok(); ++i) {
    made.push_back(std::make_shared<LoadedProvider>(*this, library, plugin, i, options));
    status = load_one(made.back(), library.get(), ddf);
  }
  if (status.ok()) return {};
  // Refused: everything goes back to how it was, the plugin's other providers included. What they
  // have queued is cancelled while they are still there to be told.
  for (const auto& each : made) each->refuse();
  if (sources_.size() != sources_before) {
    sources_.resize(sources_before);
    rebuild_builder();
    Status restored = publish_world(before);
    if (!restored.ok()) log(LogLevel::kError, where, restored.text());
  }
  turn_.drain();
  for (auto each = made.rbegin(); each != made.rend(); ++each) {
    (*each)->stop();
    if ((*each)->quarantined()) given_up_.push_back(&plugin);  // its library stays mapped
  }
  return status;
}

Status EngineImpl::load_one(const std::shared_ptr<LoadedProvider>& loaded,
                            const provider::Library* library, const std::filesystem::path& ddf) {
  const auto refuse = [&](const Status& why) {
    const bool says_where = why.text().rfind(loaded->where(), 0) == 0;
    return says_where
               ? Status(Code::kProviderRefused, why.text())
               : Status(Code::kProviderRefused, fmt::format("{}: provider {}: {}", loaded->where(),
                                                            loaded->name(), why.text()));
  };
  std::vector<std::shared_ptr<LoadedProvider>> providers = world_snapshot()->providers;
  for (const auto& other : providers) {
    if (other->name() == loaded->name()) {
      return refuse(Status(Code::kProviderRefused,
                           fmt::format("{} has a provider of that name already", other->where())));
    }
  }
  Result<Source> source = provider_ddf(loaded->info(), library, ddf);
  if (!source) return refuse(source.error());
  Status status = claim_roots(*loaded, *source);
  if (status.ok()) status = loaded->create(providers);
  if (!status.ok()) return refuse(status);
  status = builder_.add_for_provider(source->bytes, source->name, nullptr);
  sources_.push_back(*std::move(source));
  providers.push_back(loaded);
  if (status.ok()) status = publish_world(std::move(providers));
  if (status.ok()) status = recover(*loaded);
  if (status.ok()) status = loaded->start();
  if (status.ok()) status = redeliver_jobs(*loaded);
  return status.ok() ? status : refuse(status);
}

Status EngineImpl::recover(LoadedProvider& loaded) {
  const txn::TurnHolder turn(turn_, patience());
  if (!turn.status().ok()) return turn.status();
  Status settled = ledger_.settle(loaded);
  if (!settled.ok()) {
    log(LogLevel::kError, loaded.name(),
        fmt::format("a change that was cut off could not be settled: {}; changes below its roots "
                    "are refused until it can be",
                    settled.text()));
  }
  return {};
}

Status EngineImpl::redeliver_jobs(LoadedProvider& loaded) {
  const txn::TurnHolder turn(turn_, patience());
  if (!turn.status().ok()) return turn.status();
  store::Batch batch;
  for (const auto& [key, job] : tree_.jobs()) {
    // What its start() began by a batch of its own runs already.
    if (key.first == loaded.name() && !job.handed_over) {
      batch.put_jobs.push_back({key.first, key.second, job.payload, job.attempt + 1});
    }
  }
  if (batch.put_jobs.empty()) return {};
  if (!loaded.has_jobs()) {
    log(LogLevel::kWarning, loaded.name(),
        "the state holds jobs of this provider, which no longer offers jobs");
    return {};
  }
  const std::vector<store::JobRow> jobs = batch.put_jobs;
  Status counted = write(batch);
  if (!counted.ok()) return counted;
  {
    const std::unique_lock lock(tree_.mutex());
    tree_.publish(batch);
    for (const store::JobRow& job : jobs) tree_.jobs()[{job.provider, job.id}].handed_over = true;
  }
  for (const store::JobRow& job : jobs) loaded.run_job(job.id, job.payload, job.attempt);
  return {};
}

}  // namespace cspkit
