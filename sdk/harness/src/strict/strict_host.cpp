// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <atomic>
#include <cspkit/harness/strict_host.hpp>

#include "strict/strict_provider.hpp"

namespace cspkit::harness {
namespace {

// The ABI gives create() no context: each StrictHost that lives has a slot, and each slot a create
// of its own.
constexpr std::size_t kSlots = 16;
std::array<std::atomic<StrictHost::State*>, kSlots> slots{};

using Create = cspkit_code (*)(const cspkit_host*, std::size_t, cspkit_provider**) CSPKIT_NOEXCEPT;

template <std::size_t kSlot>
cspkit_code create_in(const cspkit_host* host, std::size_t index, cspkit_provider** out) noexcept {
  StrictHost::State* state = slots[kSlot];
  return state != nullptr ? state->create(host, index, out) : cspkit_code{CSPKIT_FAILED};
}

template <std::size_t... kAll>
constexpr std::array<Create, kSlots> creates_of(std::index_sequence<kAll...>) {
  return {create_in<kAll>...};
}
constexpr std::array<Create, kSlots> kCreates = creates_of(std::make_index_sequence<kSlots>());

std::size_t take_slot(StrictHost::State* state) {
  for (std::size_t i = 0; i < kSlots; ++i) {
    StrictHost::State* none = nullptr;
    if (slots[i].compare_exchange_strong(none, state)) return i;
  }
  return kSlots;
}

}  // namespace

StrictHost::State::State(const cspkit_plugin& plugin) : real(plugin), slot_(take_slot(this)) {
  // Members that the plugin's own object is too small for stay as they are: zero.
  const std::size_t size = std::min<std::size_t>(real.size, sizeof(shown));
  const auto* from = reinterpret_cast<const unsigned char*>(&real);
  std::copy(from, from + size, reinterpret_cast<unsigned char*>(&shown));
  shown.size = static_cast<std::uint32_t>(size);
  const bool has_create = CSPKIT_HAS(cspkit_plugin, &real, create) && real.create != nullptr;
  if (CSPKIT_HAS(cspkit_plugin, &shown, create))
    shown.create = has_create && slot_ < kSlots ? kCreates[slot_] : nullptr;
}

StrictHost::State::~State() {
  if (slot_ < kSlots) slots[slot_] = nullptr;
}

void StrictHost::State::breach(Breach breach) {
  const std::lock_guard lock(mutex);
  for (Breach& known : breaches) {
    const bool same = known.code == breach.code && known.provider == breach.provider &&
                      known.handler == breach.handler && known.verb == breach.verb &&
                      known.text == breach.text;
    if (!same) continue;
    ++known.count;
    return;
  }
  breaches.push_back(std::move(breach));
}

void StrictHost::State::took(const std::string& provider, const std::string& handler,
                             const char* verb, std::chrono::nanoseconds time) {
  const std::lock_guard lock(mutex);
  CallTime& entry = times[{provider, handler, verb}];
  if (entry.count == 0) {
    entry.provider = provider;
    entry.handler = handler;
    entry.verb = verb;
  }
  ++entry.count;
  entry.total += time;
  entry.longest = std::max(entry.longest, time);
}

void StrictHost::State::heard(std::string_view provider, std::string_view text) {
  {
    const std::lock_guard lock(mutex);
    heard_ = text;
  }
  // The engine alone knows the schema; everything else is seen here, too.
  if (text.find("does not fit") == text.npos) return;
  Breach found;
  found.code = "value.does-not-fit";
  found.provider = provider;
  found.verb = "get";
  constexpr std::string_view kOf = "get of ";
  if (const std::size_t at = text.find(kOf); at != text.npos) {
    const std::size_t begin = at + kOf.size();
    found.uri = "./" + std::string(text.substr(begin, text.find(" gave", begin) - begin));
  }
  found.text = text;
  found.remedy = "return what the DDF's DFFormat says: a number for int, true or false for bool";
  breach(std::move(found));
}

std::string StrictHost::State::take_heard() {
  const std::lock_guard lock(mutex);
  return std::exchange(heard_, {});
}

StrictHost::Fault StrictHost::State::fault() const {
  const std::lock_guard lock(mutex);
  return fault_;
}

bool StrictHost::State::fails_host_call(unsigned number) {
  const std::lock_guard lock(mutex);
  if (fault_ != Fault::kHostCall || number != nth_) return false;
  struck_ = true;
  return true;
}

void StrictHost::State::strike() {
  const std::lock_guard lock(mutex);
  struck_ = true;
}

std::vector<const StrictProvider*> StrictHost::State::alive() const {
  std::vector<const StrictProvider*> all;
  const std::lock_guard lock(mutex);
  for (const auto& each : objects_) {
    if (!each->is_gone()) all.push_back(each.get());
  }
  return all;
}

cspkit_code StrictHost::State::create(const cspkit_host* host, std::size_t index,
                                      cspkit_provider** out) noexcept {
  StrictProvider* object = nullptr;
  {
    auto made = std::make_unique<StrictProvider>(*this, host, text_of(real.providers[index].name));
    object = made.get();
    const std::lock_guard lock(mutex);
    objects_.push_back(std::move(made));
  }
  cspkit_provider* made = nullptr;
  const cspkit_code code = real.create(object->host(), index, &made);
  if (code != CSPKIT_OK || made == nullptr) return code;
  for (const StrictProvider* each : alive()) {
    if (each->stands_for(made)) return object->refuse_twin();
  }
  *out = object->adopt(made);
  return code;
}

StrictHost::StrictHost(const cspkit_plugin& plugin) : state_(std::make_shared<State>(plugin)) {}
StrictHost::~StrictHost() = default;

const cspkit_plugin& StrictHost::plugin() const { return state_->shown; }

LogSink StrictHost::log_sink(LogSink next) {
  return [state = std::weak_ptr<State>(state_), next = std::move(next)](
             LogLevel level, std::string_view source, std::string_view text) {
    const auto alive = state.lock();
    if (alive && level == LogLevel::kProviderMisbehaving) alive->heard(source, text);
    if (next) next(level, source, text);
  };
}

std::vector<Breach> StrictHost::breaches() const {
  const std::lock_guard lock(state_->mutex);
  return state_->breaches;
}

std::vector<CallTime> StrictHost::times() const {
  const std::lock_guard lock(state_->mutex);
  std::vector<CallTime> all;
  all.reserve(state_->times.size());
  for (const auto& [key, time] : state_->times) all.push_back(time);
  return all;
}

std::vector<StrictHost::Handler> StrictHost::handlers() const {
  const std::lock_guard lock(state_->mutex);
  return state_->handlers;
}

bool StrictHost::has_transactions() const {
  const std::lock_guard lock(state_->mutex);
  return state_->has_transactions;
}

std::vector<std::string> StrictHost::written_paths() const {
  const std::lock_guard lock(state_->mutex);
  return {state_->written.begin(), state_->written.end()};
}

void StrictHost::inject(Fault fault, unsigned nth) {
  const std::lock_guard lock(state_->mutex);
  state_->fault_ = fault;
  state_->nth_ = nth;
  state_->struck_ = false;
}

bool StrictHost::struck() const {
  const std::lock_guard lock(state_->mutex);
  return state_->struck_;
}

void StrictHost::repeat_ends(bool repeat) {
  const std::lock_guard lock(state_->mutex);
  state_->repeats = repeat;
}

std::vector<StrictHost::UndoRecord> StrictHost::take_undo_records() {
  const std::lock_guard lock(state_->mutex);
  return std::exchange(state_->records, {});
}

void StrictHost::recover_with(std::vector<UndoRecord> records) {
  const std::lock_guard lock(state_->mutex);
  state_->recover = std::move(records);
}

std::size_t StrictHost::open_calls() const { return pending_calls().size(); }

std::vector<StrictHost::PendingCall> StrictHost::pending_calls() const {
  std::vector<PendingCall> calls;
  for (const StrictProvider* each : state_->alive()) each->add_pending(calls);
  return calls;
}

StrictHost::Activity StrictHost::activity() const {
  Activity activity;
  activity.progress = state_->progress;
  for (const StrictProvider* each : state_->alive()) each->add_activity(activity);
  return activity;
}

std::vector<StrictHost::BatchChange> StrictHost::take_batch_changes() {
  std::vector<BatchChange> changes;
  const std::lock_guard lock(state_->mutex);
  for (const auto& [provider, user_scope, path] : state_->changed_by_batches)
    changes.push_back({provider, path, user_scope});
  state_->changed_by_batches.clear();
  return changes;
}

void StrictHost::leave_out(std::function<bool(const std::string& uri, std::uint32_t verb)> which) {
  const std::lock_guard lock(state_->mutex);
  state_->left_out = std::move(which);
}

void StrictHost::before_jobs(std::function<void()> tell) {
  const std::lock_guard lock(state_->mutex);
  state_->before_jobs = std::move(tell);
}

}  // namespace cspkit::harness
