// SPDX-License-Identifier: Apache-2.0
#include "keeper.hpp"

#define CSPKIT_STATIC_NAME keeper
#include <cspkit/provider.hpp>
#include <string_view>
#include <utility>

namespace cspkit::fault {

namespace {

// The plugins below are constants, as a library's are: this is how a test reaches what they make.
Outside* current = nullptr;

/// A record restores one thing: its name, and what it held; nothing: there was none.
std::string record_of(const std::string& name, const std::optional<std::string>& held) {
  return held ? name + "\n=" + *held : name + "\n-";
}

class Keeper : public Provider, public Transactional {
 public:
  Keeper(Host host_table, std::string name)
      : Provider(std::move(host_table)), name_(std::move(name)), outside_(*current) {
    on("Slot/{Name}")
        .add([this](Call& call) { return effect(call, "there"); })
        .remove([this](Call& call) { return removal(call); });
    on("Slot/{Name}/Text").replace([this](Call& call) { return effect(call, call.data()); });
    on("Text").replace([this](Call& call) { return effect(call, call.data()); });
    on("Each").undo_each().replace([this](Call& call) {
      return effect(call, outside_.get(thing(call)).value_or("") + std::string(call.data()));
    });
    on("Fire").irreversible().exec([this](Call& call) {
      if (!outside_.step(name_ + " effect Fire")) return call.fail(Code::kBusy, "no fire");
      const std::string fired = name_ + "/Fired";
      outside_.put(fired, std::to_string(std::stoi(outside_.get(fired).value_or("0")) + 1));
      return Status();
    });
    on("Quiet").replace([this](Call& call) {
      const bool ok = outside_.step(name_ + " effect Quiet") && call.data() != "refuse";
      return ok ? Status() : call.fail(Code::kBusy, "refused");
    });
  }

  Status begin(std::uint64_t) override { return said("begin"); }
  Result<std::string> undo_for(Call& call) override {
    if (!outside_.step(name_ + " undo_for " + below_root(call))) return Status(Code::kBusy);
    if (below_root(call) == "Quiet") return std::string();
    // A slot goes with what is in it.
    std::string record = record_of(thing(call), outside_.get(thing(call)));
    if (call.verb() == CSPKIT_DELETE || call.verb() == CSPKIT_ADD) {
      const std::string text = thing(call) + "/Text";
      record += "\n\n" + record_of(text, outside_.get(text));
    }
    return record;
  }
  Status apply_undo(std::string_view record) override {
    Status said_so = said("apply_undo");
    if (!said_so.ok()) return said_so;
    while (!record.empty()) {
      const std::size_t end = record.find("\n\n");
      restore(record.substr(0, end));
      record = end == std::string_view::npos ? std::string_view{} : record.substr(end + 2);
    }
    return {};
  }
  Status commit(std::uint64_t) override { return said("commit"); }
  void end(std::uint64_t) override { static_cast<void>(said("end")); }

 private:
  std::string below_root(const Call& call) const {
    return std::string(
        call.path().substr(std::string_view("Vendor/Test/").size() + name_.size() + 1));
  }
  std::string thing(const Call& call) const { return name_ + "/" + below_root(call); }
  Status said(const char* what) {
    const std::string step = name_ + " " + what;
    return outside_.step(step) ? Status() : Status(Code::kBusy, step + " fails");
  }
  Status effect(Call& call, std::string_view text) {
    const bool ok = outside_.step(name_ + " effect " + below_root(call));
    if (!ok || call.data() == "refuse") {
      outside_.put(thing(call), "half");
      return call.fail(Code::kBusy, "refused half-way");
    }
    outside_.put(thing(call), std::string(text));
    return {};
  }
  Status removal(Call& call) {
    if (!outside_.step(name_ + " effect " + below_root(call))) return call.fail(Code::kBusy);
    for (const std::string& inside : outside_.names(thing(call))) outside_.erase(inside);
    return {};
  }
  void restore(std::string_view record) {
    const std::size_t line = record.find('\n');
    if (line == std::string_view::npos || line + 1 == record.size()) return;  // none of ours
    const std::string name(record.substr(0, line));
    if (record[line + 1] == '-') {
      outside_.erase(name);
    } else {
      outside_.put(name, std::string(record.substr(line + 2)));
    }
  }

