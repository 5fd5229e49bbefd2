// SPDX-License-Identifier: Apache-2.0
// Figures as ratios to a limit measured in the same run: A and B alternate, each round gives one
// ratio, the median counts. Absolute times of a shared machine say nothing; a ratio does.
#ifndef CSPKIT_TESTS_BENCH_BENCH_HPP_
#define CSPKIT_TESTS_BENCH_BENCH_HPP_

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <string>
#include <utility>
#include <vector>

namespace cspkit::bench {

/// Keeps the optimiser from dropping a result.
template <typename T>
inline void keep(const T& value) {
  asm volatile("" : : "g"(&value) : "memory");
}

template <typename Work>
double seconds(Work&& work) {
  const auto begin = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

/// The same, but only what this thread spent on the processor: neighbours on a busy machine cost
/// nothing, and neither does waiting. For work that does not wait.
template <typename Work>
double cpu_seconds(Work&& work) {
  const auto now = [] {
    std::timespec time{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
  };
  const double begin = now();
  work();
  return now() - begin;
}

inline double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t half = values.size() / 2;
  return values.size() % 2 != 0 ? values[half] : (values[half - 1] + values[half]) / 2;
}

/// Median of `rounds` ratios time(a) / time(b), the two alternating, who goes first too. `time` is
/// what measures one.
template <typename Time, typename A, typename B>
double ratio_by(const Time& time, A& a, B& b, int rounds) {
  a();
  b();
  std::vector<double> ratios;
  for (int i = 0; i < rounds; ++i) {
    double first = 0, second = 0;
    if (i % 2 == 0) {
      first = time(a);
      second = time(b);
    } else {
      second = time(b);
      first = time(a);
    }
    ratios.push_back(first / second);
  }
  return median(ratios);
}

/// By the clock on the wall.
template <typename A, typename B>
double ratio(A&& a, B&& b, int rounds = 21) {
  return ratio_by([](auto& work) { return seconds(work); }, a, b, rounds);
}

/// By what the processor spent.
template <typename A, typename B>
double cpu_ratio(A&& a, B&& b, int rounds = 21) {
  return ratio_by([](auto& work) { return cpu_seconds(work); }, a, b, rounds);
}

/// Prints figures, and remembers whether each keeps its bar. A figure that does not is measured
/// again, `tries` times in all: on a busy machine one measurement proves nothing bad.
class Report {
 public:
  explicit Report(int tries = 1) : tries_(tries) {}
  /// At most `bar`; 0: no bar, only told.
  void at_most(const std::string& name, double value, double bar, const char* unit) {
    at_most(
        name, [value] { return value; }, bar, unit);
  }
  template <typename Measure, typename = decltype(std::declval<Measure>()())>
  void at_most(const std::string& name, const Measure& measure, double bar, const char* unit) {
    at_most(name, measure, bar, unit, bar);
  }
  /// `bar` is what is wanted, and said when it is missed; only beyond `held` does it count: so that
  /// what is not reached yet, or hardly, does not get worse unseen.
  template <typename Measure, typename = decltype(std::declval<Measure>()())>
  void at_most(const std::string& name, const Measure& measure, double bar, const char* unit,
               double held) {
    const auto keeps = [bar](double value) { return bar <= 0 || value <= bar; };
    check(name, measure, unit, "at most", bar, keeps,
          [held](double value) { return value <= held; });
  }
  /// At least `bar`; what counts is less than `held`.
  template <typename Measure, typename = decltype(std::declval<Measure>()())>
  void at_least(const std::string& name, const Measure& measure, double bar, const char* unit,
                double held) {
    check(
        name, measure, unit, "at least", bar, [bar](double value) { return value >= bar; },
        [held](double value) { return value >= held; });
  }
  void told(const std::string& name, double value, const char* unit) { print(name, value, unit); }
  int misses() const { return misses_; }

 private:
  template <typename Measure, typename Keeps, typename Holds>
  void check(const std::string& name, const Measure& measure, const char* unit, const char* how,
             double bar, const Keeps& keeps, const Holds& holds) {
    for (int left = tries_;; --left) {
      const double value = measure();
      print(name, value, unit);
      if (keeps(value)) return;
      if (left > 1) continue;
      if (!holds(value)) ++misses_;
      std::printf("MISS %s is %.3f, wanted %s %.3f\n", name.c_str(), value, how, bar);
      return;
    }
  }
  static void print(const std::string& name, double value, const char* unit) {
    std::printf("FIG %s %.3f %s\n", name.c_str(), value, unit);
    std::fflush(stdout);
  }
  int tries_;
  int misses_ = 0;
};

}  // namespace cspkit::bench

#endif  // CSPKIT_TESTS_BENCH_BENCH_HPP_
