// SPDX-License-Identifier: Apache-2.0
// cspkit/provider.hpp: start here to write a provider in C++. C++17, standard library only.
//
//   #include <cspkit/provider.hpp>
//
//   class Greeter : public cspkit::Provider {
//    public:
//     explicit Greeter(cspkit::Host host) : Provider(host) {
//       on("Greeting/{Name}/Text").get([](cspkit::Call& call) { return "Hello, " + call["Name"];
//       }); on("Reset").exec([](cspkit::Call& call, const cspkit::Value&) {
//       call.remove("Greeting"); });
//     }
//   };
//   CSPKIT_PLUGIN(Greeter, "Example.xml")
//
// Nodes without a handler are kept by the host. Existence, access, formats and allowed values are
// the host's business: a handler is called only for what the DDF allows.
//
// Threads: the host never runs two functions of one provider at once, except job_run, tasks
// (Host::run_after), callbacks of batches, and get handlers marked concurrent(). Do not call the
// host while holding a lock that a handler takes.
//
// Errors: what a handler throws becomes a failed operation with its text; nothing leaves the
// library. An operation that fails must leave everything outside the host as it was; changes made
// through the host are undone by the host.
#ifndef CSPKIT_PROVIDER_HPP_
#define CSPKIT_PROVIDER_HPP_

#include <cspkit/abi.h>

