// SPDX-License-Identifier: Apache-2.0
// Effects outside the store: each node File/{Name} is a file in the folder $EXAMPLE_FILES.
#include <fcntl.h>
#include <unistd.h>

#include <cspkit/provider.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace {

namespace fs = std::filesystem;
using cspkit::Call;
using cspkit::Code;

class Files : public cspkit::Provider, public cspkit::Transactional {
 public:
  explicit Files(cspkit::Host host) : Provider(host), folder_(wanted_folder()) {
    on("File/{Name}")
        .add([this](Call& call) { write(call["Name"], call.data()); })
        .replace([this](Call& call) { write(call["Name"], call.data()); })
        .remove([this](Call& call) { remove_file(path_of(call["Name"])); });
  }

  // What the file holds now, or that there is none: true whatever else happens before it is used.
  cspkit::Result<std::string> undo_for(Call& call) override {
    const std::string name = cspkit::encode_segment(call["Name"]);
    std::ifstream in(path_of(call["Name"]), std::ios::binary);
    if (!in) return name + "\n-";
    return name + "\n+" + std::string(std::istreambuf_iterator<char>(in), {});
  }

  // Writes it again, or removes what must not be there: doing that twice does no harm.
  cspkit::Status apply_undo(std::string_view record) override {
    const std::size_t line = record.find('\n');
    const fs::path path = folder_ / record.substr(0, line);
    if (record[line + 1] == '-') {
      remove_file(path);
    } else {
      write_file(path, record.substr(line + 2));
    }
    return {};
  }

 private:
  static fs::path wanted_folder() {
    const char* folder = std::getenv("EXAMPLE_FILES");
    if (folder == nullptr) throw cspkit::Error(Code::kFailed, "EXAMPLE_FILES names no folder");
    return folder;
  }
  fs::path path_of(const std::string& name) const { return folder_ / cspkit::encode_segment(name); }
  void write(const std::string& name, std::string_view text) {
    fs::create_directories(folder_);
    write_file(path_of(name), text);
  }
  // On disk when it returns: what the host was told is there must outlive a power cut.
  static void write_file(const fs::path& path, std::string_view text) {
    const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (fd < 0) throw cspkit::Error(Code::kFailed, "cannot write " + path.string());
    bool good = true;
    while (good && !text.empty()) {
      const ssize_t written = ::write(fd, text.data(), text.size());
      good = written > 0;
      if (good) text.remove_prefix(static_cast<std::size_t>(written));
    }
    good = good && ::fsync(fd) == 0;
    ::close(fd);
    if (!good) throw cspkit::Error(Code::kFull, "cannot write all of " + path.string());
    sync_folder(path);
  }
  static void remove_file(const fs::path& path) {
    if (fs::remove(path)) sync_folder(path);
  }
  static void sync_folder(const fs::path& file) {
    const int fd = ::open(file.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const bool good = fd >= 0 && ::fsync(fd) == 0;
    if (fd >= 0) ::close(fd);
    if (!good) throw cspkit::Error(Code::kFailed, "cannot sync the folder of " + file.string());
  }

  fs::path folder_;
};

}  // namespace

CSPKIT_PLUGIN(Files, "Files.xml")
