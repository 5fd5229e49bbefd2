// SPDX-License-Identifier: Apache-2.0
#include "fake_host.hpp"

#include <algorithm>
#include <cstring>

namespace cspkit::test {
namespace {

std::string text_of(cspkit_str s) {
  return s.size == 0 ? std::string() : std::string(s.data, s.size);
}
cspkit_str str_of(const std::string& s) { return {s.data(), s.size()}; }
cspkit_value raw_of(const Value& v) {
  return {static_cast<std::int32_t>(v.format), v.secret ? 1U : 0U, v.data.data(), v.data.size()};
}
Value value_of(const cspkit_value& raw) {
  Value v(
      static_cast<Format>(raw.format),
      raw.size == 0 ? std::string() : std::string(static_cast<const char*>(raw.data), raw.size));
  v.secret = (raw.flags & 1U) != 0;
  return v;
}

}  // namespace

FakeHost::FakeHost(bool with_jobs) : with_jobs_(with_jobs) {
  table_.size = sizeof(table_);
  table_.abi_major = CSPKIT_ABI_MAJOR;
  table_.abi_minor = CSPKIT_ABI_MINOR;
  table_.impl = this;
  table_.name = CSPKIT_STR("fake");
  table_.version = CSPKIT_STR("0.0.1");
  fill_calls();
  fill_writers();
  fill_services();
  fill_jobs();
}

void FakeHost::fill_calls() {
  table_.set_value = [](const cspkit_host* h, cspkit_call call,
                        const cspkit_value* value) noexcept {
    FakeHost& me = self(h);
    const std::lock_guard lock(me.mutex_);
    if (me.open_calls_.count(call.id) == 0) return cspkit_code{CSPKIT_STALE};
    if (value->data == nullptr && value->size != 0) {
      me.breach("set_value with null data");
      return cspkit_code{CSPKIT_MISUSE};
    }
    me.calls_[call.id].value = value_of(*value);
    return cspkit_code{CSPKIT_OK};
  };
  table_.set_error = [](const cspkit_host* h, cspkit_call call, std::uint32_t hresult,
                        cspkit_str text) noexcept {
    FakeHost& me = self(h);
    const std::lock_guard lock(me.mutex_);
    if (me.open_calls_.count(call.id) == 0) return cspkit_code{CSPKIT_STALE};
    me.calls_[call.id].text = text_of(text);
    me.calls_[call.id].hresult = hresult;
    return cspkit_code{CSPKIT_OK};
  };
  table_.complete = [](const cspkit_host* h, cspkit_call call, cspkit_code code) noexcept {
    FakeHost& me = self(h);
    const std::lock_guard lock(me.mutex_);
    if (me.open_calls_.erase(call.id) == 0) {
      me.breach("complete of a call that is over");
      return cspkit_code{CSPKIT_STALE};
    }
    me.open_writers.erase(call.id);
    me.calls_[call.id].completed = code;
    return cspkit_code{CSPKIT_OK};
  };
  table_.is_cancelled = [](const cspkit_host* h, cspkit_call) noexcept {
    return self(h).cancelled ? 1 : 0;
  };
}

cspkit_code FakeHost::change(cspkit_writer writer, const std::string& what) {
  const std::lock_guard lock(mutex_);
  if (open_writers.count(writer.id) == 0) return CSPKIT_STALE;
  if (next_set == CSPKIT_OK) changes.push_back(what);
  return next_set;
}

void FakeHost::fill_writers() {
  table_.set = [](const cspkit_host* h, cspkit_writer w, cspkit_str path,
                  const cspkit_value* value) noexcept {
    const Value v = value_of(*value);
    return self(h).change(w, "set " + text_of(path) + "=" + std::string(format_name(v.format)) +
                                 ":" + v.data + (v.secret ? " secret" : ""));
  };
  table_.create = [](const cspkit_host* h, cspkit_writer w, cspkit_str path) noexcept {
    return self(h).change(w, "create " + text_of(path));
  };
  table_.remove = [](const cspkit_host* h, cspkit_writer w, cspkit_str path) noexcept {
    return self(h).change(w, "remove " + text_of(path));
  };
  table_.read = [](const cspkit_host* h, cspkit_writer, cspkit_str path, cspkit_value_sink sink,
                   void* context) noexcept {
    const auto found = self(h).nodes.find(text_of(path));
    if (found == self(h).nodes.end()) return cspkit_code{CSPKIT_NOT_FOUND};
    const cspkit_value raw = raw_of(found->second);
    sink(context, &raw);
    return cspkit_code{CSPKIT_OK};
  };
  table_.children = [](const cspkit_host* h, cspkit_writer, cspkit_str path, cspkit_bytes_sink sink,
                       void* context) noexcept {
    const std::string prefix = text_of(path) + "/";
    bool any = false;
    for (const auto& [name, value] : self(h).nodes) {
      if (name.rfind(prefix, 0) != 0) continue;
      any = true;
      sink(context, str_of(name.substr(prefix.size())));
    }
    return cspkit_code{any ? CSPKIT_OK : CSPKIT_NOT_FOUND};
  };
  table_.state_read = [](const cspkit_host* h, cspkit_writer, cspkit_str key,
                         cspkit_bytes_sink sink, void* context) noexcept {
    const auto found = self(h).state.find(text_of(key));
    if (found == self(h).state.end()) return cspkit_code{CSPKIT_NOT_FOUND};
    sink(context, str_of(found->second));
    return cspkit_code{CSPKIT_OK};
  };
  table_.state_list = [](const cspkit_host* h, cspkit_writer, cspkit_str prefix,
                         cspkit_bytes_sink sink, void* context) noexcept {
    for (const auto& [key, bytes] : self(h).state) {
      if (key.rfind(text_of(prefix), 0) == 0) sink(context, str_of(key));
    }
    return cspkit_code{CSPKIT_OK};
  };
  table_.state_write = [](const cspkit_host* h, cspkit_writer w, cspkit_str key,
                          cspkit_str bytes) noexcept {
    const cspkit_code code = self(h).change(w, "state " + text_of(key) + "=" + text_of(bytes));
    if (code == CSPKIT_OK) self(h).state[text_of(key)] = text_of(bytes);
    return code;
  };
  table_.state_remove = [](const cspkit_host* h, cspkit_writer w, cspkit_str key) noexcept {
    const cspkit_code code = self(h).change(w, "state_remove " + text_of(key));
    if (code != CSPKIT_OK) return code;
    return cspkit_code{self(h).state.erase(text_of(key)) == 0 ? CSPKIT_NOT_FOUND : CSPKIT_OK};
  };
}

void FakeHost::fill_services() {
  table_.batch_open = [](const cspkit_host* h, std::int32_t scope, cspkit_str user,
                         cspkit_writer* out) noexcept {
    FakeHost& me = self(h);
    const std::lock_guard lock(me.mutex_);
    if (me.shutting_down) return cspkit_code{CSPKIT_CANCELLED};
    if ((scope == CSPKIT_SCOPE_USER) != (user.size != 0)) me.breach("scope and user disagree");
    out->id = ++me.last_id_;
    me.open_writers.insert(out->id);
    return cspkit_code{CSPKIT_OK};
  };
  table_.batch_submit = [](const cspkit_host* h, cspkit_writer w, cspkit_done done,
                           void* context) noexcept {
    FakeHost& me = self(h);
    const std::lock_guard lock(me.mutex_);
    if (me.open_writers.erase(w.id) == 0) {
      me.breach("submit of no open batch");
      return cspkit_code{CSPKIT_STALE};
    }
    if (me.next_submit == CSPKIT_OK) me.submitted.push_back({w.id, done, context});
    return me.next_submit;
  };
  table_.batch_drop = [](const cspkit_host* h, cspkit_writer w) noexcept {
    FakeHost& me = self(h);
    const std::lock_guard lock(me.mutex_);
    if (me.open_writers.erase(w.id) == 0) {
      me.breach("drop of no open batch");
      return cspkit_code{CSPKIT_STALE};
    }
    ++me.dropped_batches;
    return cspkit_code{CSPKIT_OK};
  };
  table_.now_steady = [](const cspkit_host* h) noexcept { return self(h).steady; };
  table_.now_utc = [](const cspkit_host* h) noexcept { return self(h).utc; };
  table_.run_after = [](const cspkit_host* h, std::int64_t delay, cspkit_task task,
                        void* context) noexcept {
    FakeHost& me = self(h);
    const std::lock_guard lock(me.mutex_);
    if (me.shutting_down) return std::uint64_t{0};
    me.tasks[++me.last_id_] = {delay, task, context};
    return me.last_id_;
  };
  table_.cancel_task = [](const cspkit_host* h, std::uint64_t timer) noexcept {
    FakeHost& me = self(h);
    const std::lock_guard lock(me.mutex_);
    return me.tasks.erase(timer) != 0 ? 1 : 0;
  };
  table_.log = [](const cspkit_host* h, std::int32_t level, cspkit_str text) noexcept {
    FakeHost& me = self(h);
    const std::lock_guard lock(me.mutex_);
    me.log.push_back(std::to_string(level) + ": " + text_of(text));
  };
  table_.get_extension = [](const cspkit_host* h, const char* id) noexcept -> const void* {
    FakeHost& me = self(h);
    return me.with_jobs_ && std::strcmp(id, CSPKIT_EXT_JOBS) == 0 ? &me.jobs_ : nullptr;
  };
}

void FakeHost::fill_jobs() {
  jobs_.size = sizeof(jobs_);
  jobs_.job_start = [](const cspkit_host* h, cspkit_writer w, cspkit_str id,
                       cspkit_str payload) noexcept {
    return self(h).change(w, "job_start " + text_of(id) + "=" + text_of(payload));
  };
  jobs_.job_end = [](const cspkit_host* h, cspkit_writer w, cspkit_str id) noexcept {
    if (text_of(id) == "none") return cspkit_code{CSPKIT_NOT_FOUND};
    return self(h).change(w, "job_end " + text_of(id));
  };
  jobs_.job_progress = [](const cspkit_host* h, cspkit_str id, std::int32_t percent,
                          cspkit_str text) noexcept {
    self(h).changes.push_back("progress " + text_of(id) + " " + std::to_string(percent) + " " +
                              text_of(text));
    return cspkit_code{CSPKIT_OK};
  };
}

FakeHost::Outcome FakeHost::operate(cspkit_provider* provider, std::uint32_t verb,
                                    const std::string& pattern,
                                    const std::vector<std::string>& captures, const Value* value) {
  const auto* begin = provider->handlers;
  const auto* end = begin + provider->handler_count;
  const auto* handler = std::find_if(
      begin, end, [&](const cspkit_handler& h) { return text_of(h.pattern) == pattern; });
  const std::string path = "Vendor/Test/" + pattern;
  const std::string mime = "text/plain";
  std::vector<cspkit_str> names;
  for (const std::string& name : captures) names.push_back(str_of(name));
  const cspkit_value raw = value != nullptr ? raw_of(*value) : cspkit_value{};

  cspkit_request request{};
  request.size = sizeof(request);
  request.handler = static_cast<std::uint32_t>(handler - begin);
  request.verb = verb;
  request.path = str_of(path);
  request.captures = names.data();
  request.capture_count = names.size();
  request.value = value != nullptr ? &raw : nullptr;
  request.mime = str_of(mime);
  request.session = 7;
  request.transaction = 8;
  request.deadline = steady + 60'000;

  cspkit_call call{};
  {
    const std::lock_guard lock(mutex_);
    call.id = ++last_id_;
    open_calls_.insert(call.id);
    open_writers.insert(call.id);
    calls_[call.id].id = call.id;
  }
  auto* function = verb == CSPKIT_GET       ? provider->get
                   : verb == CSPKIT_ADD     ? provider->add
                   : verb == CSPKIT_REPLACE ? provider->replace
                   : verb == CSPKIT_DELETE  ? provider->remove
                   : verb == CSPKIT_EXEC    ? provider->exec
                                            : provider->refresh;
  const cspkit_code code = function(provider, call, &request);
  const std::lock_guard lock(mutex_);
  Outcome& outcome = calls_[call.id];
  outcome.code = code;
  if (code != CSPKIT_PENDING) {
    if (outcome.completed) breach("an operation was completed and answered too");
    open_calls_.erase(call.id);
    open_writers.erase(call.id);
  }
  return outcome;
}

FakeHost::Outcome FakeHost::outcome(std::uint64_t id) {
  const std::lock_guard lock(mutex_);
  return calls_[id];
}

std::size_t FakeHost::run_tasks() {
  std::size_t count = 0;
  while (!tasks.empty()) {
    const Task task = tasks.begin()->second;
    tasks.erase(tasks.begin());
    task.run(task.context);
    ++count;
  }
  return count;
}

void FakeHost::finish_batches(cspkit_code code) {
  std::vector<Submitted> all;
  all.swap(submitted);
  for (const Submitted& batch : all) {
    if (batch.done != nullptr) batch.done(batch.context, code);
  }
}

}  // namespace cspkit::test
