// SPDX-License-Identifier: Apache-2.0
// What AllowedValues compile to: regular expressions and XML schemas. Each distinct one is compiled
// once, when first needed, and used from any thread afterwards.
#ifndef CSPKIT_DDF_SRC_PATTERNS_HPP_
#define CSPKIT_DDF_SRC_PATTERNS_HPP_

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

namespace cspkit::ddf {

/// Outcome of holding a text against a pattern.
enum class Match { kYes, kNo, kTooCostly };

/// A compiled RegEx.
class Regex {
 public:
  explicit Regex(std::string_view pattern);
  ~Regex();
  Regex(const Regex&) = delete;
  Regex& operator=(const Regex&) = delete;

  /// Why the pattern is of no use: "" when it is. An empty pattern is usable and matches all.
  const std::string& problem() const { return problem_; }
  /// Searches, does not anchor. kYes when the pattern is of no use.
  Match search(std::string_view text) const;

 private:
  void* code_ = nullptr;
  std::string problem_;
};

/// A compiled XML schema.
class Xsd {
 public:
  explicit Xsd(std::string_view schema);
  ~Xsd();
  Xsd(const Xsd&) = delete;
  Xsd& operator=(const Xsd&) = delete;

  const std::string& problem() const { return problem_; }
  /// A pattern facet that is not held against values, because matching it could take for ever.
  const std::string& dropped_pattern() const { return dropped_pattern_; }
  /// "" when the document is valid (or the schema of no use), else why it is not.
  std::string validate(std::string_view document) const;

 private:
  void* document_ = nullptr;  // the schema points into it
  void* schema_ = nullptr;
  std::string problem_;
  std::string dropped_pattern_;
};

/// The compiled patterns of one Schema. The strings given are those of its pool, so that their
/// address tells them apart.
class Patterns {
 public:
  const Regex& regex(std::string_view pattern) { return regexes_.get(pattern); }
  const Xsd& xsd(std::string_view schema) { return schemas_.get(schema); }

 private:
  template <typename T>
  class Cache {
   public:
    const T& get(std::string_view source) {
      Entry* entry = nullptr;
      {
        const std::lock_guard lock(mutex_);
        auto& place = entries_[source.data()];
        if (place == nullptr) place = std::make_unique<Entry>();
        entry = place.get();
      }
      // Outside the lock: compiling one must not keep others from matching.
      std::call_once(entry->once, [&] { entry->value = std::make_unique<T>(source); });
      return *entry->value;
    }

   private:
    struct Entry {
      std::once_flag once;
      std::unique_ptr<T> value;
    };
    std::mutex mutex_;
    std::unordered_map<const void*, std::unique_ptr<Entry>> entries_;
  };
  Cache<Regex> regexes_;
  Cache<Xsd> schemas_;
};

}  // namespace cspkit::ddf

#endif  // CSPKIT_DDF_SRC_PATTERNS_HPP_
