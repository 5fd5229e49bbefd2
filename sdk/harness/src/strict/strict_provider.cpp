// SPDX-License-Identifier: Apache-2.0
// The side that the engine calls: each function goes on to the plugin's own, and what comes back is
// judged.
#include "strict/strict_provider.hpp"

#include <cstring>

#include "strict/strict_work.hpp"

namespace cspkit::harness {
namespace {

StrictProvider& of(cspkit_provider* provider) {
  return *static_cast<StrictProvider*>(provider->impl);
}

template <auto kMember>
cspkit_code operation(cspkit_provider* provider, cspkit_call call,
                      const cspkit_request* request) noexcept {
  return of(provider).operate<kMember>(call, request);
}

bool is_final(cspkit_code code) { return code <= CSPKIT_OK && code >= CSPKIT_FAILED; }

const char* verb_name(std::uint32_t verb) {
  switch (verb) {
    case CSPKIT_GET:
      return "get";
    case CSPKIT_ADD:
      return "add";
    case CSPKIT_REPLACE:
      return "replace";
    case CSPKIT_DELETE:
      return "delete";
    case CSPKIT_EXEC:
      return "exec";
    case CSPKIT_REFRESH:
      return "refresh";
    default:
      return "?";
  }
}

constexpr std::uint32_t kChanging = CSPKIT_ADD | CSPKIT_REPLACE | CSPKIT_DELETE | CSPKIT_EXEC;
constexpr std::uint32_t kKnownFlags = CSPKIT_HANDLER_OWN | CSPKIT_HANDLER_SECRET |
                                      CSPKIT_HANDLER_IRREVERSIBLE | CSPKIT_HANDLER_CONCURRENT |
                                      CSPKIT_HANDLER_UNDO_EACH;

class Stopwatch {
 public:
  std::chrono::nanoseconds elapsed() const { return std::chrono::steady_clock::now() - begin_; }

