// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <atomic>
#include <cspkit/ddf/schema.hpp>
#include <filesystem>
#include <pugixml.hpp>
#include <string_view>
#include <thread>

#include "engine_bench.hpp"

namespace cspkit::bench {

namespace {

constexpr int kRounds = 21;

std::filesystem::path corpus() {
  const char* given = std::getenv("CSPKIT_CORPUS");
  return std::filesystem::path(given ? given : "../shared/corpus") / "ddf";
}

/// A value the format takes.
Value value_for(Format format) {
  switch (format) {
    case Format::kInt:
      return Value(Format::kInt, "42");
    case Format::kBool:
      return Value(Format::kBool, "true");
    case Format::kChr:
      return Value::chr("a value of common length, for example a folder");
    default:
      return Value(format, "");
  }
}

/// Addresses of leaves, six segments below the scope, that can be read and hold a value.
struct Leaves {
  std::vector<std::string> fixed, dynamic;
};

Leaves set_leaves(Engine& engine) {
  constexpr int kInstances = 10;  // of each dynamic node: then there are about as many of both
  Leaves leaves;
  const auto schema = engine.schema();
  Owner owner = engine.owner();
  Session session = engine.open_session(Principal::device());
  for (std::uint32_t id = 0; id < schema->node_count(); ++id) {
    const ddf::Node node = schema->node(ddf::NodeId{id});
    const std::string uri = "./Device/" + node.pattern();
    const bool suits =
        node.is_leaf() && node.grants(CSPKIT_GET) && node.scope() == Scope::kDevice &&
        std::count(uri.begin(), uri.end(), '/') == 7 && std::count(uri.begin(), uri.end(), '{') < 2;
    if (!suits) continue;
    const std::size_t brace = uri.find('{'), end = uri.find('}') + 1;
    const bool fixed = brace == std::string::npos;
    for (int i = 0; i < (fixed ? 1 : kInstances); ++i) {
      std::string one = uri;
      if (!fixed) one.replace(brace, end - brace, "Contoso-Profile-" + std::to_string(i));
      if (!owner.set(one, value_for(node.format())).ok() || !session.get(one)) continue;
      (fixed ? leaves.fixed : leaves.dynamic).push_back(one);
    }
  }
  return leaves;
}

/// Reads all the time, in a thread and a session of its own.
class Reader {
 public:
  Reader(Engine& engine, const std::vector<std::string>& uris)
      : thread_([this, &engine, &uris] {
          Session session = engine.open_session(Principal::device());
          while (!stop_.load(std::memory_order_relaxed)) {
            for (const std::string& uri : uris) keep(session.get(uri));
          }
        }) {}
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;
  ~Reader() {
    stop_ = true;
    thread_.join();
  }

 private:
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

/// Gets over lookups of the same texts.
double reading(Engine& engine, const std::vector<std::string>& uris, bool beside_another) {
  const Lookups lookups(uris, engine.schema()->node_count());
  Session session = engine.open_session(Principal::device());
  const std::unique_ptr<Reader> other =
      beside_another ? std::make_unique<Reader>(engine, uris) : nullptr;
  const int repeat = static_cast<int>(100'000 / uris.size()) + 1;
  return cpu_ratio(
      [&] {
        for (int i = 0; i < repeat; ++i) {
          for (const std::string& uri : uris) {
            const Result<Value> value = session.get(uri);
            if (!value) std::abort();
            keep(*value);
          }
        }
      },
      [&] {
        for (int i = 0; i < repeat; ++i) {
          for (const std::string& uri : uris) lookups.find(uri);
        }
      },
      kRounds);
}

std::string gets(const Leaves& leaves, std::size_t fixed, std::size_t dynamic) {
  std::string text =
      "<SyncML xmlns=\"SYNCML:SYNCML1.2\"><SyncHdr><VerDTD>1.2</VerDTD><VerProto>DM/1.2</VerProto>"
      "<SessionID>1</SessionID><MsgID>1</MsgID><Target><LocURI>imei:1</LocURI></Target><Source>"
      "<LocURI>https://mdm.example.com/dm</LocURI></Source></SyncHdr><SyncBody>";
  for (std::size_t i = 0; i < fixed + dynamic; ++i) {
    const std::string& uri = i < fixed ? leaves.fixed[i * 7 % leaves.fixed.size()]
                                       : leaves.dynamic[i * 7 % leaves.dynamic.size()];
    text += "<Get><CmdID>" + std::to_string(i + 1) + "</CmdID><Item><Target><LocURI>" + uri +
            "</LocURI></Target></Item></Get>";
  }
  return text + "<Final/></SyncBody></SyncML>";
}

/// A message of Gets and its reply, over pugixml's parse of the same bytes.
double answering(Engine& engine, const std::string& message, std::size_t commands) {
  Session session = engine.open_session(Principal::device());
  must(session.process(message), "the message of Gets");
  must(session.last_statuses() == std::vector<int>(commands, 200), "a Get was not answered 200");
  constexpr int kRepeat = 50;
  return cpu_ratio(
      [&] {
        for (int i = 0; i < kRepeat; ++i) keep(session.process(message));
      },
      [&] {
        for (int i = 0; i < kRepeat; ++i) {
          pugi::xml_document document;
          keep(document.load_buffer(message.data(), message.size()));
        }
      },
      kRounds);
}

}  // namespace

bool measure_reads(Report& report) {
  if (!std::filesystem::is_directory(corpus())) return false;
  Engine engine = must(Engine::open({}), "open an engine");
  must(engine.load_ddf(corpus()), "load the DDF files");
  const Leaves leaves = set_leaves(engine);
  report.told("engine.leaves_static", static_cast<double>(leaves.fixed.size()), "leaves");
  report.told("engine.leaves_dynamic", static_cast<double>(leaves.dynamic.size()), "leaves");
  must(leaves.fixed.size() >= 80 && leaves.dynamic.size() >= 20, "too few leaves to read");

  report.told("engine.get_static_alone", reading(engine, leaves.fixed, false), "lookups");
  report.told("engine.get_dynamic_alone", reading(engine, leaves.dynamic, false), "lookups");
  report.at_most(
      "engine.get_static", [&] { return reading(engine, leaves.fixed, true); }, 2.5, "lookups");
  report.at_most(
      "engine.get_dynamic", [&] { return reading(engine, leaves.dynamic, true); }, 2.5, "lookups",
      3.5);

  const std::string message = gets(leaves, 80, 20);
  report.told("engine.message_bytes", static_cast<double>(message.size()), "bytes");
  report.at_most(
      "engine.message_over_parse", [&] { return answering(engine, message, 100); }, 5, "ratio");
  return true;
}

}  // namespace cspkit::bench
