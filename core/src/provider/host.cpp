// SPDX-License-Identifier: Apache-2.0
// The host's functions as a provider sees them (abi.h says what each promises). Each finds the
// provider in host->impl and the call or batch by its handle; a handle that has ended is
// CSPKIT_STALE, never undefined.
#include <fmt/format.h>

#include <cspkit/ddf/rules.hpp>
#include <shared_mutex>
#include <utility>

#include "provider/borrowed.hpp"
#include "provider/loaded_provider.hpp"
#include "tree/tree_view.hpp"
#include "txn/alert_row.hpp"
#include "txn/owner_write.hpp"

namespace cspkit::provider {

namespace {

LoadedProvider& of(const cspkit_host* host) { return *static_cast<LoadedProvider*>(host->impl); }

cspkit_code code_of(const Status& status) { return static_cast<cspkit_code>(status.code()); }

std::int64_t utc_ms(Clock& clock) { return clock.utc_now().time_since_epoch().count(); }

/// "./A/B" is absolute below the scope, anything else relative to the root.
std::string absolute(const Writer& writer, std::string_view path) {
  if (path == ".") return {};
  if (path.substr(0, 2) == "./") return std::string(path.substr(2));
  std::string whole;
  whole.reserve(writer.root.size() + 1 + path.size());
  whole.append(writer.root);
  if (!whole.empty() && !path.empty()) whole.push_back('/');
  return whole.append(path);
}

/// Does one thing with an open writer, holding its mutex, which keeps it from ending meanwhile.
template <typename Do>
cspkit_code with_writer(const LoadedProvider& provider, std::uint64_t id, Do action) {
  return provider.writers().with(id, action);
}

/// The tree, for as long as a writer looks at it.
std::shared_lock<tree::TreeMutex> look(const tree::Tree& tree, const Writer& writer) {
  std::shared_lock lock(tree.mutex(), std::defer_lock);
  if (!writer.is_under_turn()) lock.lock();
  return lock;
}

bool good_value(const cspkit_value* value) {
  return value && is_sound({static_cast<const char*>(value->data), value->size}) &&
         value->format >= CSPKIT_FORMAT_UNSET && value->format <= CSPKIT_FORMAT_FLOAT;
}

std::string_view bytes_of(const cspkit_value& value) {
  return value.size == 0 ? std::string_view{}
                         : std::string_view(static_cast<const char*>(value.data), value.size);
}

bool is_secret(const cspkit_value& value) { return (value.flags & CSPKIT_VALUE_SECRET) != 0; }

/// In the memory that `to` has.
void copy_to(const cspkit_value& value, Value& to) {
  to.format = static_cast<Format>(value.format);
  to.data.assign(bytes_of(value));
  to.secret = is_secret(value);
}

cspkit_code misuse(LoadedProvider& provider, std::string_view text) {
  provider.misbehaved(text);
  return CSPKIT_MISUSE;
}

cspkit_code unsound(LoadedProvider& provider, std::string_view function) {
  return misuse(provider,
                fmt::format("{}: text without bytes, or of an impossible size", function));
}

/// One change through a writer: at once in its overlay, and noted for the time a batch is applied.
/// `where` is a path, or the key of state and jobs.
cspkit_code change_with(LoadedProvider& provider, Writer& writer, WriteOp op,
                        std::string_view where, bool is_path) {
  if (!writer.transaction)
    return misuse(provider, "a Get handler cannot change anything: open a batch");
  if (writer.read_only) return misuse(provider, "undo_for cannot change anything");
  op.scope = writer.scope;
  op.user = writer.user;
  op.path = is_path ? absolute(writer, where) : std::string(where);
  const bool repeated = writer.is_batch || writer.detached;
  if (repeated) writer.ops.push_back(op);
  Services& services = provider.services();
  Status status;
  {
    const auto lock = look(services.tree(), writer);
    status = apply_write(provider, services.world(), *writer.transaction, std::move(op));
  }
  if (status.ok()) return CSPKIT_OK;
  if (repeated) writer.ops.pop_back();
  services.log(LogLevel::kDebug, provider.name(), status.text());
  return code_of(status);
}

cspkit_code change(const cspkit_host* host, cspkit_writer id, WriteOp op, cspkit_str where,
                   bool is_path) {
  LoadedProvider& provider = of(host);
  if (!is_sound(where)) return unsound(provider, is_path ? "a path" : "a key or id");
  return with_writer(provider, id.id, [&](Writer& writer) {
    return change_with(provider, writer, std::move(op), view(where), is_path);
  });
}

/// A change of a command whose handler sets a leaf that is there: no more than that. False, and
/// nothing has happened, for everything else.
bool set_at_once(LoadedProvider& provider, Writer& writer, std::string_view path,
                 const cspkit_value& value, cspkit_code& code) {
  if (!writer.is_under_turn() || writer.read_only) return false;
  Services& services = provider.services();
  if (path.substr(0, 2) == "./") {
    path.remove_prefix(2);
  } else {
    writer.whole.assign(writer.root).append(1, '/').append(path);
    path = writer.whole;
  }
  const std::string_view user = writer.scope == Scope::kUser ? writer.user : std::string_view{};
  txn::Transaction::Direct found;
  ddf::Node node;
  if (!find_own_leaf(provider, services.world(), *writer.transaction, user, path, found, node))
    return false;
  const Status done =
      txn::owner_reset(*writer.transaction, node, found,
                       {static_cast<Format>(value.format), bytes_of(value), is_secret(value)}, {});
  if (!done.ok()) services.log(LogLevel::kDebug, provider.name(), done.text());
  code = code_of(done);
  return true;
}

// ---- calls ----

cspkit_code set_value(const cspkit_host* host, cspkit_call call,
                      const cspkit_value* value) noexcept {
  LoadedProvider& provider = of(host);
  return with_writer(provider, call.id, [&](Writer& writer) -> cspkit_code {
    if (!good_value(value)) return misuse(provider, "set_value: no value, or an unknown format");
    copy_to(*value, writer.value);
    writer.has_value = true;
    return CSPKIT_OK;
  });
}

cspkit_code set_error(const cspkit_host* host, cspkit_call call, std::uint32_t hresult,
                      cspkit_str text) noexcept {
  if (!is_sound(text)) return unsound(of(host), "set_error");
  return with_writer(of(host), call.id, [&](Writer& writer) -> cspkit_code {
    writer.error_text = std::string(view(text));
    writer.hresult = hresult;
    return CSPKIT_OK;
  });
}

cspkit_code complete(const cspkit_host* host, cspkit_call call, cspkit_code code) noexcept {
  LoadedProvider& provider = of(host);
  const std::shared_ptr<Writer> found = provider.writers().find(call.id);
  const cspkit_code taken = with_writer(provider, call.id, [&](Writer& writer) -> cspkit_code {
    if (writer.is_batch) return misuse(provider, "complete: this handle is a batch");
    if (writer.completed || writer.cancelled) return CSPKIT_STALE;
    if (code > CSPKIT_OK) {
      provider.misbehaved(fmt::format("complete: {} is no final code", code));
      code = CSPKIT_FAILED;
    }
    writer.completed = true;
    writer.code = static_cast<Code>(code);
    writer.changed.notify_all();
    return CSPKIT_OK;
  });
  if (taken == CSPKIT_OK) provider.finish(call.id, found);
  return taken;
}

std::int32_t is_cancelled(const cspkit_host* host, cspkit_call call) noexcept {
  const std::shared_ptr<Writer> writer = of(host).writers().find(call.id);
  if (!writer) return 1;
  const std::lock_guard lock(writer->mutex);
  return writer->closed || writer->cancelled ? 1 : 0;
}

// ---- stored values ----

cspkit_code read(const cspkit_host* host, cspkit_writer id, cspkit_str path, cspkit_value_sink sink,
                 void* context) noexcept {
  LoadedProvider& provider = of(host);
  if (!is_sound(path)) return unsound(provider, "read");
  Value value;
  const cspkit_code found = with_writer(provider, id.id, [&](Writer& writer) -> cspkit_code {
    tree::Tree& tree = provider.services().tree();
    const auto lock = look(tree, writer);
    const gate::World& world = provider.services().world();
    gate::Target target;
    Status status = resolve(world, writer.scope, writer.user, absolute(writer, view(path)), target);
    if (!status.ok()) return CSPKIT_NOT_FOUND;
    if (!target.node.is_leaf()) return CSPKIT_NOT_ALLOWED;
    if (world.binding(target.address.node).handles(CSPKIT_GET)) return CSPKIT_NOT_SUPPORTED;
    const tree::TreeView committed(tree);
    const gate::View& rows = writer.transaction
                                 ? static_cast<const gate::View&>(*writer.transaction)
                                 : static_cast<const gate::View&>(committed);
    if (gate::existing_depth(world, rows, target) != target.address.segments.size())
      return CSPKIT_NOT_FOUND;
    const gate::NodeRow* row = rows.find(target.user, target.address.key);
    value = row ? Value(row->format, row->value) : ddf::initial_value(target.node);
    value.secret = row && (row->flags & CSPKIT_VALUE_SECRET) != 0;
    return CSPKIT_OK;
  });
  if (found != CSPKIT_OK) return found;
  constexpr std::uint32_t kSecret = CSPKIT_VALUE_SECRET;
  const cspkit_value out{static_cast<std::int32_t>(value.format), value.secret ? kSecret : 0u,
                         value.data.data(), value.data.size()};
  if (sink) sink(context, &out);
  return CSPKIT_OK;
}

cspkit_code children(const cspkit_host* host, cspkit_writer id, cspkit_str path,
                     cspkit_bytes_sink sink, void* context) noexcept {
  LoadedProvider& provider = of(host);
  if (!is_sound(path)) return unsound(provider, "children");
  std::vector<std::string> names;
  const cspkit_code found = with_writer(provider, id.id, [&](Writer& writer) -> cspkit_code {
    tree::Tree& tree = provider.services().tree();
    const auto lock = look(tree, writer);
    const gate::World& world = provider.services().world();
    gate::Target target;
    Status status = resolve(world, writer.scope, writer.user, absolute(writer, view(path)), target);
    if (!status.ok()) return CSPKIT_NOT_FOUND;
    const tree::TreeView committed(tree);
    const gate::View& rows = writer.transaction
                                 ? static_cast<const gate::View&>(*writer.transaction)
                                 : static_cast<const gate::View&>(committed);
    if (gate::existing_depth(world, rows, target) != target.address.segments.size())
      return CSPKIT_NOT_FOUND;
    names = gate::child_names(world, rows, target);
    return CSPKIT_OK;
  });
  if (found != CSPKIT_OK) return found;
  for (const std::string& name : names) {
    if (sink) sink(context, str(name));
  }
  return CSPKIT_OK;
}

cspkit_code set(const cspkit_host* host, cspkit_writer id, cspkit_str path,
                const cspkit_value* value) noexcept {
  LoadedProvider& provider = of(host);
  if (!good_value(value)) return misuse(provider, "set: no value, or an unknown format");
  if (!is_sound(path)) return unsound(provider, "a path");
  return with_writer(provider, id.id, [&](Writer& writer) {
    cspkit_code code = CSPKIT_OK;
    if (set_at_once(provider, writer, view(path), *value, code)) return code;
    WriteOp op;
    op.kind = WriteOp::Kind::kSet;
    copy_to(*value, op.value);
    return change_with(provider, writer, std::move(op), view(path), true);
  });
}

cspkit_code create(const cspkit_host* host, cspkit_writer writer, cspkit_str path) noexcept {
  WriteOp op;
  op.kind = WriteOp::Kind::kCreate;
  return change(host, writer, std::move(op), path, true);
}

cspkit_code remove(const cspkit_host* host, cspkit_writer writer, cspkit_str path) noexcept {
  WriteOp op;
  op.kind = WriteOp::Kind::kRemove;
  return change(host, writer, std::move(op), path, true);
}

// ---- provider state ----

cspkit_code state_read(const cspkit_host* host, cspkit_writer id, cspkit_str key,
                       cspkit_bytes_sink sink, void* context) noexcept {
  LoadedProvider& provider = of(host);
  if (!is_sound(key)) return unsound(provider, "state_read");
  std::string bytes;
  const cspkit_code found = with_writer(provider, id.id, [&](Writer& writer) -> cspkit_code {
    tree::Tree& tree = provider.services().tree();
    const auto lock = look(tree, writer);
    const std::string name(view(key));
    if (writer.transaction) {
      const std::string* own = writer.transaction->state(provider.name(), name);
      if (!own) return CSPKIT_NOT_FOUND;
      bytes = *own;
      return CSPKIT_OK;
    }
    const auto it = tree.state().find({provider.name(), name});
    if (it == tree.state().end()) return CSPKIT_NOT_FOUND;
    bytes = it->second;
    return CSPKIT_OK;
  });
  if (found == CSPKIT_OK && sink) sink(context, str(bytes));
  return found;
}

cspkit_code state_list(const cspkit_host* host, cspkit_writer id, cspkit_str prefix,
                       cspkit_bytes_sink sink, void* context) noexcept {
  LoadedProvider& provider = of(host);
  if (!is_sound(prefix)) return unsound(provider, "state_list");
  std::vector<std::string> keys;
  const cspkit_code found = with_writer(provider, id.id, [&](Writer& writer) -> cspkit_code {
    tree::Tree& tree = provider.services().tree();
    const auto lock = look(tree, writer);
    if (writer.transaction) {
      keys = writer.transaction->state_keys(provider.name(), view(prefix));
    } else {
      keys = txn::Transaction(tree, 0, 0).state_keys(provider.name(), view(prefix));
    }
    return CSPKIT_OK;
  });
  if (found != CSPKIT_OK) return found;
  for (const std::string& key : keys) {
    if (sink) sink(context, str(key));
  }
  return CSPKIT_OK;
}

cspkit_code state_write(const cspkit_host* host, cspkit_writer writer, cspkit_str key,
                        cspkit_str bytes) noexcept {
  if (!is_sound(bytes)) return unsound(of(host), "state_write");
  WriteOp op;
  op.kind = WriteOp::Kind::kStateWrite;
  op.value.data = std::string(view(bytes));
  return change(host, writer, std::move(op), key, false);
}

cspkit_code state_remove(const cspkit_host* host, cspkit_writer writer, cspkit_str key) noexcept {
  WriteOp op;
  op.kind = WriteOp::Kind::kStateRemove;
  return change(host, writer, std::move(op), key, false);
}

// ---- batches ----

cspkit_code batch_open(const cspkit_host* host, std::int32_t scope, cspkit_str user,
                       cspkit_writer* out) noexcept {
  LoadedProvider& provider = of(host);
  if (!out) return misuse(provider, "batch_open: nowhere to put the handle");
  if (!is_sound(user)) return unsound(provider, "batch_open");
  const bool user_scope = scope == CSPKIT_SCOPE_USER;
  if ((!user_scope && scope != CSPKIT_SCOPE_DEVICE) || user_scope != (user.size != 0)) {
    return misuse(provider, "batch_open: user scope needs a user, device scope takes none");
  }
  // Nobody works with that many: they are opened and forgotten.
  constexpr std::size_t kMostOpen = 65'536;
  if (provider.writers().count() >= kMostOpen) return CSPKIT_FULL;
  const auto writer = std::make_shared<Writer>();
  writer->is_batch = true;
  writer->scope = static_cast<Scope>(scope);
  writer->user = std::string(view(user));
  for (auto root = provider.roots.rbegin(); root != provider.roots.rend(); ++root) {
    if (root->scope == writer->scope) writer->root = root->path;  // the first one stays
  }
  writer->preview = std::make_unique<txn::Transaction>(provider.services().tree(), 0, 0);
  writer->transaction = writer->preview.get();
  out->id = provider.writers().open(writer);
  return CSPKIT_OK;
}

cspkit_code batch_submit(const cspkit_host* host, cspkit_writer batch, cspkit_done done,
                         void* context) noexcept {
  LoadedProvider& provider = of(host);
  std::vector<WriteOp> ops;
  const cspkit_code found = with_writer(provider, batch.id, [&](Writer& writer) -> cspkit_code {
    if (!writer.is_batch) return misuse(provider, "batch_submit: this handle is a call");
    ops = std::move(writer.ops);
    writer.closed = true;  // of two threads that submit, the second finds it so
    return CSPKIT_OK;
  });
  if (found != CSPKIT_OK) return found;
  provider.writers().close(batch.id);
  std::function<void(Code)> report;
  if (done) {
    report = [&provider, done, context](Code code) { provider.tell(done, context, code); };
  }
  const bool queued =
      provider.services().submit(provider.shared_from_this(), std::move(ops), std::move(report));
  return queued ? CSPKIT_OK : CSPKIT_CANCELLED;
}

cspkit_code batch_drop(const cspkit_host* host, cspkit_writer batch) noexcept {
  LoadedProvider& provider = of(host);
  const cspkit_code found = with_writer(provider, batch.id, [&](Writer& writer) -> cspkit_code {
    return writer.is_batch ? CSPKIT_OK : misuse(provider, "batch_drop: this handle is a call");
  });
  if (found == CSPKIT_OK) provider.writers().close(batch.id);
  return found;
}

// ---- time, tasks, log ----

std::int64_t now_steady(const cspkit_host* host) noexcept {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             of(host).services().clock().steady_now())
      .count();
}

std::int64_t now_utc(const cspkit_host* host) noexcept {
  return utc_ms(of(host).services().clock());
}

std::uint64_t run_after(const cspkit_host* host, std::int64_t delay_ms, cspkit_task task,
                        void* context) noexcept {
  if (!task) return 0;
  // A century is for ever, and keeps nanoseconds from overflowing.
  constexpr std::int64_t kForever = std::int64_t{100} * 365 * 24 * 3600 * 1000;
  const std::int64_t delay = delay_ms < 0 ? 0 : (delay_ms > kForever ? kForever : delay_ms);
  return of(host).tasks().post([task, context] { task(context); },
                               std::chrono::milliseconds(delay));
}

std::int32_t cancel_task(const cspkit_host* host, std::uint64_t timer) noexcept {
  return of(host).tasks().cancel(timer) ? 1 : 0;
}

void log(const cspkit_host* host, std::int32_t level, cspkit_str text) noexcept {
  const bool known = level >= CSPKIT_LOG_DEBUG && level <= CSPKIT_LOG_HOST_MISBEHAVING;
  if (!is_sound(text)) return static_cast<void>(unsound(of(host), "log"));
  of(host).log(known ? static_cast<LogLevel>(level) : LogLevel::kInfo, view(text));
}

// ---- jobs ----

cspkit_code job_start(const cspkit_host* host, cspkit_writer writer, cspkit_str id,
                      cspkit_str payload) noexcept {
  LoadedProvider& provider = of(host);
  if (!provider.has_jobs())
    return misuse(provider, "job_start: the provider offers no cspkit.jobs/1");
  if (id.size == 0) return misuse(provider, "job_start: the job has no id");
  if (!is_sound(payload)) return unsound(provider, "job_start");
  WriteOp op;
  op.kind = WriteOp::Kind::kJobStart;
  op.value.data = std::string(view(payload));
  return change(host, writer, std::move(op), id, false);
}

cspkit_code job_end(const cspkit_host* host, cspkit_writer writer, cspkit_str id) noexcept {
  WriteOp op;
  op.kind = WriteOp::Kind::kJobEnd;
  return change(host, writer, std::move(op), id, false);
}

cspkit_code job_progress(const cspkit_host* host, cspkit_str id, std::int32_t percent,
                         cspkit_str text) noexcept {
  LoadedProvider& provider = of(host);
  if (!is_sound(id) || !is_sound(text)) return unsound(provider, "job_progress");
  const int shown = percent < 0 ? -1 : (percent > 100 ? 100 : percent);
  const bool known = provider.services().job_progress(provider.name(), std::string(view(id)), shown,
                                                      std::string(view(text)));
  return known ? CSPKIT_OK : CSPKIT_NOT_FOUND;
}

std::int32_t is_closing(const cspkit_host* host) noexcept { return of(host).closing() ? 1 : 0; }

constexpr cspkit_host_jobs kJobs = {
    sizeof(cspkit_host_jobs), 0, job_start, job_end, job_progress, is_closing};

// ---- alerts ----

std::string text_of(cspkit_str text) { return std::string(view(text)); }

cspkit_code alert_queue(const cspkit_host* host, cspkit_writer writer,
                        const cspkit_alert* alert) noexcept {
  LoadedProvider& provider = of(host);
  if (!alert || !CSPKIT_HAS(cspkit_alert, alert, correlator))
    return misuse(provider, "alert_queue: no alert, or one without size");
  for (const cspkit_str& text :
       {alert->type, alert->format, alert->mark, alert->data, alert->correlator}) {
    if (!is_sound(text)) return unsound(provider, "alert_queue");
  }
  DeviceAlert asked;
  asked.code = alert->code;
  asked.type = text_of(alert->type);
  if (alert->format.size != 0) asked.format = text_of(alert->format);
  asked.mark = text_of(alert->mark);
  asked.data = text_of(alert->data);
  asked.correlator = text_of(alert->correlator);
  Status judged = txn::judge_alert(asked);
  if (judged.ok() && asked.code == CSPKIT_ALERT_GENERIC && asked.type.empty())
    judged = Status(Code::kBadValue, "a generic alert without type");
  if (!judged.ok()) {
    provider.services().log(LogLevel::kDebug, provider.name(), judged.text());
    return CSPKIT_BAD_VALUE;
  }
  WriteOp op;
  op.kind = WriteOp::Kind::kAlert;
  op.alert = std::make_shared<const DeviceAlert>(std::move(asked));
  return change(host, writer, std::move(op), alert->source, alert->source.size != 0);
}

constexpr cspkit_host_alerts kAlerts = {sizeof(cspkit_host_alerts), 0, alert_queue};

const void* get_extension(const cspkit_host*, const char* id) noexcept {
  if (!id) return nullptr;
  if (std::string_view(id) == CSPKIT_EXT_JOBS) return &kJobs;
  return std::string_view(id) == CSPKIT_EXT_ALERTS ? &kAlerts : nullptr;
}

}  // namespace

cspkit_host make_host_table(LoadedProvider& provider) {
  cspkit_host host{};
  host.size = sizeof(host);
  host.abi_major = CSPKIT_ABI_MAJOR;
  host.abi_minor = CSPKIT_ABI_MINOR;
  host.impl = &provider;
  host.name = CSPKIT_STR("cspkit");
  host.version = CSPKIT_STR(CSPKIT_VERSION);
  host.set_value = set_value;
  host.set_error = set_error;
  host.complete = complete;
  host.is_cancelled = is_cancelled;
  host.read = read;
  host.children = children;
  host.set = set;
  host.create = create;
  host.remove = remove;
  host.state_read = state_read;
  host.state_list = state_list;
  host.state_write = state_write;
  host.state_remove = state_remove;
  host.batch_open = batch_open;
  host.batch_submit = batch_submit;
  host.batch_drop = batch_drop;
  host.now_steady = now_steady;
  host.now_utc = now_utc;
  host.run_after = run_after;
  host.cancel_task = cancel_task;
  host.log = log;
  host.get_extension = get_extension;
  return host;
}

}  // namespace cspkit::provider
