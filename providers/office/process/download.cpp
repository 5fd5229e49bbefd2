// SPDX-License-Identifier: Apache-2.0
#include "download.hpp"

#include <curl/curl.h>
#include <fcntl.h>
#include <openssl/x509_vfy.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <memory>

#include "certificate_codes.hpp"
#include "run_files.hpp"

namespace cspkit::office::process {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kLongestDelay(60'000);
constexpr long kHttpPartial = 206;     // NOLINT(google-runtime-int): curl's type
constexpr long kHttpWrongRange = 416;  // NOLINT(google-runtime-int)
constexpr long kHttpFirstError = 300;  // NOLINT(google-runtime-int)
constexpr long kMostRedirects = 5;     // NOLINT(google-runtime-int)
constexpr std::string_view kTagSuffix = ".tag";

struct EasyFree {
  void operator()(CURL* curl) const { curl_easy_cleanup(curl); }
};
struct ListFree {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

template <typename T>
T info(CURL* curl, CURLINFO what) {
  T value{};
  curl_easy_getinfo(curl, what, &value);
  return value;
}

// One request: appends to what has arrived, or begins anew when the server will have it so.
class Attempt {
 public:
  Attempt(const std::string& url, const std::string& partial, const DownloadOptions& options,
          const DownloadClock& clock, milliseconds time)
      : url_(url), partial_(partial), options_(options), clock_(clock), time_(time) {}

  /// True when the file is whole.
  bool run(DownloadResult& result) {
    const std::unique_ptr<CURL, EasyFree> curl(curl_easy_init());
    if (!curl) return fail(result, "out of memory");
    if (!open()) return fail(result, partial_ + ": " + std::strerror(errno));
    prepare(curl.get());
    const CURLcode code = curl_easy_perform(curl.get());
    if (abandoned_) {
      result.abandoned = true;
      return false;
    }
    return judge(curl.get(), code, result);
  }

 private:
  bool fail(DownloadResult& result, std::string text) {
    result.status = kDownloadFailed;
    result.text = std::move(text);
    return false;
  }

  // What is there is built upon only when the server named the version it belongs to.
  bool open() {
    constexpr int kFlags = O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW;
    file_ = Descriptor(::open(partial_.c_str(), kFlags, S_IRUSR | S_IWUSR));
    if (!file_.is_open()) return false;
    struct stat status {};
    if (::fstat(file_.get(), &status) != 0) return false;
    constexpr std::size_t kLongestTag = 1024;
    const bool tagged =
        read_file(partial_ + std::string(kTagSuffix), kLongestTag, tag_) == 0 && !tag_.empty();
    if (status.st_size > 0 && tagged) offset_ = static_cast<std::uint64_t>(status.st_size);
    size_ = offset_;
    return ::ftruncate(file_.get(), static_cast<off_t>(offset_)) == 0 &&
           ::lseek(file_.get(), 0, SEEK_END) >= 0;
  }

  void prepare(CURL* curl) {
    const auto set = [curl](CURLoption option, auto value) {
      curl_easy_setopt(curl, option, value);
    };
    set(CURLOPT_URL, url_.c_str());
    set(CURLOPT_PROTOCOLS_STR, "https");
    set(CURLOPT_REDIR_PROTOCOLS_STR, "https");
    set(CURLOPT_FOLLOWLOCATION, 1L);
    set(CURLOPT_MAXREDIRS, kMostRedirects);
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_PROXY, options_.proxy.c_str());  // empty: none, whatever the environment says
    if (!options_.ca_file.empty()) set(CURLOPT_CAINFO, options_.ca_file.c_str());
    set(CURLOPT_CONNECTTIMEOUT, static_cast<long>(options_.stall_limit.count()));  // NOLINT
    set(CURLOPT_LOW_SPEED_LIMIT, 1L);
    set(CURLOPT_LOW_SPEED_TIME, static_cast<long>(options_.stall_limit.count()));          // NOLINT
    set(CURLOPT_TIMEOUT_MS, static_cast<long>(std::max<std::int64_t>(time_.count(), 1)));  // NOLINT
    set(CURLOPT_ERRORBUFFER, error_);
    set(CURLOPT_NOPROGRESS, 0L);
    set(CURLOPT_XFERINFODATA, this);
    set(CURLOPT_XFERINFOFUNCTION, &Attempt::on_progress);
    set(CURLOPT_WRITEDATA, this);
    set(CURLOPT_WRITEFUNCTION, &Attempt::on_body);
    set(CURLOPT_HEADERDATA, this);
    set(CURLOPT_HEADERFUNCTION, &Attempt::on_header);
    set(CURLOPT_USERAGENT, "cspkit-office/1");
    if (offset_ != 0) {
      set(CURLOPT_RANGE, (std::to_string(offset_) + "-").c_str());
      headers_.reset(curl_slist_append(nullptr, ("If-Range: " + tag_).c_str()));
      set(CURLOPT_HTTPHEADER, headers_.get());
    }
    curl_ = curl;
  }

  bool judge(CURL* curl, CURLcode code, DownloadResult& result) {
    const long http = info<long>(curl, CURLINFO_RESPONSE_CODE);  // NOLINT(google-runtime-int)
    if (code == CURLE_PEER_FAILED_VERIFICATION) {
      const long why = info<long>(curl, CURLINFO_SSL_VERIFYRESULT);  // NOLINT(google-runtime-int)
      // The chain was good and it failed all the same: the name, of which curl keeps no code.
      const bool is_name = why == X509_V_OK || why == X509_V_ERR_UNSPECIFIED;
      result.status = is_name ? kCertNameMismatch : certificate_code(why);
      result.text = "the server's certificate is refused: " + message(code);
      return false;
    }
    if (http == kHttpWrongRange) forget();
    if (!problem_.empty()) return fail(result, problem_);
    if (http >= kHttpFirstError) return fail(result, "the server answered " + std::to_string(http));
    if (code != CURLE_OK) return fail(result, message(code));
    // Not size_: what an earlier try left is no answer of this one.
    if (!begun_) return fail(result, "the server sent nothing");
    if (total_ != 0 && size_ != total_) {
      forget();
      return fail(result, "the server promised " + std::to_string(total_) + " bytes and sent " +
                              std::to_string(size_));
    }
    if (::fsync(file_.get()) != 0) return fail(result, partial_ + ": " + std::strerror(errno));
    return true;
  }

  std::string message(CURLcode code) const {
    return error_[0] != '\0' ? error_ : curl_easy_strerror(code);
  }

  void forget() {
    ::unlink(partial_.c_str());
    ::unlink((partial_ + std::string(kTagSuffix)).c_str());
  }

  bool take_header(std::string_view line) {
    if (line.rfind("HTTP/", 0) == 0) fresh_tag_.clear();  // of a redirect
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) return true;
    std::string name(line.substr(0, colon));
    std::transform(name.begin(), name.end(), name.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    std::string_view value = line.substr(colon + 1);
    const std::size_t first = value.find_first_not_of(" \t");
    const std::size_t last = value.find_last_not_of(" \t\r\n");
    value = first == std::string_view::npos ? std::string_view()
                                            : value.substr(first, last - first + 1);
    // A weak tag does not tell bytes apart.
    if (name == "etag" && value.rfind("W/", 0) != 0) fresh_tag_ = value;
    if (name == "content-range") range_ = value;
    return true;
  }

  // Before the first byte: does the answer go on where the file ends?
  bool begin_body() {
    begun_ = true;
    const long http = info<long>(curl_, CURLINFO_RESPONSE_CODE);  // NOLINT(google-runtime-int)
    if (http >= kHttpFirstError) return true;                     // its body is not kept
    keeps_ = true;
    const auto length = info<curl_off_t>(curl_, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T);
    const bool goes_on = http == kHttpPartial && offset_ != 0 &&
                         range_.rfind("bytes " + std::to_string(offset_) + "-", 0) == 0;
    if (!goes_on) {
      if (http == kHttpPartial) {
        problem_ = "the server sent a part that was not asked for: " + range_.substr(0, 100);
        return false;
      }
      offset_ = size_ = 0;
      if (::ftruncate(file_.get(), 0) != 0 || ::lseek(file_.get(), 0, SEEK_SET) != 0) return false;
      const std::string tag_file = partial_ + std::string(kTagSuffix);
      ::unlink(tag_file.c_str());
      if (!fresh_tag_.empty()) {
        const std::size_t slash = tag_file.rfind('/');
        static_cast<void>(
            write_durably(tag_file.substr(0, slash), tag_file.c_str() + slash + 1, fresh_tag_));
      }
    }
    if (length >= 0) total_ = offset_ + static_cast<std::uint64_t>(length);
    return true;
  }

  bool take_body(std::string_view bytes) {
    if (!begun_ && !begin_body()) return false;
    if (!keeps_) return true;
    if (size_ + bytes.size() > options_.size_limit || total_ > options_.size_limit) {
      problem_ = "the file is larger than " + std::to_string(options_.size_limit) + " bytes";
      forget();
      return false;
    }
    if (const int error = write_all(file_.get(), bytes)) {
      problem_ = partial_ + ": " + std::strerror(error);
      return false;
    }
    size_ += bytes.size();
    return true;
  }

  static int on_progress(void* context, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
    auto& self = *static_cast<Attempt*>(context);
    self.abandoned_ = !self.clock_.progress(self.size_, self.total_);
    return self.abandoned_ || self.stalls() ? 1 : 0;
  }
  bool stalls() {
    const milliseconds now = clock_.now();
    if (size_ != moved_size_ || moved_.count() < 0) {
      moved_size_ = size_;
      moved_ = now;
    }
    if (now - moved_ < options_.stall_limit) return false;
    problem_ = "nothing came for " + std::to_string(options_.stall_limit.count()) + " s";
    return true;
  }
  static std::size_t on_body(char* data, std::size_t, std::size_t size, void* context) {
    return static_cast<Attempt*>(context)->take_body({data, size}) ? size : size + 1;
  }
  static std::size_t on_header(char* data, std::size_t, std::size_t size, void* context) {
    return static_cast<Attempt*>(context)->take_header({data, size}) ? size : size + 1;
  }

  const std::string& url_;
  const std::string& partial_;
  const DownloadOptions& options_;
  const DownloadClock& clock_;
  const milliseconds time_;
  Descriptor file_;
  CURL* curl_ = nullptr;
  std::unique_ptr<curl_slist, ListFree> headers_;
  std::string tag_, fresh_tag_, range_, problem_;
  std::uint64_t offset_ = 0, size_ = 0, total_ = 0;
  std::uint64_t moved_size_ = 0;  // and when it was last seen to grow
  milliseconds moved_{-1};
  bool begun_ = false, keeps_ = false, abandoned_ = false;
  char error_[CURL_ERROR_SIZE] = {};
};

}  // namespace

DownloadResult download(const std::string& url, const std::string& partial, const std::string& file,
                        const DownloadOptions& options, const DownloadClock& clock) {
  const milliseconds end = clock.now() + options.time_limit;
  milliseconds delay = options.retry_delay;
  DownloadResult result;
  for (int attempt = 1;; ++attempt) {
    result = {};
    if (Attempt(url, partial, options, clock, end - clock.now()).run(result)) {
      if (::rename(partial.c_str(), file.c_str()) == 0) {
        ::unlink((partial + std::string(kTagSuffix)).c_str());
        return result;
      }
      result.status = kDownloadFailed;
      result.text = file + ": " + std::strerror(errno);
    }
    if (result.abandoned) return result;
    clock.log("try " + std::to_string(attempt) + " of " + std::to_string(options.tries) + ": " +
              result.text);
    // Another try does not mend a certificate.
    const bool final = result.status != kDownloadFailed || attempt >= options.tries;
    if (final || clock.now() + delay >= end) return result;
    if (!clock.pause(delay)) {
      result.abandoned = true;
      return result;
    }
    delay = std::min(delay * 2, kLongestDelay);
  }
}

}  // namespace cspkit::office::process
