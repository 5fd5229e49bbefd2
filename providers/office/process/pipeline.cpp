// SPDX-License-Identifier: Apache-2.0
#include "pipeline.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cspkit/odt/check.hpp>
#include <cstring>
#include <filesystem>
#include <utility>

#include "certificate_codes.hpp"
#include "download.hpp"
#include "machine_update.hpp"
#include "signature.hpp"
#include "simulated_click_to_run.hpp"

namespace cspkit::office::process {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;

constexpr milliseconds kShortestPoll(5);
constexpr milliseconds kLongestPoll(200);
constexpr milliseconds kBetweenProgress(200);
constexpr int kDownloadPercent = 10;  // where each step begins
constexpr int kRunPercent = 15;
constexpr int kMostFiles = 100'000;

std::string sha256(std::string_view text) {
  unsigned char bytes[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  std::string out;
  if (EVP_Digest(text.data(), text.size(), bytes, &size, EVP_sha256(), nullptr) != 1) return out;
  for (unsigned i = 0; i < size; ++i) out += fmt::format("{:02x}", bytes[i]);
  return out;
}

std::uint64_t folder_size(const std::string& folder) {
  std::uint64_t sum = 0;
  int files = 0;
  std::error_code error;
  const auto options = fs::directory_options::skip_permission_denied;
  for (fs::recursive_directory_iterator at(folder, options, error), end;
       !error && at != end && files < kMostFiles; at.increment(error), ++files) {
    std::error_code ignored;
    if (!at->is_regular_file(ignored)) continue;
    const std::uintmax_t size = at->file_size(ignored);
    if (!ignored) sum += size;
  }
  return sum;
}

// What tells this run from one of the same name on a device that began anew.
std::string order_of(const RunRequest& request) {
  return fmt::format("{}\n{}\n{}\n", request.run, request.due, sha256(request.configuration));
}

// Without what may be secret: a name and password before the host, a token behind the path.
std::string loggable(std::string_view url) {
  url = url.substr(0, url.find_first_of("?#"));
  constexpr std::string_view kMark = "://";
  const std::size_t mark = url.find(kMark);
  const std::size_t host = mark == std::string_view::npos ? 0 : mark + kMark.size();
  const std::string_view authority = url.substr(host, url.find('/', host) - host);
  const std::size_t at = authority.rfind('@');
  if (at == std::string_view::npos) return std::string(url);
  return std::string(url.substr(0, host)).append(url.substr(host + at + 1));
}

// A tool may print the configuration it was given, and with it the keys. What cannot be written
// without them goes. `limit`: where the supervisor stopped keeping, perhaps in the midst of a key.
void remove_keys(const std::string& folder, std::uint64_t limit) {
  std::string text;
  if (read_file(join(folder, kOutputFile), static_cast<std::size_t>(limit), text) != 0) return;
  std::string clean = odt::without_keys(text);
  if (text.size() >= limit) {
    constexpr std::string_view kOfKeys =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789- _.";
    constexpr std::size_t kLongest = 28;  // one more character would have made it whole
    const std::size_t last = clean.find_last_not_of(kOfKeys);
    const std::size_t start = last == std::string::npos ? 0 : last + 1;
    clean.resize(std::max(start, clean.size() - std::min(clean.size(), kLongest)));
  }
  if (clean == text) return;
  if (write_durably(folder, kOutputFile, clean) == 0) return;
  std::error_code ignored;
  fs::remove(join(folder, kOutputFile), ignored);
}

// False when pause said so. Of a run whose lock we hold only its own object can tell how it stands.
// `error` says why files of it are left.
bool end_and_remove(SupervisedRun& run, const Pause& pause, std::error_code& error) {
  Look look;
  for (int round = 0; (look = run.look()).state == RunState::kRunning; ++round) {
    if (round % 50 == 0) run.cancel();
    if (!pause(milliseconds(20))) return false;
  }
  if (look.state == RunState::kInterrupted) static_cast<void>(run.end_leftovers());
  fs::remove_all(run.folder(), error);
  return true;
}

}  // namespace

bool sweep(const std::string& work_folder, std::string_view live, bool all, const Pause& pause) {
  std::error_code error;
  std::vector<std::string> folders;
  for (fs::directory_iterator at(work_folder, error), end; !error && at != end;
       at.increment(error)) {
    const std::string name = at->path().filename().string();
    if (name.rfind("run-", 0) != 0 || name == live) continue;
    if (!all && fs::exists(at->path() / kKeptFile, error)) continue;
    folders.push_back(at->path().string());
  }
  return std::all_of(folders.begin(), folders.end(), [&](const std::string& folder) {
    SupervisedRun run(folder);
    std::error_code ignored;  // the next sweep tries again
    return end_and_remove(run, pause, ignored);
  });
}

std::int32_t status_of(const Outcome& outcome, std::string_view written) {
  switch (outcome.how) {
    case Outcome::How::kNotStarted:
      return kPoolInitialization;
    case Outcome::How::kCancelled:
      return kCancelledAsPlanned;
    case Outcome::How::kSignal:
    case Outcome::How::kTimeout:
      return kCompletingScenario;
    case Outcome::How::kExit:
      break;
  }
  std::int64_t code = outcome.code;
  const std::size_t end = std::min(written.find_first_of(" \r\n"), written.size());
  std::int64_t said = 0;
  const auto [stop, error] = std::from_chars(written.data(), written.data() + end, said);
  constexpr std::int64_t kLargest = 0xFFFFFFFF;
  if (error == std::errc() && stop == written.data() + end && end != 0 && said >= INT32_MIN &&
      said <= kLargest) {
    code = said;
  }
  const auto status = static_cast<std::int32_t>(static_cast<std::uint32_t>(code));
  // "In progress" is no end.
  return status == kInProgress ? kCompletingScenario : status;
}

Pipeline::Pipeline(const ProcessSettings& settings, const Scheduler& clock, Pause pause,
                   const RunRequest& request, RunObserver& observer)
    : settings_(settings),
      clock_(clock),
      pause_(std::move(pause)),
      request_(request),
      observer_(observer),
      run_(join(settings.work_folder, request.run)) {}

std::optional<RunResult> Pipeline::carry_out() {
  Next (Pipeline::*const kSteps[])() = {&Pipeline::prepare, &Pipeline::fetch, &Pipeline::check,
                                        &Pipeline::start, &Pipeline::attend};
  for (const auto step : kSteps) {
    if ((this->*step)() == Next::kLeave) break;
  }
  if (cancelled_) cancel();
  return std::move(result_);
}

Pipeline::Next Pipeline::finish(std::int32_t status, std::string text) {
  std::error_code ignored;
  // Keys stand in the configuration; the tool has done its work.
  const std::string configuration = join(run_.folder(), kConfigurationFile);
  fs::remove(configuration, ignored);
  fs::remove(configuration + std::string(kFreshSuffix), ignored);  // the process died as it wrote
  fs::remove(join(run_.folder(), kToolFile), ignored);
  remove_keys(run_.folder(), settings_.output_bytes);
  RunResult result;
  result.status = status;
  result.text = std::move(text);
  result.machine = request_.machine;
  if (status == kSuccess)
    result.machine = updated_machine(request_.configuration, request_.machine);
  result_ = std::move(result);
  return Next::kLeave;
}

bool Pipeline::tell(int percent, std::string_view text) {
  const milliseconds now = clock_.now_steady();
  if (now - told_ < kBetweenProgress) return !cancelled_;
  told_ = now;
  cancelled_ = cancelled_ || !observer_.progress(percent, text);
  return !cancelled_;
}

void Pipeline::cancel() {
  observer_.step("cancelled");
  std::error_code ignored;  // a sweep tries again
  end_and_remove(run_, pause_, ignored);
}

// The folder, and where an earlier process left the run.
Pipeline::Next Pipeline::prepare() {
  if (!sweep(settings_.work_folder, request_.run, true, pause_)) return Next::kLeave;
  const std::string& folder = run_.folder();
  const std::string order = order_of(request_);
  std::string found;
  if (read_file(join(folder, kOrderFile), 4096, found) != 0 || found != order) {
    SupervisedRun former(folder);
    std::error_code error;
    if (!end_and_remove(former, pause_, error)) return Next::kLeave;
    if (error) {  // its outcome would be taken for this run's
      return finish(kQueueScenario,
                    folder + ": files of a former run cannot be removed: " + error.message());
    }
    fs::create_directories(join(folder, kContentFolder), error);
    ::chmod(folder.c_str(), S_IRWXU);
    int failed = write_durably(folder, kOrderFile, order);
    // Were its name lost with the power, what the tool had begun would begin anew.
    if (failed == 0) failed = sync_folder(settings_.work_folder);
    if (failed != 0) return finish(kQueueScenario, folder + ": " + std::strerror(failed));
  }
  const Look look = run_.look();
  switch (look.state) {
    case RunState::kNew:
      break;
    case RunState::kRunning:
      observer_.step("the tool is still running");
      return attend();
    default:
      return conclude(look);
  }
  const odt::Report report = odt::check_characters(request_.configuration);
  if (const odt::Finding* error = report.first_error()) {
    // What the tool would refuse at once need not be tried; a code foretold is the tool's to give.
    return finish(
        error->status != 0 ? error->status : kHandlingCommandLine,
        fmt::format("the configuration is refused, {} at line {}, column {}: {}", error->code,
                    error->position.line, error->position.column, error->message));
  }
  return Next::kGoOn;
}

bool Pipeline::fetch_one(const std::string& url, const char* partial, const char* file) {
  DownloadOptions options;
  options.ca_file = settings_.ca_file;
  options.proxy = settings_.proxy;
  options.tries = settings_.tries;
  options.retry_delay = settings_.retry_delay;
  options.time_limit = settings_.download_time;
  options.stall_limit = settings_.stall_time;
  options.size_limit = settings_.download_bytes;
  DownloadClock clock;
  clock.now = [this] { return clock_.now_steady(); };
  clock.pause = [this](milliseconds time) {
    const milliseconds end = clock_.now_steady() + time;
    while (clock_.now_steady() < end) {
      if (!tell(0, "waiting for another try of the download")) return false;
      if (!pause_(std::min(end - clock_.now_steady(), kLongestPoll))) return false;
    }
    return true;
  };
  clock.progress = [this](std::uint64_t got, std::uint64_t total) {
    const auto part = total == 0 ? 0 : std::min(got, total) * kDownloadPercent / total;
    return tell(static_cast<int>(part), "downloading the Deployment Tool") &&
           pause_(milliseconds(0));
  };
  clock.log = [this](std::string_view line) { observer_.step(line); };
  observer_.step("downloading " + loggable(url));
  const std::string& folder = run_.folder();
  const DownloadResult got =
      download(url, join(folder, partial), join(folder, file), options, clock);
  if (got.abandoned) return false;
  if (got.status != 0) {
    finish(got.status, "the download failed: " + got.text);
    return false;
  }
  return true;
}

Pipeline::Next Pipeline::fetch() {
  // A tool that was fetched before the process died is taken; it is verified again.
  std::error_code ignored;
  if (!fs::exists(join(run_.folder(), kToolFile), ignored) &&
      !fetch_one(settings_.url, kPartialFile, kToolFile)) {
    return Next::kLeave;
  }
  if (!settings_.detached) return Next::kGoOn;
  const std::string url =
      settings_.signature_url.empty() ? settings_.url + ".p7s" : settings_.signature_url;
  return fetch_one(url, "signature.partial", "signature.p7s") ? Next::kGoOn : Next::kLeave;
}

Pipeline::Next Pipeline::check() {
  const std::string& folder = run_.folder();
  const std::string tool = join(folder, kToolFile);
  TrustPolicy policy;
  policy.kind = settings_.detached ? SignatureKind::kCms : SignatureKind::kAuthenticode;
  policy.roots = settings_.trust_roots;
  policy.signer = settings_.signer;
  policy.now = clock_.now_utc().count() / 1000;
  const Verdict verdict = verify_signature(tool, join(folder, "signature.p7s"), policy);
  observer_.step(verdict.text);
  if (verdict.status == 0) return Next::kGoOn;
  std::error_code ignored;
  fs::remove(tool, ignored);
  return finish(verdict.status, "the Deployment Tool is not trusted: " + verdict.text);
}

Pipeline::Next Pipeline::start() {
  if (!tell(kDownloadPercent, "starting the Deployment Tool")) return Next::kLeave;
  const std::string& folder = run_.folder();
  const std::string tool = join(folder, kToolFile);
  const std::string configuration = join(folder, kConfigurationFile);
  if (const int error =
          write_durably(folder, kConfigurationFile, odt::as_utf8(request_.configuration))) {
    return finish(kQueueScenario, configuration + ": " + std::strerror(error));
  }
  ::chmod(tool.c_str(), S_IRUSR | S_IXUSR);
  SupervisorOrder order;
  order.supervisor = settings_.supervisor;
  order.seconds = static_cast<std::uint64_t>(settings_.run_time.count());
  order.output_limit = settings_.output_bytes;
  if (!settings_.launcher.empty()) order.command.push_back(settings_.launcher);
  order.command.insert(order.command.end(), {tool, "/configure", configuration});
  observer_.step("running setup.exe /configure " + std::string(kConfigurationFile));
  if (const int error = run_.start(order)) {
    return finish(kQueueScenario,
                  settings_.supervisor + " could not be started: " + std::strerror(error));
  }
  return Next::kGoOn;
}

Pipeline::Next Pipeline::attend() {
  const std::string content = settings_.content_folder.empty() ? join(run_.folder(), kContentFolder)
                                                               : settings_.content_folder;
  milliseconds poll = kShortestPoll;
  milliseconds measured(-1'000'000);
  int percent = kRunPercent;
  for (;;) {
    const Look look = run_.look();
    if (look.state != RunState::kRunning) return conclude(look);
    const milliseconds now = clock_.now_steady();
    if (now - measured >= milliseconds(1000)) {
      measured = now;
      const std::uint64_t wanted = std::max<std::uint64_t>(settings_.content_bytes, 1);
      const std::uint64_t part = std::min(folder_size(content), wanted) * 84 / wanted;
      percent = std::max(percent, kRunPercent + static_cast<int>(part));
    }
    if (!tell(percent, "the Deployment Tool is running")) return Next::kLeave;
    if (!pause_(poll)) return Next::kLeave;
    poll = std::min(poll * 3 / 2 + milliseconds(1), kLongestPoll);
  }
}

Pipeline::Next Pipeline::conclude(const Look& look) {
  if (look.state == RunState::kUnreadable) {
    return finish(kQueueScenario, run_.folder() + ": " + std::strerror(look.error));
  }
  if (look.state != RunState::kEnded) {
    static_cast<void>(run_.end_leftovers());
    return finish(kCompletingScenario, "the machine, or the supervisor, went down while it ran");
  }
  std::string written;
  static_cast<void>(read_file(join(run_.folder(), kStatusFile), 64, written));
  const std::int32_t status = status_of(look.outcome, written);
  switch (look.outcome.how) {
    case Outcome::How::kTimeout:
      return finish(status, fmt::format("the Deployment Tool was ended after {} s",
                                        settings_.run_time.count()));
    case Outcome::How::kCancelled:
      return finish(status, "the Deployment Tool was asked to end");
    case Outcome::How::kSignal:
      return finish(status,
                    fmt::format("the Deployment Tool was killed by signal {}", look.outcome.code));
    case Outcome::How::kNotStarted:
      return finish(status, fmt::format("the Deployment Tool could not be started: {}",
                                        std::strerror(look.outcome.code)));
    default:
      return finish(status, fmt::format("the Deployment Tool ended with {}, {} bytes of output",
                                        status, look.outcome.printed));
  }
}

}  // namespace cspkit::office::process
