// SPDX-License-Identifier: Apache-2.0
// The public classes over their implementations.
#include <cspkit/ddf/rules.hpp>
#include <cspkit/engine.hpp>
#include <limits>
#include <shared_mutex>
#include <utility>

#include "engine/engine_impl.hpp"
#include "engine/session_impl.hpp"
#include "txn/owner_write.hpp"

namespace cspkit {

// ---- Session ----

Session::Session(std::unique_ptr<SessionImpl> impl) : impl_(std::move(impl)) {}
Session::Session(Session&&) noexcept = default;
Session& Session::operator=(Session&&) noexcept = default;
Session::~Session() = default;

namespace {

Result<Value> get_by_rule(SessionImpl& session, std::string_view uri) {
  dm::Outcome outcome;
  Status status = session.get(uri, outcome);
  if (!status.ok()) return status;
  if (!outcome.nodes.empty()) {
    return Status(Code::kNotSupported,
                  "this list has several values: use Engine::list, ?list=TNDS, or SyncML");
  }
  return std::move(outcome.value);
}

}  // namespace

Result<Value> Session::get(std::string_view uri) {
  Result<Value> value{Value()};
  if (!impl_->get_direct(uri, *value, nullptr)) value = get_by_rule(*impl_, uri);
  return value;
}

Status Session::add(std::string_view uri, const Value& value) {
  return impl_->change(dm::Verb::kAdd, uri, &value);
}
Status Session::add(std::string_view uri) { return impl_->change(dm::Verb::kAdd, uri, nullptr); }
Status Session::replace(std::string_view uri, const Value& value) {
  return impl_->change(dm::Verb::kReplace, uri, &value);
}
Status Session::remove(std::string_view uri) {
  return impl_->change(dm::Verb::kDelete, uri, nullptr);
}
Status Session::exec(std::string_view uri) { return impl_->change(dm::Verb::kExec, uri, nullptr); }
Status Session::exec(std::string_view uri, const Value& data) {
  return impl_->change(dm::Verb::kExec, uri, &data);
}
Result<std::string> Session::process(std::string_view message) { return impl_->process(message); }
bool Session::reply_wanted() const { return impl_->reply_wanted(); }
const std::vector<AlertRecord>& Session::alerts() const { return impl_->alerts(); }
const std::vector<int>& Session::last_statuses() const { return impl_->last_statuses(); }
const Principal& Session::principal() const { return impl_->principal(); }

// ---- Owner ----

namespace {

/// One change as the owner makes it, in a transaction of its own.
template <typename Make>
Status as_owner(EngineImpl& engine, const std::string& user, std::string_view uri, Make make) {
  const txn::TurnHolder turn(engine.turn(), engine.patience());
  if (!turn.status().ok()) return turn.status();
  const gate::World& world = engine.world();
  gate::Target target;
  Principal owner;
  owner.user = user;
  Status status = gate::judge_address(world, uri, owner, 0, engine.options().uri_limits, target);
  if (!status.ok()) return status;
  txn::Transaction transaction = engine.new_transaction();
  status = make(world, transaction, target);
  return status.ok() ? engine.commit(transaction, {ChangeCause::kOwner, {}}) : status;
}

}  // namespace

Status Owner::set(std::string_view uri, const Value& value) {
  return as_owner(
      *engine_, user_, uri,
      [&](const gate::World& world, txn::Transaction& transaction, const gate::Target& target) {
        return txn::owner_set(transaction, world, target, value);
      });
}

Status Owner::set(std::string_view uri, std::string_view wire_text) {
  return as_owner(
      *engine_, user_, uri,
      [&](const gate::World& world, txn::Transaction& transaction, const gate::Target& target) {
        if (!target.node.is_leaf()) {
          return txn::owner_set(transaction, world, target,
                                Value(Format::kUnset, std::string(wire_text)));
        }
        Result<Value> value = ddf::read_value(target.node, Format::kUnset, wire_text,
                                              std::numeric_limits<std::size_t>::max());
        if (!value) return value.error();
        return txn::owner_set(transaction, world, target, *std::move(value));
      });
}

Status Owner::remove(std::string_view uri) {
  return as_owner(
      *engine_, user_, uri,
      [&](const gate::World&, txn::Transaction& transaction, const gate::Target& target) {
        transaction.erase_subtree(target.user, target.address.key);
        return Status();
      });
}

// ---- Engine ----

Engine::Engine(std::unique_ptr<EngineImpl> impl) : impl_(std::move(impl)) {}
Engine::Engine(Engine&&) noexcept = default;
Engine& Engine::operator=(Engine&&) noexcept = default;
Engine::~Engine() = default;

Result<Engine> Engine::open(EngineOptions options) {
  Result<std::unique_ptr<EngineImpl>> impl = EngineImpl::open(std::move(options));
  if (!impl) return impl.error();
  return Engine(*std::move(impl));
}

Status Engine::load_ddf(const std::filesystem::path& path) { return impl_->load_ddf(path); }
Status Engine::load_ddf_bytes(std::string_view bytes, std::string name) {
  return impl_->load_ddf_bytes(bytes, std::move(name));
}

Status Engine::load_provider(const std::filesystem::path& library, const std::filesystem::path& ddf,
                             const ProviderOptions& options) {
  Result<std::shared_ptr<provider::Library>> loaded = provider::load_library(library);
  if (!loaded) return loaded.error();
  const cspkit_plugin& plugin = (*loaded)->plugin();
  return impl_->load_plugin(*std::move(loaded), plugin, ddf, options);
}

Status Engine::add_provider(const cspkit_plugin& plugin, const std::filesystem::path& ddf,
                            const ProviderOptions& options) {
  return impl_->load_plugin(nullptr, plugin, ddf, options);
}

Session Engine::open_session(Principal principal) {
  return Session(std::make_unique<SessionImpl>(*impl_, std::move(principal)));
}

Result<std::string> Engine::process(std::string_view message, const Principal& principal) {
  return SessionImpl(*impl_, principal, true).process(message);
}

Owner Engine::owner(std::string user) { return Owner(impl_.get(), std::move(user)); }

Result<std::vector<TreeEntry>> Engine::list(std::string_view uri, const Principal& principal) {
  return SessionImpl(*impl_, principal).list(uri);
}

Result<NodeDemands> Engine::demands(std::string_view uri, const Principal& principal) {
  return SessionImpl(*impl_, principal).demands(uri);
}

Result<Subscription> Engine::subscribe(std::string_view uri, ChangeCallback callback,
                                       const Principal& principal) {
  return impl_->subscribe(uri, std::move(callback), principal);
}

std::shared_ptr<const ddf::Schema> Engine::schema() const {
  return impl_->world_snapshot()->schema;
}
std::vector<ddf::Finding> Engine::findings() const { return impl_->findings(); }
std::vector<ProviderInfo> Engine::providers() const { return impl_->providers(); }

std::vector<std::string> Engine::orphans() const {
  const std::shared_lock lock(impl_->tree().mutex());
  return impl_->tree().orphans();
}

Status Engine::backup(const std::filesystem::path& target) { return impl_->backup(target); }
Result<StateDump> Engine::dump() const { return impl_->dump(); }

Result<std::int64_t> Engine::queue_alert(DeviceAlert alert, std::string user) {
  return impl_->queue_alert(std::move(alert), std::move(user));
}
std::vector<QueuedAlert> Engine::queued_alerts(const Principal& principal) const {
  return impl_->queued_alerts(principal);
}
Status Engine::acknowledge_alerts(const std::vector<std::int64_t>& ids) {
  return impl_->acknowledge_alerts(ids);
}

std::vector<JobInfo> Engine::jobs() const { return impl_->jobs(); }
bool Engine::wait_for_jobs(const std::function<bool()>& stop, std::chrono::milliseconds interval) {
  return impl_->wait_for_jobs(stop, interval);
}
Clock& Engine::clock() const { return impl_->clock(); }
bool Engine::reboot_pending() const { return impl_->reboot_pending(); }
void Engine::clear_reboot_pending() {
  Status cleared = impl_->clear_reboot_pending();
  if (!cleared.ok()) impl_->log(LogLevel::kError, "engine", cleared.text());
}

}  // namespace cspkit
