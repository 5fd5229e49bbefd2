// SPDX-License-Identifier: Apache-2.0
#include <cspkit/harness/device.hpp>

namespace cspkit::harness {
namespace {

// No format: the schema's is taken, as for a message without Meta.
Value untyped(std::string_view text) { return Value(Format::kUnset, std::string(text)); }

}  // namespace

Device::Device(DeviceOptions options)
    : options_(std::move(options)),
      clock_(std::make_shared<ManualClock>(options_.start)),
      executor_(std::make_shared<DeterministicExecutor>(clock_)) {
  executor_->be_patient(options_.patience);
}

Device::~Device() { session_.reset(); }

Result<std::unique_ptr<Device>> Device::open(DeviceOptions options) {
  std::unique_ptr<Device> device(new Device(std::move(options)));
  if (Status status = device->start(); !status.ok()) return status;
  return device;
}

Status Device::start() {
  EngineOptions engine = options_.engine;
  engine.state = options_.state;
  engine.clock = clock_;
  engine.executor = executor_;
  Result<Engine> opened = Engine::open(std::move(engine));
  if (!opened) return opened.error();
  engine_ = std::make_unique<Engine>(std::move(*opened));
  for (const auto& path : options_.ddf) {
    if (Status status = engine_->load_ddf(path); !status.ok()) return status;
  }
  for (const DdfBytes& ddf : ddf_bytes_) {
    if (Status status = engine_->load_ddf_bytes(ddf.bytes, ddf.name); !status.ok()) return status;
  }
  for (const ProviderFile& provider : options_.providers) {
    Status status = engine_->load_provider(provider.library, provider.ddf);
    if (!status.ok()) return status;
  }
  for (const LinkedProvider& provider : options_.plugins) {
    Status status = engine_->add_provider(*provider.plugin, provider.ddf);
    if (!status.ok()) return status;
  }
  session_.emplace(engine_->open_session(options_.principal));
  return {};
}

Status Device::load_ddf(const std::filesystem::path& path) {
  Status status = engine_->load_ddf(path);
  if (status.ok()) options_.ddf.push_back(path);
  return status;
}

Status Device::load_ddf_bytes(std::string_view bytes, std::string name) {
  Status status = engine_->load_ddf_bytes(bytes, name);
  if (status.ok()) ddf_bytes_.push_back({std::string(bytes), std::move(name)});
  return status;
}

Status Device::load_provider(const ProviderFile& provider) {
  Status status = engine_->load_provider(provider.library, provider.ddf);
  if (status.ok()) options_.providers.push_back(provider);
  return status;
}

Status Device::add_provider(const LinkedProvider& provider) {
  Status status = engine_->add_provider(*provider.plugin, provider.ddf);
  if (status.ok()) options_.plugins.push_back(provider);
  return status;
}

Status Device::restart() {
  session_.reset();
  engine_.reset();
  return start();
}

Status Device::add(std::string_view uri, std::string_view text) {
  return session().add(uri, untyped(text));
}

Status Device::replace(std::string_view uri, std::string_view text) {
  return session().replace(uri, untyped(text));
}

Status Device::exec(std::string_view uri, std::string_view text) {
  return session().exec(uri, untyped(text));
}

Status Device::seed(std::string_view uri, std::string_view wire_text, const std::string& user) {
  executor_->begin_wait();
  return engine_->owner(user).set(uri, wire_text);
}

bool Device::has(std::string_view uri) const {
  executor_->begin_wait();
  const auto entries = engine_->list(uri, options_.principal);
  return entries.has_value() && !entries->empty();
}

Snapshot Device::snapshot(std::string_view uri) const {
  executor_->begin_wait();
  const auto entries = engine_->list(uri, options_.principal);
  return entries.has_value() ? make_snapshot(*entries) : Snapshot{};
}

bool Device::settle(Clock::Duration limit) {
  const Clock::Duration end = clock_->steady_now() + limit;
  return engine_->wait_for_jobs([this, end] { return clock_->steady_now() >= end; });
}

}  // namespace cspkit::harness
