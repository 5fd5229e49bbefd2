// SPDX-License-Identifier: Apache-2.0
#include "mini_host.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <utility>

namespace cspkit::test {
namespace {

std::string text_of(cspkit_str s) {
  return s.size == 0 ? std::string() : std::string(s.data, s.size);
}
cspkit_str str_of(const std::string& s) { return {s.data(), s.size()}; }

std::string node_key(const std::string& user, std::string path) {
  std::transform(path.begin(), path.end(), path.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return user + "|" + path;
}

}  // namespace

MiniHost::MiniHost(Create create) : create_(create) {
  table_.size = sizeof(table_);
  table_.abi_major = CSPKIT_ABI_MAJOR;
  table_.abi_minor = CSPKIT_ABI_MINOR;
  table_.impl = this;
  table_.name = CSPKIT_STR("mini");
  table_.version = CSPKIT_STR("0.0.1");
  fill_writers();
  fill_services();
  start_provider();
}

MiniHost::~MiniHost() {
  tasks_.clear();
  provider_->destroy(provider_);
}

void MiniHost::start_provider() {
  ASSERT_EQ(create_(&table_, &provider_), CSPKIT_OK);
  provider_jobs_ = static_cast<const cspkit_provider_jobs*>(
      provider_->get_extension(provider_, CSPKIT_EXT_JOBS));
  ASSERT_NE(provider_jobs_, nullptr);
  ASSERT_EQ(provider_->start(provider_), CSPKIT_OK);
  for (const auto& [id, payload] : jobs) run_job(id);
}

void MiniHost::restart() {
  tasks_.clear();
  writers_.clear();
  waiting_batches = 0;
  provider_->destroy(provider_);
  start_provider();
}

const std::string* MiniHost::look(const Changes& own,
                                  const std::map<std::string, std::string>& base,
                                  const std::string& key) const {
  if (const auto it = own.find(key); it != own.end()) return it->second ? &*it->second : nullptr;
  const auto it = base.find(key);
  return it == base.end() ? nullptr : &it->second;
}

bool MiniHost::commit(Overlay& overlay) {
  std::vector<std::string> started;
  for (const auto& [id, payload] : overlay.jobs) {
    // The job row is the token: who ends one that somebody else has ended comes too late.
    if (!payload && jobs.count(id) == 0) return false;
    if (payload && jobs.count(id) == 0) started.push_back(id);
  }
  const auto apply = [](const Changes& changes, std::map<std::string, std::string>& base) {
    for (const auto& [key, value] : changes) {
      if (value) {
        base[key] = *value;
      } else {
        base.erase(key);
      }
    }
  };
  apply(overlay.state, state);
  apply(overlay.nodes, nodes);
  apply(overlay.jobs, jobs);
  for (const std::string& id : started) {
    attempts_[id] = 0;
    run_job(id);
  }
  return true;
}

void MiniHost::run_job(const std::string& id) {
  const std::uint32_t attempt = ++attempts_[id];
  post(0, [this, id, attempt] {
    const auto row = jobs.find(id);
    if (row == jobs.end()) return;
    const std::string payload = row->second;
    provider_jobs_->job_run(provider_, str_of(id), str_of(payload), attempt);
  });
}

void MiniHost::post(std::int64_t delay, std::function<void()> run) {
  tasks_.emplace(steady + delay, Task{steady + delay, std::move(run)});
}

bool MiniHost::step() {
  if (tasks_.empty()) return false;
  Task task = std::move(tasks_.begin()->second);
  tasks_.erase(tasks_.begin());
  if (task.due > steady) {
    utc += task.due - steady;
    steady = task.due;
  }
  task.run();
  return true;
}

void MiniHost::run_until_idle() {
  for (int i = 0; i < 100000; ++i) {
    if (!step()) return;
  }
  FAIL() << "tasks without end";
}

MiniHost::Outcome MiniHost::operate(std::uint32_t verb, const std::string& pattern,
                                    const std::string& user,
                                    const std::vector<std::string>& captures,
                                    const std::optional<std::string>& data, bool keep) {
  cspkit_request request{};
  request.size = sizeof(request);
  request.verb = verb;
  request.handler = ~0U;
  for (std::size_t i = 0; i < provider_->handler_count; ++i) {
    const cspkit_handler& h = provider_->handlers[i];
    if (text_of(h.pattern) == pattern && (h.verbs & verb) != 0) {
      request.handler = static_cast<std::uint32_t>(i);
    }
  }
  std::vector<cspkit_str> names;
  for (const std::string& c : captures) names.push_back(str_of(c));
  request.captures = names.data();
  request.capture_count = names.size();
  request.scope = user.empty() ? CSPKIT_SCOPE_DEVICE : CSPKIT_SCOPE_USER;
  request.user = str_of(user);
  cspkit_value value{};
  if (data) {
    value = {CSPKIT_FORMAT_CHR, 0, data->data(), data->size()};
    request.value = &value;
  }
  const std::uint64_t id = ++last_id_;
  writers_[id].user = user;
  const auto function = verb == CSPKIT_EXEC     ? provider_->exec
                        : verb == CSPKIT_DELETE ? provider_->remove
                                                : provider_->get;
  const cspkit_code code = function(provider_, cspkit_call{id}, &request);
  Overlay overlay = std::move(writers_[id]);
  writers_.erase(id);
  overlay.outcome.code = code;
  if (code == CSPKIT_OK && keep && verb != CSPKIT_GET) {
    EXPECT_TRUE(commit(overlay));
  }
  return overlay.outcome;
}

MiniHost::Outcome MiniHost::exec(const std::string& id, const std::string& data,
                                 const std::string& user) {
  return operate(CSPKIT_EXEC, "Installation/{id}/Install", user, {id}, data);
}

MiniHost::Outcome MiniHost::remove(const std::string& id, const std::string& user) {
  const Outcome outcome = operate(CSPKIT_DELETE, "Installation/{id}", user, {id});
  if (outcome.code != CSPKIT_OK) return outcome;
  const std::string below = node_key(user, "Installation/" + id + "/");
  for (auto it = nodes.begin(); it != nodes.end();) {
    it = it->first.rfind(below, 0) == 0 ? nodes.erase(it) : std::next(it);
  }
  return outcome;
}

std::optional<std::string> MiniHost::node(const std::string& path, const std::string& user) const {
  const auto it = nodes.find(node_key(user, path));
  if (it == nodes.end()) return {};
  return it->second;
}

void MiniHost::fill_writers() {
  table_.set_value = [](const cspkit_host* h, cspkit_call call, const cspkit_value* v) noexcept {
    self(h).writers_[call.id].outcome.value =
        v->size == 0 ? "" : std::string(static_cast<const char*>(v->data), v->size);
    return cspkit_code{CSPKIT_OK};
  };
  table_.set_error = [](const cspkit_host* h, cspkit_call call, std::uint32_t hresult,
                        cspkit_str text) noexcept {
    self(h).writers_[call.id].outcome.text = text_of(text);
    self(h).writers_[call.id].outcome.hresult = hresult;
    return cspkit_code{CSPKIT_OK};
  };
  table_.set = [](const cspkit_host* h, cspkit_writer w, cspkit_str path,
                  const cspkit_value* v) noexcept {
    Overlay& o = self(h).writers_.at(w.id);
    o.nodes[node_key(o.user, text_of(path))] =
        v->size == 0 ? "" : std::string(static_cast<const char*>(v->data), v->size);
    return cspkit_code{CSPKIT_OK};
  };
  table_.remove = [](const cspkit_host* h, cspkit_writer w, cspkit_str path) noexcept {
    Overlay& o = self(h).writers_.at(w.id);
    o.nodes[node_key(o.user, text_of(path))] = std::nullopt;
    return cspkit_code{CSPKIT_OK};
  };
  table_.read = [](const cspkit_host* h, cspkit_writer w, cspkit_str path, cspkit_value_sink sink,
                   void* context) noexcept {
    MiniHost& me = self(h);
    const Overlay& o = me.writers_.at(w.id);
    const std::string* found = me.look(o.nodes, me.nodes, node_key(o.user, text_of(path)));
    if (found == nullptr) return cspkit_code{CSPKIT_NOT_FOUND};
    const cspkit_value value{CSPKIT_FORMAT_CHR, 0, found->data(), found->size()};
    sink(context, &value);
    return cspkit_code{CSPKIT_OK};
  };
  table_.state_read = [](const cspkit_host* h, cspkit_writer w, cspkit_str key,
                         cspkit_bytes_sink sink, void* context) noexcept {
    MiniHost& me = self(h);
    if (me.failing_reads > 0) {
      --me.failing_reads;
      return cspkit_code{CSPKIT_FAILED};
    }
    const std::string* found = me.look(me.writers_.at(w.id).state, me.state, text_of(key));
    if (found == nullptr) return cspkit_code{CSPKIT_NOT_FOUND};
    sink(context, str_of(*found));
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
    self(h).writers_.at(w.id).state[text_of(key)] = text_of(bytes);
    return cspkit_code{CSPKIT_OK};
  };
  table_.state_remove = [](const cspkit_host* h, cspkit_writer w, cspkit_str key) noexcept {
    self(h).writers_.at(w.id).state[text_of(key)] = std::nullopt;
    return cspkit_code{CSPKIT_OK};
  };
}

void MiniHost::fill_services() {
  table_.batch_open = [](const cspkit_host* h, std::int32_t, cspkit_str user,
                         cspkit_writer* out) noexcept {
    MiniHost& me = self(h);
    out->id = ++me.last_id_;
    me.writers_[out->id].user = text_of(user);
    return cspkit_code{CSPKIT_OK};
  };
  table_.batch_submit = [](const cspkit_host* h, cspkit_writer w, cspkit_done done,
                           void* context) noexcept {
    MiniHost& me = self(h);
    auto overlay = std::make_shared<Overlay>(std::move(me.writers_.at(w.id)));
    me.writers_.erase(w.id);
    ++me.waiting_batches;
    me.post(0, [&me, overlay, done, context] {
      --me.waiting_batches;
      cspkit_code code = CSPKIT_FULL;
      if (me.failing_applies > 0) {
        --me.failing_applies;
      } else {
        code = me.commit(*overlay) ? CSPKIT_OK : CSPKIT_NOT_FOUND;
      }
      if (done != nullptr) done(context, code);
    });
    return cspkit_code{CSPKIT_OK};
  };
  table_.batch_drop = [](const cspkit_host* h, cspkit_writer w) noexcept {
    self(h).writers_.erase(w.id);
    return cspkit_code{CSPKIT_OK};
  };
  table_.now_steady = [](const cspkit_host* h) noexcept { return self(h).steady; };
  table_.now_utc = [](const cspkit_host* h) noexcept { return self(h).utc; };
  table_.run_after = [](const cspkit_host* h, std::int64_t delay, cspkit_task task,
                        void* context) noexcept {
    self(h).post(delay, [task, context] { task(context); });
    return ++self(h).last_id_;
  };
  table_.log = [](const cspkit_host* h, std::int32_t, cspkit_str text) noexcept {
    self(h).log.push_back(text_of(text));
  };
  table_.get_extension = [](const cspkit_host* h, const char* id) noexcept -> const void* {
    return std::strcmp(id, CSPKIT_EXT_JOBS) == 0 ? &self(h).jobs_table_ : nullptr;
  };
  jobs_table_.size = sizeof(jobs_table_);
  jobs_table_.job_start = [](const cspkit_host* h, cspkit_writer w, cspkit_str id,
                             cspkit_str payload) noexcept {
    self(h).writers_.at(w.id).jobs[text_of(id)] = text_of(payload);
    return cspkit_code{CSPKIT_OK};
  };
  jobs_table_.job_end = [](const cspkit_host* h, cspkit_writer w, cspkit_str id) noexcept {
    MiniHost& me = self(h);
    Overlay& o = me.writers_.at(w.id);
    if (me.look(o.jobs, me.jobs, text_of(id)) == nullptr) return cspkit_code{CSPKIT_NOT_FOUND};
    o.jobs[text_of(id)] = std::nullopt;
    return cspkit_code{CSPKIT_OK};
  };
  jobs_table_.job_progress = [](const cspkit_host* h, cspkit_str id, std::int32_t percent,
                                cspkit_str text) noexcept {
    if (self(h).jobs.count(text_of(id)) == 0) return cspkit_code{CSPKIT_NOT_FOUND};
    self(h).progress.push_back(text_of(id) + " " + std::to_string(percent) + " " + text_of(text));
    return cspkit_code{CSPKIT_OK};
  };
}

}  // namespace cspkit::test
