// SPDX-License-Identifier: Apache-2.0
#include "load.hpp"

#include <malloc.h>

#include <cspkit/harness/deterministic_executor.hpp>
#include <cspkit/harness/manual_clock.hpp>
#include <random>
#include <utility>

namespace cspkit::fault {

namespace {

std::string uri(const std::string& below) { return "./Vendor/Test/" + below; }
std::string other(const std::string& provider) { return provider == "one" ? "two" : "one"; }

std::string command(const char* verb, const std::string& below, const std::string* data = nullptr) {
  std::string xml = std::string("<") + verb + "><CmdID>2</CmdID><Item><Target><LocURI>" +
                    uri(below) + "</LocURI></Target>";
  if (data != nullptr) xml += "<Data>" + *data + "</Data>";
  return xml + "</Item></" + verb + ">";
}

/// The children of an Atomic.
std::string children_of(const Step& step) {
  const std::string far = other(step.provider);
  const std::string slot = "/Slot/" + step.slot;
  if (step.kind == Step::Kind::kAtomicMoves) {
    return command("Delete", step.provider + slot) + command("Add", far + slot) +
           command("Replace", far + slot + "/Text", &step.text);
  }
  const std::string refused = "refuse";
  return command("Replace", step.provider + "/Text", &step.text) +
         command("Replace", far + slot + "/Text", &step.text) +
         command("Replace", step.provider + "/Plain", &step.text) +
         command("Replace", far + "/Each", &step.text) +
         command("Replace", far + "/Text",
                 step.kind == Step::Kind::kAtomicFails ? &refused : &step.text);
}

bool run_atomic(Session& session, const Step& step) {
  const Result<std::string> reply =
      session.process("<SyncML><SyncBody><Atomic><CmdID>1</CmdID>" + children_of(step) +
                      "</Atomic><Final/></SyncBody></SyncML>");
  return reply && !session.last_statuses().empty() && session.last_statuses().front() == 200;
}

void put(Facts& facts, const std::string& name, const std::string& text) {
  facts.tree[name] = text;
  facts.outside[name] = text;
}
void add_slot(Facts& facts, const std::string& provider, const std::string& slot) {
  const std::string name = provider + "/Slot/" + slot;
  if (facts.tree.count(name) == 0) put(facts, name, "there");
}
void remove_slot(Facts& facts, const std::string& provider, const std::string& slot) {
  for (const char* below : {"", "/Text"}) {
    facts.tree.erase(provider + "/Slot/" + slot + below);
    facts.outside.erase(provider + "/Slot/" + slot + below);
  }
}
void append_each(Facts& facts, const std::string& provider, const std::string& text) {
  facts.tree[provider + "/Each"] = text;
  facts.outside[provider + "/Each"] += text;
}

void note(Session& session, const std::string& name, Facts& facts) {
  const Result<Value> value = session.get(uri(name));
  if (value && !value->data.empty()) facts.tree[name] = value->data;
}

}  // namespace

Step step_of(std::uint32_t seed, int n) {
  std::mt19937 random(seed * 2654435761u + static_cast<std::uint32_t>(n));
  const auto pick = [&random](std::uint32_t below) { return static_cast<int>(random() % below); };
  Step step;
  // Atomics are what it is about: half of the load.
  constexpr Step::Kind kKinds[] = {
      Step::Kind::kPlain,       Step::Kind::kText,       Step::Kind::kEach,
      Step::Kind::kAddSlot,     Step::Kind::kSlotText,   Step::Kind::kDeleteSlot,
      Step::Kind::kAtomic,      Step::Kind::kAtomic,     Step::Kind::kAtomic,
      Step::Kind::kAtomicFails, Step::Kind::kAtomicMoves};
  step.kind = kKinds[pick(std::size(kKinds))];
  step.provider = pick(2) == 0 ? "one" : "two";
  step.slot = std::string(1, static_cast<char>('A' + pick(3)));
  step.text = std::to_string(seed) + "." + std::to_string(n);
  return step;
}

bool expect(const Step& step, Facts& facts) {
  const std::string far = other(step.provider);
  const std::string slot = step.provider + "/Slot/" + step.slot;
  switch (step.kind) {
    case Step::Kind::kPlain:
      facts.tree[step.provider + "/Plain"] = step.text;
      return true;
    case Step::Kind::kText:
      put(facts, step.provider + "/Text", step.text);
      return true;
    case Step::Kind::kEach:
      append_each(facts, step.provider, step.text);
      return true;
    case Step::Kind::kAddSlot:
      if (facts.tree.count(slot) != 0) return false;
      add_slot(facts, step.provider, step.slot);
      return true;
    case Step::Kind::kSlotText:
      add_slot(facts, step.provider, step.slot);
      put(facts, slot + "/Text", step.text);
      return true;
    case Step::Kind::kDeleteSlot:
      if (facts.tree.count(slot) == 0) return false;
      remove_slot(facts, step.provider, step.slot);
      return true;
    case Step::Kind::kAtomic:
      put(facts, step.provider + "/Text", step.text);
      add_slot(facts, far, step.slot);
      put(facts, far + "/Slot/" + step.slot + "/Text", step.text);
      facts.tree[step.provider + "/Plain"] = step.text;
      append_each(facts, far, step.text);
      put(facts, far + "/Text", step.text);
      return true;
    case Step::Kind::kAtomicFails:
      return false;
    default:
      if (facts.tree.count(slot) == 0 || facts.tree.count(far + "/Slot/" + step.slot) != 0) {
        return false;
      }
      remove_slot(facts, step.provider, step.slot);
      add_slot(facts, far, step.slot);
      put(facts, far + "/Slot/" + step.slot + "/Text", step.text);
      return true;
  }
}

bool perform(Session& session, const Step& step) {
  const std::string base = uri(step.provider);
  const std::string slot = base + "/Slot/" + step.slot;
  const Value text(Format::kUnset, step.text);
  switch (step.kind) {
    case Step::Kind::kPlain:
      return session.replace(base + "/Plain", text).ok();
    case Step::Kind::kText:
      return session.replace(base + "/Text", text).ok();
    case Step::Kind::kEach:
      return session.replace(base + "/Each", text).ok();
    case Step::Kind::kAddSlot:
      return session.add(slot).ok();
    case Step::Kind::kSlotText:
      return session.replace(slot + "/Text", text).ok();
    case Step::Kind::kDeleteSlot:
      return session.remove(slot).ok();
    default:
      return run_atomic(session, step);
  }
}

namespace {

// Hundred thousands of engines come and go in these tests: memory that goes back to the system each
// time would be two thirds of what they cost.
void keep_memory() {
  ::mallopt(M_MMAP_THRESHOLD, 64 << 20);
  ::mallopt(M_TRIM_THRESHOLD, 256 << 20);
}

}  // namespace

Result<std::unique_ptr<Engine>> open_device(const std::string& state, const FileLayer& files) {
  keep_memory();
  EngineOptions options;
  options.state = state;
  options.file_layer = files;
  const auto clock = std::make_shared<harness::ManualClock>();
  options.clock = clock;
  options.executor = std::make_shared<harness::DeterministicExecutor>(clock);
  Result<Engine> opened = Engine::open(std::move(options));
  if (!opened) return opened.error();
  auto engine = std::make_unique<Engine>(*std::move(opened));
  for (const char* name : {"one", "two"}) {
    Status added = engine->add_provider(keeper_plugin(name));
    if (!added.ok()) return added;
  }
  return engine;
}

Facts facts_of(Engine& engine, const Outside& outside) {
  Facts facts;
  Session session = engine.open_session(Principal::device());
  for (const std::string provider : {"one", "two"}) {
    for (const char* leaf : {"/Plain", "/Text", "/Each"}) note(session, provider + leaf, facts);
    for (const char* name : {"A", "B", "C"}) {
      const std::string slot = provider + "/Slot/" + name;
      if (!session.get(uri(slot))) continue;
      facts.tree[slot] = "there";
      note(session, slot + "/Text", facts);
    }
  }
  for (const std::string& name : outside.names("")) facts.outside[name] = *outside.get(name);
  return facts;
}

std::string to_text(const Facts& facts) {
  std::string text;
  for (const auto& [name, value] : facts.tree) text += name + "=" + value + "  ";
  text += "| outside: ";
  for (const auto& [name, value] : facts.outside) text += name + "=" + value + "  ";
  return text;
}

}  // namespace cspkit::fault
