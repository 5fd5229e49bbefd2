// SPDX-License-Identifier: Apache-2.0
// Feeds a fuzz target every file of the folders named on the command line, and of each file a fixed
// set of damaged copies: truncated, with bytes flipped, with pieces doubled. Deterministic; fails
// by crashing, or when it finds no seed.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

void feed(const std::string& bytes) {
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
}

void feed_damaged(const std::string& bytes, std::mt19937& random) {
  if (bytes.empty()) return;
  const auto below = [&](std::size_t limit) { return static_cast<std::size_t>(random()) % limit; };
  for (int round = 0; round < 60; ++round) {
    std::string damaged = bytes;
    switch (round % 4) {
      case 0:
        damaged.resize(below(damaged.size()));
        break;
      case 1:
        damaged[below(damaged.size())] = static_cast<char>(random());
        break;
      case 2: {
        const std::size_t from = below(damaged.size());
        damaged.insert(below(damaged.size()), bytes.substr(from, below(200) + 1));
        break;
      }
      default: {
        const std::size_t from = below(damaged.size());
        damaged.erase(from, below(50) + 1);
      }
    }
    feed(damaged);
  }
}

}  // namespace

int main(int argc, char** argv) {
  std::mt19937 random(20240229);
  std::size_t seeds = 0;
  for (int i = 1; i < argc; ++i) {
    for (const auto& entry : std::filesystem::directory_iterator(argv[i])) {
      if (!entry.is_regular_file()) continue;
      std::ifstream in(entry.path(), std::ios::binary);
      const std::string bytes((std::istreambuf_iterator<char>(in)),
                              std::istreambuf_iterator<char>());
      feed(bytes);
      feed_damaged(bytes, random);
      ++seeds;
    }
  }
  std::printf("%zu seeds replayed\n", seeds);
  return seeds == 0 ? 1 : 0;
}