 private:
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

}  // namespace

StrictProvider::StrictProvider(StrictHost::State& state, const cspkit_host* host, std::string name)
    : state_(state),
      real_host_(host),
      name_(std::move(name)),
      host_(strict_host_table(*host, *this)) {
  real_jobs_ = static_cast<const cspkit_host_jobs*>(host->get_extension(host, CSPKIT_EXT_JOBS));
  real_alerts_ =
      static_cast<const cspkit_host_alerts*>(host->get_extension(host, CSPKIT_EXT_ALERTS));
  if (real_jobs_ != nullptr) jobs_host_ = strict_jobs_table(*real_jobs_);
  if (real_alerts_ != nullptr) alerts_host_ = strict_alerts_table(*real_alerts_);
}

// ---- breaches ----

void StrictProvider::breach(const Call& call, const char* code, std::string text,
                            std::string remedy, Severity severity) {
  Breach found;
  found.severity = severity;
  found.code = code;
  found.provider = name_;
  found.handler = call.handler;
  found.verb = call.is_undo ? "undo_for" : call.verb;
  found.uri = call.uri;
  found.text = std::move(text);
  found.remedy = std::move(remedy);
  state_.breach(std::move(found));
}

void StrictProvider::breach(const char* verb, const char* code, std::string text,
                            std::string remedy, Severity severity) {
  Call call;
  call.verb = verb;
  breach(call, code, std::move(text), std::move(remedy), severity);
}

// ---- the table ----

cspkit_provider* StrictProvider::adopt(cspkit_provider* made) {
  if (!CSPKIT_HAS(cspkit_provider, made, get_extension)) {
    breach("create", "table.size",
           "its provider table claims " + std::to_string(made->size) + " bytes; ABI 1.0 has " +
               std::to_string(sizeof(cspkit_provider)),
           "set size to sizeof(cspkit_provider)");
    return made;  // the engine refuses it, and calls nothing
  }
  real_ = made;
  judge_table();
  table_ = {};
  table_.size = sizeof(table_);
  table_.flags = made->flags;
  table_.impl = this;
  table_.handlers = made->handlers;
  table_.handler_count = made->handler_count;
  if (made->start) table_.start = [](cspkit_provider* p) noexcept { return of(p).start(); };
  if (made->destroy) table_.destroy = [](cspkit_provider* p) noexcept { of(p).destroy(); };
  if (made->get) table_.get = operation<&cspkit_provider::get>;
  if (made->add) table_.add = operation<&cspkit_provider::add>;
  if (made->replace) table_.replace = operation<&cspkit_provider::replace>;
  if (made->remove) table_.remove = operation<&cspkit_provider::remove>;
  if (made->exec) table_.exec = operation<&cspkit_provider::exec>;
  if (made->refresh) table_.refresh = operation<&cspkit_provider::refresh>;
  if (made->get_extension)
    table_.get_extension = [](cspkit_provider* p, const char* id) noexcept {
      return of(p).extension(id);
    };
  return &table_;
}

cspkit_code StrictProvider::refuse_twin() {
  breach("create", "table.twice", "create gave an object that it had given before",
         "make one for each call: a provider of its own for each index and each engine");
  return CSPKIT_FAILED;
}

void StrictProvider::judge_table() {
  if (!real_->destroy)
    breach("create", "table.no-destroy", "its provider table has no destroy function",
           "give one: it frees what create() made");
  if (real_->flags != 0)
    breach("create", "table.reserved", "flags of its provider table are not 0", "set them to 0",
           Severity::kWarning);
  if (real_->handler_count != 0 && !real_->handlers) {
    breach("create", "handler.none-given",
           std::to_string(real_->handler_count) + " handlers announced, none given",
           "set handlers, or handler_count to 0");
    return;
  }
  constexpr std::size_t kMost = 65'535;  // which the engine takes
  if (real_->handler_count > kMost) {
    breach("create", "handler.too-many",
           std::to_string(real_->handler_count) + " handlers announced, " + std::to_string(kMost) +
               " are taken",
           "set handler_count to the length of handlers");
    return;
  }
  judge_handlers();
}

void StrictProvider::judge_handlers() {
  struct Pair {
    std::uint32_t verb;
    bool there;
  };
  const Pair functions[] = {
      {CSPKIT_GET, real_->get != nullptr},         {CSPKIT_ADD, real_->add != nullptr},
      {CSPKIT_REPLACE, real_->replace != nullptr}, {CSPKIT_DELETE, real_->remove != nullptr},
      {CSPKIT_EXEC, real_->exec != nullptr},       {CSPKIT_REFRESH, real_->refresh != nullptr}};
  std::uint32_t known = 0;
  for (const Pair& each : functions) known |= each.verb;
  for (std::size_t i = 0; i < real_->handler_count; ++i) {
    const cspkit_handler& handler = real_->handlers[i];
    Call at;
    at.handler = text_of(handler.pattern);
    at.verb = "create";
    declared_.emplace_back(at.handler, handler.verbs);
    if (handler.reserved != 0 || (handler.flags & ~kKnownFlags) != 0)
      breach(at, "handler.reserved", "bits that mean nothing in flags, or reserved is not 0",
             "leave them 0: a later version of the ABI gives them a meaning", Severity::kWarning);
    if ((handler.verbs & ~known) != 0)
      breach(at, "handler.verb-unknown", "verb bits that are none", "use CSPKIT_GET and its like");
    if (handler.verbs == 0 && (handler.flags & CSPKIT_HANDLER_OWN) == 0)
      breach(at, "handler.empty", "it handles no verb", "declare a verb, or leave it out");
    for (const Pair& each : functions) {
      if ((handler.verbs & each.verb) != 0 && !each.there)
        breach(at, "handler.function-missing",
               std::string("it declares ") + verb_name(each.verb) +
                   ", and the table has no function for it",
               "fill the function of the table, or drop the verb");
    }
    const std::lock_guard lock(state_.mutex);
    bool is_new = true;
    for (const StrictHost::Handler& each : state_.handlers)
      is_new = is_new && (each.provider != name_ || each.pattern != at.handler ||
                          each.verbs != handler.verbs);
    if (is_new) state_.handlers.push_back({name_, at.handler, handler.verbs, handler.flags});
  }
}

// ---- operations ----

StrictProvider::Call StrictProvider::describe(const cspkit_request& request,
                                              const char* verb) const {
  Call call;
  if (request.handler < declared_.size()) call.handler = declared_[request.handler].first;
  call.uri = (request.scope == CSPKIT_SCOPE_USER ? "./User/" : "./Device/") + text_of(request.path);
  call.verb = verb;
  call.verb_bit = request.verb;
  call.transaction = request.transaction;
  call.is_change = (request.verb & kChanging) != 0;
  call.deadline = request.deadline;
  return call;
}

void StrictProvider::remember(std::uint64_t id, Call call) {
  const std::lock_guard lock(mutex_);
  calls_[id] = std::move(call);
  while (calls_.size() > kRemembered &&
         (calls_.begin()->second.ended || calls_.begin()->second.completed))
    calls_.erase(calls_.begin());
}

StrictProvider::Call* StrictProvider::find(std::uint64_t id) {
  const auto found = calls_.find(id);
  return found == calls_.end() ? nullptr : &found->second;
}

template <auto kMember>
cspkit_code StrictProvider::operate(cspkit_call call, const cspkit_request* request) {
  Call entry = describe(*request, verb_name(request->verb));
  std::function<bool(const std::string&, std::uint32_t)> left_out;
  {
    const std::lock_guard lock(state_.mutex);
    left_out = state_.left_out;
  }
  if (left_out && left_out(entry.uri, entry.verb_bit)) return CSPKIT_BUSY;
  const StrictHost::Fault fault = entry.is_change ? state_.fault() : StrictHost::Fault::kNone;
  if (fault == StrictHost::Fault::kBefore) {
    state_.strike();
    return CSPKIT_FAILED;
  }
  entry.fail_at_end = fault == StrictHost::Fault::kAfter;
  const std::string handler = entry.handler;
  const char* verb = entry.verb;
  remember(call.id, std::move(entry));
  const Stopwatch watch;
  cspkit_code code = CSPKIT_OK;
  {
    const Inside inside(*this, call.id);
    code = (real_->*kMember)(real_, call, request);
  }
  state_.took(name_, handler, verb, watch.elapsed());
  return ended_with(call.id, code);
}

/// Judges what an operation function returned.
cspkit_code StrictProvider::ended_with(std::uint64_t id, cspkit_code code) {
  const std::lock_guard lock(mutex_);
  Call* call = find(id);
  if (call == nullptr) return code;
  if (code == CSPKIT_PENDING) {
    if (!call->completed) {
      call->is_pending = true;
      pending_.insert(id);
    }
    return code;
  }
  call->ended = true;
  if (call->completed)
    breach(*call, "complete.after-answer",
           "it completed the call, and then answered with code " + std::to_string(code) + ", too",
           "answer CSPKIT_PENDING when complete() is, or was, called");
  if (!is_final(code)) {
    breach(*call, "code.not-final",
           "it answered with code " + std::to_string(code) + ", which is none",
           "answer CSPKIT_OK, a failure from CSPKIT_NOT_FOUND to CSPKIT_FAILED, or CSPKIT_PENDING");
    return code;
  }
  if (code == CSPKIT_OK && call->verb_bit == CSPKIT_GET && !call->has_value)
    breach(*call, "get.no-value", "its get said OK and gave no value",
           "call set_value before it ends, or answer a failure");
  const bool spoilt = code == CSPKIT_OK && call->fail_at_end;
  if (spoilt) state_.strike();
  call->failed = spoilt || code != CSPKIT_OK;
  if (call->failed && call->batch_applied) judge_batch(*call);
  return spoilt ? cspkit_code{CSPKIT_FAILED} : code;
}

/// Judges what any other function returned.
cspkit_code StrictProvider::outcome(const char* verb, cspkit_code code) {
  if (!is_final(code))
    breach(verb, code == CSPKIT_PENDING ? "code.pending" : "code.not-final",
           std::string(verb) + " answered with code " + std::to_string(code),
           "it ends when it returns: answer CSPKIT_OK or a failure");
  return code;
}

cspkit_code StrictProvider::start() {
  std::vector<StrictHost::UndoRecord> records;
  {
    const std::lock_guard lock(state_.mutex);
    records = std::exchange(state_.recover, {});
  }
  const auto* transactions = provider_transactions_;
  for (auto each = records.rbegin(); transactions != nullptr && each != records.rend(); ++each) {
    const cspkit_code code = transactions->apply_undo(real_, each->transaction,
                                                      {each->bytes.data(), each->bytes.size()});
    if (code != CSPKIT_OK)
      breach("apply_undo", "undo.after-restart",
             "before start(), it answered code " + std::to_string(code) +
                 " to a record of what an earlier process had undone already (" + each->handler +
                 ", " + each->verb + ")",
             "a record must be enough by itself, and undoing what is undone must do no harm");
    if (transactions->end) transactions->end(real_, each->transaction);
  }
  const Stopwatch watch;
  const cspkit_code code = real_->start(real_);
  state_.took(name_, "", "start", watch.elapsed());
  return outcome("start", code);
}

void StrictProvider::destroy() {
  for (std::size_t i = 0; i < declared_.size(); ++i) {
    const bool same = real_->handler_count == declared_.size() &&
                      text_of(real_->handlers[i].pattern) == declared_[i].first &&
                      real_->handlers[i].verbs == declared_[i].second;
    if (same) continue;
    breach("destroy", "handler.changed", "its handlers are not what they were after create()",
           "handlers are constant from create() on");
    break;
  }
  const Stopwatch watch;
  real_->destroy(real_);
  state_.took(name_, "", "destroy", watch.elapsed());
  gone_ = true;
  const std::lock_guard lock(mutex_);
  for (const auto& [id, call] : calls_) {
    if (call.is_batch && !call.ended)
      breach("destroy", "batch.left-open", "it leaves a batch open behind it",
             "submit or drop each batch that is opened", Severity::kWarning);
  }
}

// ---- extensions ----

const void* StrictProvider::extension(const char* id) {
  const void* table = real_->get_extension(real_, id);
  if (table == nullptr) return nullptr;
  if (std::strcmp(id, CSPKIT_EXT_TRANSACTION) == 0) return wrap_transactions(table);
  if (std::strcmp(id, CSPKIT_EXT_JOBS) != 0) return nullptr;  // the engine asks for no other
  provider_jobs_ = static_cast<const cspkit_provider_jobs*>(table);
  if (!CSPKIT_HAS(cspkit_provider_jobs, provider_jobs_, job_run) || !provider_jobs_->job_run) {
    breach("get_extension", "jobs.table", "its cspkit.jobs/1 has no job_run",
           "fill it, or offer no cspkit.jobs/1");
    return nullptr;
  }
  jobs_ = {sizeof(jobs_), 0,
           [](cspkit_provider* p, cspkit_str job, cspkit_str payload,
              std::uint32_t attempt) noexcept { of(p).job_run(job, payload, attempt); }};
  return &jobs_;
}

const void* StrictProvider::wrap_transactions(const void* table) {
  const auto* real = static_cast<const cspkit_provider_transaction*>(table);
  if (!CSPKIT_HAS(cspkit_provider_transaction, real, end) || !real->undo_for || !real->apply_undo) {
    breach("get_extension", "transaction.table",
           "its cspkit.transaction/1 lacks undo_for or apply_undo, or is too small",
           "fill both, and set size to sizeof(cspkit_provider_transaction)");
    return real;  // the engine refuses it, and calls nothing of it
  }
  provider_transactions_ = real;
  transactions_ = {};
  transactions_.size = sizeof(transactions_);
  if (real->begin)
    transactions_.begin = [](cspkit_provider* p, std::uint64_t t) noexcept {
      return of(p).begin(t);
    };
  transactions_.undo_for = [](cspkit_provider* p, cspkit_call call,
                              const cspkit_request* request) noexcept {
    return of(p).undo_for(call, request);
  };
  transactions_.apply_undo = [](cspkit_provider* p, std::uint64_t t, cspkit_str record) noexcept {
    return of(p).apply_undo(t, record);
  };
  if (real->commit)
    transactions_.commit = [](cspkit_provider* p, std::uint64_t t) noexcept {
      return of(p).commit(t);
    };
  if (real->end)
    transactions_.end = [](cspkit_provider* p, std::uint64_t t) noexcept { of(p).end(t); };
  const std::lock_guard lock(state_.mutex);
  state_.has_transactions = true;
  return &transactions_;
}

void StrictProvider::job_run(cspkit_str id, cspkit_str payload, std::uint32_t attempt) {
  const Stopwatch watch;
  provider_jobs_->job_run(real_, id, payload, attempt);
  state_.took(name_, "", "job_run", watch.elapsed());
}

// ---- transactions ----

cspkit_code StrictProvider::begin(std::uint64_t transaction) {
  return outcome("begin", provider_transactions_->begin(real_, transaction));
}

cspkit_code StrictProvider::undo_for(cspkit_call call, const cspkit_request* request) {
  Call entry = describe(*request, verb_name(request->verb));
  std::function<bool(const std::string&, std::uint32_t)> left_out;
  {
    const std::lock_guard lock(state_.mutex);
    left_out = state_.left_out;
  }
  if (left_out && left_out(entry.uri, entry.verb_bit)) return CSPKIT_OK;
  entry.is_undo = true;
  const std::string handler = entry.handler;
  remember(call.id, std::move(entry));
  const Stopwatch watch;
  const cspkit_code code = provider_transactions_->undo_for(real_, call, request);
  state_.took(name_, handler, "undo_for", watch.elapsed());
  {
    const std::lock_guard lock(mutex_);
    if (Call* known = find(call.id)) known->ended = true;
  }
  return outcome("undo_for", code);
}

cspkit_code StrictProvider::apply_undo(std::uint64_t transaction, cspkit_str record) {
  const Stopwatch watch;
  const cspkit_code code =
      outcome("apply_undo", provider_transactions_->apply_undo(real_, transaction, record));
  state_.took(name_, "", "apply_undo", watch.elapsed());
  if (code != CSPKIT_OK)
    breach("apply_undo", "undo.fails", "it answered code " + std::to_string(code),
           "undoing what never, half or already happened must do no harm; while it fails, changes "
           "below the provider's roots are refused");
  bool repeats = false;
  {
    const std::lock_guard lock(state_.mutex);
    repeats = state_.repeats;
  }
  if (!repeats || code != CSPKIT_OK) return code;
  const cspkit_code again = provider_transactions_->apply_undo(real_, transaction, record);
  if (again != CSPKIT_OK)
    breach("apply_undo", "undo.repeated",
           "the second time, of what was undone already, it answered code " + std::to_string(again),
           "restore the state that the record tells of, whatever there is now");
  return code;
}

cspkit_code StrictProvider::commit(std::uint64_t transaction) {
  const Stopwatch watch;
  const cspkit_code code = outcome("commit", provider_transactions_->commit(real_, transaction));
  state_.took(name_, "", "commit", watch.elapsed());
  if (code != CSPKIT_OK)
    breach("commit", "commit.fails", "it answered code " + std::to_string(code),
           "it cannot change the outcome; while it fails, changes below the provider's roots are "
           "refused");
  bool repeats = false;
  {
    const std::lock_guard lock(state_.mutex);
    repeats = state_.repeats;
  }
  if (!repeats || code != CSPKIT_OK) return code;
  const cspkit_code again = provider_transactions_->commit(real_, transaction);
  if (again != CSPKIT_OK)
    breach("commit", "commit.repeated",
           "the second time for one transaction it answered code " + std::to_string(again),
           "after a crash it is called again: what is thrown away already is no failure");
  return code;
}

void StrictProvider::end(std::uint64_t transaction) {
  provider_transactions_->end(real_, transaction);
}

}  // namespace cspkit::harness