  std::string name_;
  Outside& outside_;
};

class One : public Keeper {
 public:
  explicit One(Host host_table) : Keeper(std::move(host_table), "one") {}
};
class Two : public Keeper {
 public:
  explicit Two(Host host_table) : Keeper(std::move(host_table), "two") {}
};

#define CSPKIT_KEEPER_LEAF(name, access)                                                   \
  "<Node><NodeName>" name "</NodeName><DFProperties><AccessType>" access                   \
  "</AccessType><DFFormat><chr/></DFFormat><Occurrence><One/></Occurrence><DFType><MIME/>" \
  "</DFType></DFProperties></Node>"
#define CSPKIT_KEEPER_DDF(name) \
  "<MgmtTree><VerDTD>1.2</VerDTD><Node><NodeName>" name                                       \
  "</NodeName><Path>./Device/Vendor/Test</Path><DFProperties><AccessType><Get/></AccessType>" \
  "<DFFormat><node/></DFFormat><Occurrence><One/></Occurrence><DFType><DDFName/></DFType>"    \
  "</DFProperties><Node><NodeName>Slot</NodeName><DFProperties><AccessType><Get/>"            \
  "</AccessType><DFFormat><node/></DFFormat><Occurrence><One/></Occurrence><DFType><DDFName/>" \
  "</DFType></DFProperties><Node><NodeName></NodeName><DFProperties><AccessType><Add/>"       \
  "<Delete/><Get/></AccessType><DFFormat><node/></DFFormat><Occurrence><ZeroOrMore/>"         \
  "</Occurrence><DFTitle>Name</DFTitle><DFType><DDFName/></DFType></DFProperties>"            \
  CSPKIT_KEEPER_LEAF("Text", "<Get/><Replace/>") "</Node></Node>"                             \
  CSPKIT_KEEPER_LEAF("Text", "<Get/><Replace/>")                                              \
  CSPKIT_KEEPER_LEAF("Each", "<Get/><Replace/>")                                              \
  CSPKIT_KEEPER_LEAF("Quiet", "<Get/><Replace/>")                                             \
  CSPKIT_KEEPER_LEAF("Plain", "<Get/><Replace/>")                                             \
  "<Node><NodeName>Fire</NodeName><DFProperties><AccessType><Exec/></AccessType><DFFormat>"   \
  "<null/></DFFormat><Occurrence><One/></Occurrence><DFType><MIME/></DFType></DFProperties>"  \
  "</Node></Node></MgmtTree>"

constexpr cspkit_provider_info kOne[] = {
    {CSPKIT_STR("one"), CSPKIT_STR("one.xml"), CSPKIT_STR(CSPKIT_KEEPER_DDF("one")), 0}};
constexpr cspkit_provider_info kTwo[] = {
    {CSPKIT_STR("two"), CSPKIT_STR("two.xml"), CSPKIT_STR(CSPKIT_KEEPER_DDF("two")), 0}};

cspkit_code make_one(const cspkit_host* host, std::size_t, cspkit_provider** out) noexcept {
  return make_provider<One>(host, out);
}
cspkit_code make_two(const cspkit_host* host, std::size_t, cspkit_provider** out) noexcept {
  return make_provider<Two>(host, out);
}

constexpr cspkit_plugin kPluginOne = {sizeof(cspkit_plugin),
                                      CSPKIT_ABI_MAJOR,
                                      CSPKIT_ABI_MINOR,
                                      CSPKIT_STR("test.keeper.one"),
                                      CSPKIT_STR("1.0.0"),
                                      kOne,
                                      1,
                                      &make_one};
constexpr cspkit_plugin kPluginTwo = {sizeof(cspkit_plugin),
                                      CSPKIT_ABI_MAJOR,
                                      CSPKIT_ABI_MINOR,
                                      CSPKIT_STR("test.keeper.two"),
                                      CSPKIT_STR("1.0.0"),
                                      kTwo,
                                      1,
                                      &make_two};

}  // namespace

bool Outside::step(const std::string& what) {
  steps.push_back(what);
  return to_fail.count(what) == 0;
}

std::vector<std::string> MemoryOutside::names(const std::string& prefix) const {
  std::vector<std::string> found;
  for (auto it = things.lower_bound(prefix); it != things.end(); ++it) {
    if (it->first.compare(0, prefix.size(), prefix) != 0) break;
    found.push_back(it->first);
  }
  return found;
}

void work_on(Outside* outside) { current = outside; }

const cspkit_plugin& keeper_plugin(const std::string& name) {
  return name == "one" ? kPluginOne : kPluginTwo;
}

}  // namespace cspkit::fault