#include <algorithm>
#include <array>
#include <cspkit/provider_call.hpp>
#include <cspkit/provider_host.hpp>
#include <cspkit/provider_transaction.hpp>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace cspkit {
inline namespace sdk1 {

namespace sdk_detail {

constexpr std::size_t kVerbCount = 6;
/// Index of a verb's handler; kVerbCount for what is no verb.
constexpr std::size_t verb_index(std::uint32_t verb) {
  switch (verb) {
    case CSPKIT_GET:
      return 0;
    case CSPKIT_ADD:
      return 1;
    case CSPKIT_REPLACE:
      return 2;
    case CSPKIT_DELETE:
      return 3;
    case CSPKIT_EXEC:
      return 4;
    case CSPKIT_REFRESH:
      return 5;
    default:
      return kVerbCount;
  }
}

struct RuleEntry {
  std::string pattern;
  std::vector<std::string> names;  ///< in braces, in order
  std::uint32_t verbs = 0;
  std::uint32_t flags = 0;
  std::array<std::unique_ptr<Handler>, kVerbCount> handlers;
};

}  // namespace sdk_detail

/// What a provider does at one path of its DDF; made by Provider::on and used in a chain. A handler
/// is any callable, also one that can only be moved, that takes
///   get, remove, refresh:  nothing, (Call&) or (Call&, Completion)
///   add, replace, exec:    the same, (Call&, const Value&), (Call&, std::string_view) or
///                          (Call&, const Value&, Completion)
/// and returns nothing, Status, Code or a Result; a get also text, a number, a bool, Bytes or a
/// Value. One that takes a Completion returns nothing. Giving a verb twice throws.
class Rule {
 public:
  /// Computes the value of a leaf, instead of the store. Cannot be read from inside a handler.
  template <typename F>
  Rule& get(F f) {
    return put<true>(CSPKIT_GET, std::move(f));
  }
  /// Called before the host makes the node, or sets it; a node that the handler sets itself keeps
  /// what it set. A failure fails the command, and what the handler changed is undone.
  /// @{
  template <typename F>
  Rule& add(F f) {
    return put<false>(CSPKIT_ADD, std::move(f));
  }
  template <typename F>
  Rule& replace(F f) {
    return put<false>(CSPKIT_REPLACE, std::move(f));
  }
  /// @}
  /// Called before the host removes the node and all below it.
  template <typename F>
  Rule& remove(F f) {
    return put<false>(CSPKIT_DELETE, std::move(f));
  }
  /// Does what the command asks for; its data is the value. Long work is a job (Writer::job_start).
  template <typename F>
  Rule& exec(F f) {
    return put<false>(CSPKIT_EXEC, std::move(f));
  }
  /// Brings an interior node's children up to date before an address below it is resolved.
  template <typename F>
  Rule& refresh(F f) {
    return put<false>(CSPKIT_REFRESH, std::move(f));
  }

  /// The static node exists only while the provider has set it; needs no handler.
  Rule& own() { return flag(CSPKIT_HANDLER_OWN); }
  /// Values are never logged, never journalled.
  Rule& secret() { return flag(CSPKIT_HANDLER_SECRET); }
  /// What its Exec does cannot be undone: run last in an Atomic, and no other such beside it. Of an
  /// exec handler only (a get may stand beside it): a pattern with any other is refused when the
  /// provider is loaded.
  Rule& irreversible() { return flag(CSPKIT_HANDLER_IRREVERSIBLE); }
  /// get may run beside any other function of the provider.
  Rule& concurrent() { return flag(CSPKIT_HANDLER_CONCURRENT); }
  /// Of a Transactional provider: its undo records are not absolute, so each is asked for and saved
  /// right before its own effect (one more sync of the disk for each).
  Rule& undo_each() { return flag(CSPKIT_HANDLER_UNDO_EACH); }

 private:
  friend class Provider;
  Rule(std::vector<sdk_detail::RuleEntry>& rules, std::size_t index)
      : rules_(rules), index_(index) {}
  template <bool kIsGet, typename F>
  Rule& put(std::uint32_t verb, F f) {
    auto& entry = rules_[index_];
    auto& place = entry.handlers[sdk_detail::verb_index(verb)];
    if (place) throw std::logic_error("on(\"" + entry.pattern + "\"): a verb is handled twice");
    place = std::make_unique<sdk_detail::HandlerOf<kIsGet, F>>(std::move(f));
    entry.verbs |= verb;
    return *this;
  }
  Rule& flag(int bit) {
    rules_[index_].flags |= static_cast<std::uint32_t>(bit);
    return *this;
  }

  std::vector<sdk_detail::RuleEntry>& rules_;
  std::size_t index_;
};

/// Base of a provider. One object for each engine that loads the library. Declare everything with
/// on() in the constructor; an exception there refuses the provider with its text.
class Provider {
 public:
  Provider(const Provider&) = delete;
  Provider& operator=(const Provider&) = delete;
  /// Join your threads and let go of every Completion here: afterwards the host is gone.
  virtual ~Provider() = default;

  /// Called once, after recovery and before the first operation. Not ok, or an exception: the
  /// provider is refused with the text.
  virtual Status start() { return {}; }
  /// Does the work of a job that Writer::job_start began, or arranges for it and returns; the job
  /// lasts until job_end. `attempt` is 1 at first and grows by one with every restart. Called on
  /// the executor, beside other functions. An exception is logged; the job stays.
  virtual void job_run(std::string_view id, std::string_view payload, std::uint32_t attempt) {
    static_cast<void>(id);
    static_cast<void>(payload);
    static_cast<void>(attempt);
  }
  /// The provider's own table for an extension id, or null. cspkit.jobs/1 is answered already for a
  /// class that overrides job_run, cspkit.transaction/1 for one that is Transactional. Must not
  /// throw.
  virtual const void* extension(std::string_view extension_id) {
    static_cast<void>(extension_id);
    return nullptr;
  }

 protected:
  /// Keeps the host for host(); to be called by the constructor, which declares the handlers.
  explicit Provider(Host host) : host_(std::move(host)) {}

  /// Declares handlers or flags for a path relative to the root of the DDF, names of dynamic nodes
  /// in braces: "Greeting/{Name}/Text"; "" is the root. The same pattern may be named again.
  Rule on(std::string_view pattern) {
    if (sealed_) throw std::logic_error("on() belongs in the constructor of the provider");
    for (std::size_t i = 0; i < rules_.size(); ++i) {
      if (rules_[i].pattern == pattern) return {rules_, i};
    }
    sdk_detail::RuleEntry entry;
    entry.pattern = pattern;
    std::size_t begin = 0;
    while (begin <= pattern.size()) {
      const std::size_t end = std::min(pattern.find('/', begin), pattern.size());
      const std::string_view segment = pattern.substr(begin, end - begin);
      if (segment.size() >= 2 && segment.front() == '{' && segment.back() == '}') {
        entry.names.emplace_back(segment.substr(1, segment.size() - 2));
      }
      begin = end + 1;
    }
    rules_.push_back(std::move(entry));
    return {rules_, rules_.size() - 1};
  }

  /// The engine this object belongs to. Any thread, until the destructor has returned.
  const Host& host() const { return host_; }

 private:
  friend struct sdk_detail::Factory;
  Host host_;
  bool sealed_ = false;
  bool has_jobs_ = false;
  Transactional* transactional_ = nullptr;
  std::vector<sdk_detail::RuleEntry> rules_;
  std::vector<cspkit_handler> handlers_;
  cspkit_provider table_{};
};

namespace sdk_detail {

/// True when T, or a class between it and Provider, has a job_run of its own.
template <typename T, typename = void>
struct OverridesJobRun : std::true_type {};  // private or overloaded: not the inherited one
template <typename T>
struct OverridesJobRun<T, std::void_t<decltype(&T::job_run)>>
    : std::bool_constant<!std::is_same_v<decltype(&T::job_run), decltype(&Provider::job_run)>> {};

/// The C side of a provider: the thunks, which let no exception out.
struct Factory {
  template <typename T>
  static cspkit_code create(const cspkit_host* host, cspkit_provider** out) noexcept {
    static_assert(std::is_base_of_v<Provider, T>, "a provider derives from cspkit::Provider");
    *out = nullptr;
    if (host->abi_major != CSPKIT_ABI_MAJOR) return CSPKIT_NOT_SUPPORTED;
    try {
      auto made = std::make_unique<T>(Host(host));
      Transactional* transactional = nullptr;
      if constexpr (std::is_base_of_v<Transactional, T>) transactional = made.get();
      std::unique_ptr<Provider> provider = std::move(made);
      provider->transactional_ = transactional;
      *out = seal(provider, OverridesJobRun<T>::value);
      return CSPKIT_OK;
    } catch (const Error& e) {
      log(host, e.what());
      return final_code(e.status().ok() ? Code::kFailed : e.status().code());
    } catch (const std::exception& e) {
      log(host, e.what());
    } catch (...) {
      log(host, "the constructor threw something that is no std::exception");
    }
    return CSPKIT_FAILED;
  }

 private:
  static Provider& self(cspkit_provider* table) { return *static_cast<Provider*>(table->impl); }
  static void log(const cspkit_host* host, std::string_view text) noexcept {
    host->log(host, CSPKIT_LOG_ERROR, to_str(text));
  }

  static cspkit_provider* seal(std::unique_ptr<Provider>& provider, bool has_jobs) {
    Provider& p = *provider;
    std::uint32_t verbs = 0;
    p.handlers_.reserve(p.rules_.size());
    for (const RuleEntry& rule : p.rules_) {
      p.handlers_.push_back({to_str(rule.pattern), rule.verbs, rule.flags, 0});
      verbs |= rule.verbs;
    }
    p.sealed_ = true;
    p.has_jobs_ = has_jobs;
    const auto thunk = [verbs](int verb) {
      return (verbs & static_cast<std::uint32_t>(verb)) != 0 ? &operate : nullptr;
    };
    cspkit_provider& table = p.table_;
    table.size = sizeof(cspkit_provider);
    table.impl = &p;
    table.handlers = p.handlers_.data();
    table.handler_count = p.handlers_.size();
    table.start = &start;
    table.destroy = &destroy;
    table.get = thunk(CSPKIT_GET);
    table.add = thunk(CSPKIT_ADD);
    table.replace = thunk(CSPKIT_REPLACE);
    table.remove = thunk(CSPKIT_DELETE);
    table.exec = thunk(CSPKIT_EXEC);
    table.refresh = thunk(CSPKIT_REFRESH);
    table.get_extension = &get_extension;
    return &provider.release()->table_;
  }

  static cspkit_code start(cspkit_provider* table) noexcept {
    Provider& p = self(table);
    const cspkit_host* host = p.host_.raw();
    try {
      const Status status = p.start();
      if (status.ok()) return CSPKIT_OK;
      if (!status.text().empty()) log(host, status.text());
      return final_code(status.code());
    } catch (const std::exception& e) {
      log(host, e.what());
    } catch (...) {
      log(host, "start() threw something that is no std::exception");
    }
    return CSPKIT_FAILED;
  }

  static void destroy(cspkit_provider* table) noexcept {
    Provider* p = &self(table);
    // Tasks first, while what they refer to is there; then what the destructor still left.
    const auto context = p->host_.context_;
    context->drop_all();
    delete p;
    context->drop_all();
  }

  static cspkit_code operate(cspkit_provider* table, cspkit_call call,
                             const cspkit_request* request) noexcept {
    Provider& p = self(table);
    Context& context = *p.host_.context_;
    const std::size_t verb = verb_index(request->verb);
    if (request->handler >= p.rules_.size() || verb == kVerbCount) return CSPKIT_NOT_SUPPORTED;
    const RuleEntry& rule = p.rules_[request->handler];
    if (!rule.handlers[verb]) return CSPKIT_NOT_SUPPORTED;
    try {
      Call c = Access::call(&context, call, request, &rule.names);
      return rule.handlers[verb]->run(c);
    } catch (const Error& e) {
      report(context, call, e.what(), e.status().provider_error());
      return final_code(e.status().ok() ? Code::kFailed : e.status().code());
    } catch (const std::exception& e) {
      report(context, call, e.what(), 0);
    } catch (...) {
      report(context, call, "the handler threw something that is no std::exception", 0);
    }
    return CSPKIT_FAILED;
  }

  static void job_run(cspkit_provider* table, cspkit_str id, cspkit_str payload,
                      std::uint32_t attempt) noexcept {
    Provider& p = self(table);
    const cspkit_host* host = p.host_.raw();
    try {
      p.job_run(to_view(id), to_view(payload), attempt);
    } catch (const std::exception& e) {
      log(host, e.what());
    } catch (...) {
      log(host, "job_run threw something that is no std::exception");
    }
  }

  /// Runs what a transaction asks of the class; what it throws is logged and becomes a code.
  template <typename Do>
  static cspkit_code guarded(Provider& p, Do function) noexcept {
    const cspkit_host* host = p.host_.raw();
    try {
      const Status status = function(*p.transactional_);
      if (!status.ok() && !status.text().empty()) log(host, status.text());
      return final_code(status.code());
    } catch (const Error& e) {
      log(host, e.what());
      return final_code(e.status().ok() ? Code::kFailed : e.status().code());
    } catch (const std::exception& e) {
      log(host, e.what());
    } catch (...) {
      log(host, "a function of the transaction threw something that is no std::exception");
    }
    return CSPKIT_FAILED;
  }

  static cspkit_code begin(cspkit_provider* table, std::uint64_t id) noexcept {
    return guarded(self(table), [id](Transactional& t) { return t.begin(id); });
  }
  static cspkit_code undo_for(cspkit_provider* table, cspkit_call call,
                              const cspkit_request* request) noexcept {
    Provider& p = self(table);
    Context& context = *p.host_.context_;
    if (request->handler >= p.rules_.size()) return CSPKIT_NOT_SUPPORTED;
    return guarded(p, [&](Transactional& t) {
      Call c = Access::call(&context, call, request, &p.rules_[request->handler].names);
      Result<std::string> record = t.undo_for(c);
      if (!record.has_value()) {
        report(context, call, record.error().text(), record.error().provider_error());
        return Status(record.error().code());
      }
      if (record->empty()) return Status();
      return Status(push_value(context, call, ValueRef(Format::kBin, *record)));
    });
  }
  static cspkit_code apply_undo(cspkit_provider* table, std::uint64_t, cspkit_str record) noexcept {
    return guarded(self(table), [&](Transactional& t) { return t.apply_undo(to_view(record)); });
  }
  static cspkit_code commit(cspkit_provider* table, std::uint64_t id) noexcept {
    return guarded(self(table), [id](Transactional& t) { return t.commit(id); });
  }
  static void end(cspkit_provider* table, std::uint64_t id) noexcept {
    static_cast<void>(guarded(self(table), [id](Transactional& t) {
      t.end(id);
      return Status();
    }));
  }

  static const void* get_extension(cspkit_provider* table, const char* id) noexcept {
    static constexpr cspkit_provider_jobs kJobs = {sizeof(cspkit_provider_jobs), 0, &job_run};
    static constexpr cspkit_provider_transaction kTransaction = {
        sizeof(cspkit_provider_transaction), 0, &begin, &undo_for, &apply_undo, &commit, &end};
    Provider& p = self(table);
    if (p.has_jobs_ && std::strcmp(id, CSPKIT_EXT_JOBS) == 0) return &kJobs;
    if (p.transactional_ && std::strcmp(id, CSPKIT_EXT_TRANSACTION) == 0) return &kTransaction;
    try {
      return p.extension(id);
    } catch (...) {
      return nullptr;
    }
  }
};

/// One line of CSPKIT_PLUGINS: all of it is known at compile time.
struct PluginEntry {
  char name[64] = {};
  std::size_t name_size = 0;
  std::string_view ddf_name;
  std::string_view ddf;
  cspkit_code (*create)(const cspkit_host*, cspkit_provider**) noexcept = nullptr;
};

constexpr char name_char(char c) {
  const char low = detail::to_lower(c);
  return (low >= 'a' && low <= 'z') || (low >= '0' && low <= '9') || low == '_' ? low : '-';
}

/// The name is the DDF's file name in lower case without its extension, unless one is given.
template <typename T>
constexpr PluginEntry plugin_entry(std::string_view ddf_name, std::string_view name = {},
                                   std::string_view ddf = {}) {
  PluginEntry entry;
  entry.ddf_name = ddf_name;
  entry.ddf = ddf;
  entry.create = &Factory::create<T>;
  if (name.empty()) {
    name = ddf_name.substr(0, std::min(ddf_name.rfind('.'), ddf_name.size()));
    for (const char c : name) entry.name[entry.name_size++] = name_char(c);
  } else {
    for (const char c : name) entry.name[entry.name_size++] = c;
  }
  return entry;
}

template <std::size_t kCount>
constexpr std::array<cspkit_provider_info, kCount> plugin_infos(
    const PluginEntry (&entries)[kCount]) {
  std::array<cspkit_provider_info, kCount> infos{};
  for (std::size_t i = 0; i < kCount; ++i) {
    infos[i].name = {entries[i].name, entries[i].name_size};
    infos[i].ddf_name = {entries[i].ddf_name.data(), entries[i].ddf_name.size()};
    infos[i].ddf = {entries[i].ddf.data(), entries[i].ddf.size()};
  }
  return infos;
}

constexpr cspkit_str str_or(std::string_view text, const PluginEntry& other) {
  return text.empty() ? cspkit_str{other.name, other.name_size}
                      : cspkit_str{text.data(), text.size()};
}

}  // namespace sdk_detail

/// Makes a provider object without a library, for tests: what the plugin's create() does.
template <typename T>
cspkit_code make_provider(const cspkit_host* host, cspkit_provider** out) noexcept {
  return sdk_detail::Factory::create<T>(host, out);
}

}  // namespace sdk1
}  // namespace cspkit

