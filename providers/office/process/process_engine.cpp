// SPDX-License-Identifier: Apache-2.0
#include "process_engine.hpp"

#include <curl/curl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <exception>
#include <filesystem>
#include <stdexcept>
#include <utility>

#include "pipeline.hpp"
#include "simulated_click_to_run.hpp"

namespace cspkit::office {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;

constexpr std::chrono::minutes kUsualTime(10);

void need(bool good, const std::string& text) {
  if (!good) throw std::runtime_error("the process engine of Office: " + text);
}

// Whoever may rename a folder above could put his own in its place, and have the agent run what he
// likes: all must belong to root or to us, and others may write there only under the sticky bit.
void need_safe_parents(const std::string& folder) {
  std::error_code error;
  fs::path path = fs::canonical(folder, error);
  need(!error, "work-folder '" + folder + "': " + error.message());
  while (path != path.root_path()) {
    path = path.parent_path();
    struct stat status {};
    need(::stat(path.c_str(), &status) == 0,
         "work-folder '" + folder + "': " + path.string() + ": " + std::strerror(errno));
    const bool ours = status.st_uid == 0 || status.st_uid == ::geteuid();
    const bool shared = (status.st_mode & (S_IWGRP | S_IWOTH)) != 0;
    need(ours && (!shared || (status.st_mode & S_ISVTX) != 0),
         "work-folder '" + folder + "': others may change " + path.string() +
             "; take that right away, or use another folder");
  }
}

// One folder after the other: each name must be on disk before what lies in it.
void make_folders(const std::string& folder) {
  std::error_code error;
  const fs::path parent = fs::path(folder).parent_path();
  if (fs::exists(folder, error) || parent == folder) return;
  make_folders(parent.string());
  fs::create_directory(folder, error);  // what it could not make, the caller finds missing
  static_cast<void>(process::sync_folder(parent.string()));
}

}  // namespace

ProcessEngine::ProcessEngine(const Scheduler& clock, ProcessSettings settings)
    : clock_(clock), settings_(std::move(settings)) {
  const std::string& folder = settings_.work_folder;
  need(!folder.empty() && folder.front() == '/', "work-folder must name a folder by its full path");
  need(!settings_.trust_roots.empty(), "trust-roots must name a PEM file of certificates");
  need(settings_.url.rfind("https://", 0) == 0, "url must begin with https://");
  need(::access(settings_.supervisor.c_str(), X_OK) == 0,
       "supervisor '" + settings_.supervisor + "' cannot be run: " + std::strerror(errno));
  make_folders(folder);
  struct stat status {};
  need(::lstat(folder.c_str(), &status) == 0 && S_ISDIR(status.st_mode),
       "work-folder '" + folder + "' cannot be made");
  // Whoever may write there could have the agent run what he likes.
  need(status.st_uid == ::geteuid() && ::chmod(folder.c_str(), S_IRWXU) == 0,
       "work-folder '" + folder + "' belongs to someone else");
  need_safe_parents(folder);
  // An agent killed while it began the supervisor has left the lock to that until it has begun.
  const std::string lock = process::join(folder, process::kLockFile);
  int locked = process::try_lock(lock, lock_);
  for (int left = 400; locked == EWOULDBLOCK && left != 0; --left) {
    std::this_thread::sleep_for(milliseconds(5));
    locked = process::try_lock(lock, lock_);
  }
  need(locked == 0,
       "work-folder '" + folder + "' is in use by another engine, or cannot be written");
  need(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK, "libcurl cannot be used");
  worker_ = std::thread([this] { work(); });
}

ProcessEngine::~ProcessEngine() {
  {
    const std::lock_guard<std::mutex> guard(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  worker_.join();
  curl_global_cleanup();
}

milliseconds ProcessEngine::expected(const odt::Report&, const MachineState&,
                                     std::string_view) const {
  return kUsualTime;
}

void ProcessEngine::add(Task task, bool also_at_the_end) {
  {
    const std::lock_guard<std::mutex> guard(mutex_);
    tasks_.push_back({std::move(task), also_at_the_end});
  }
  changed_.notify_all();
}

void ProcessEngine::run(RunRequest request, std::shared_ptr<RunObserver> observer) {
  auto kept = std::make_shared<RunRequest>(std::move(request));
  add(
      [this, kept, observer = std::move(observer)] {
        try {
          process::Pipeline pipeline(
              settings_, clock_, [this](milliseconds time) { return pause(time); }, *kept,
              *observer);
          if (auto result = pipeline.carry_out()) observer->finished(std::move(*result));
        } catch (const std::exception& error) {  // memory
          observer->finished({kQueueScenario, kept->machine, error.what()});
        }
      },
      false);
}

void ProcessEngine::recorded(std::string_view run, std::int32_t status) {
  const std::string folder = process::join(settings_.work_folder, run);
  add(
      [this, folder, status] {
        std::error_code error;
        if (!fs::exists(folder, error)) return;
        if (status != kSuccess && settings_.keep_failed) {
          static_cast<void>(process::write_durably(folder, process::kKeptFile, ""));
        } else {
          fs::remove_all(folder, error);
        }
      },
      true);
}

void ProcessEngine::settle(std::string_view live) {
  add(
      [this, kept = std::string(live)] {
        process::sweep(settings_.work_folder, kept, false,
                       [this](milliseconds time) { return pause(time); });
      },
      false);
}

// False at once when the engine ends.
bool ProcessEngine::pause(milliseconds time) {
  std::unique_lock<std::mutex> lock(mutex_);
  if (time.count() > 0) changed_.wait_for(lock, time, [this] { return stopping_; });
  return !stopping_;
}

void ProcessEngine::work() {
  std::unique_lock<std::mutex> lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return stopping_ || !tasks_.empty(); });
    if (tasks_.empty()) return;
    Waiting next = std::move(tasks_.front());
    tasks_.pop_front();
    if (stopping_ && !next.also_at_the_end) continue;
    lock.unlock();
    try {
      next.task();
    } catch (const std::exception&) {  // memory: what a sweep leaves, the next one finds
    }
    next.task = {};
    lock.lock();
  }
}

}  // namespace cspkit::office