/// CSPKIT_PROVIDER(Class, "Name.xml"[, "name"[, embedded_ddf]]): one provider for CSPKIT_PLUGINS.
/// Its name, [a-z0-9_-], keys its durable state: never change it. The default is "name" of
/// "Name.xml". The DDF is sought beside the library unless its text (a constexpr string_view) is
/// given.
#define CSPKIT_PROVIDER(Class, ...) ::cspkit::sdk_detail::plugin_entry<Class>(__VA_ARGS__)

/// Exports a library of several providers: CSPKIT_PLUGINS("com.example.suite", "1.2.0",
/// CSPKIT_PROVIDER(A, "A.xml"), CSPKIT_PROVIDER(B, "B.xml")), once for each library, outside any
/// namespace. An empty id is the name of the first provider.
#define CSPKIT_PLUGINS(id_text, version_text, ...)                                                 \
  namespace {                                                                                      \
  constexpr ::cspkit::sdk_detail::PluginEntry cspkit_plugin_entries[] = {__VA_ARGS__};             \
  constexpr auto cspkit_plugin_infos = ::cspkit::sdk_detail::plugin_infos(cspkit_plugin_entries);  \
  cspkit_code cspkit_plugin_create(const cspkit_host* host, size_t index,                          \
                                   cspkit_provider** out) noexcept {                               \
    if (index >= cspkit_plugin_infos.size()) return CSPKIT_MISUSE;                                 \
    return cspkit_plugin_entries[index].create(host, out);                                         \
  }                                                                                                \
  constexpr cspkit_plugin cspkit_plugin_object = {                                                 \
      sizeof(cspkit_plugin),      CSPKIT_ABI_MAJOR,                                                \
      CSPKIT_ABI_MINOR,           ::cspkit::sdk_detail::str_or(id_text, cspkit_plugin_entries[0]), \
      CSPKIT_STR(version_text),   cspkit_plugin_infos.data(),                                      \
      cspkit_plugin_infos.size(), &cspkit_plugin_create};                                          \
  }                                                                                                \
  const cspkit_plugin CSPKIT_PLUGIN_SYMBOL = cspkit_plugin_object;

/// Exports a library of one provider: CSPKIT_PLUGIN(Class, "Name.xml"[, "name"[, embedded_ddf]]).
/// Its id is its name and its version "1.0.0"; CSPKIT_PLUGINS names others.
#define CSPKIT_PLUGIN(Class, ...) CSPKIT_PLUGINS("", "1.0.0", CSPKIT_PROVIDER(Class, __VA_ARGS__))

#endif  // CSPKIT_PROVIDER_HPP_
