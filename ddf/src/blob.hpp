// SPDX-License-Identifier: Apache-2.0
// Memory that only grows at its end, and may be given away without a copy. It comes from malloc:
// what realloc leaves where it lies, or moves by its pages, is not touched again.
#ifndef CSPKIT_DDF_SRC_BLOB_HPP_
#define CSPKIT_DDF_SRC_BLOB_HPP_

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#include <span>
#include <type_traits>
#include <utility>

namespace cspkit::ddf {

template <typename T>
class Blob {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  Blob() = default;
  Blob(Blob&& other) noexcept { swap(other); }
  Blob& operator=(Blob&& other) noexcept {
    Blob(std::move(other)).swap(*this);
    return *this;
  }
  ~Blob() { std::free(data_); }

  T* data() { return data_; }
  const T* data() const { return data_; }
  std::size_t size() const { return size_; }
  std::size_t capacity() const { return capacity_; }
  T& operator[](std::size_t i) { return data_[i]; }
  const T& operator[](std::size_t i) const { return data_[i]; }
  std::span<const T> view() const { return {data_, size_}; }

  void reserve(std::size_t count) {
    if (count <= capacity_) return;
    if (size_ == 0) *this = Blob();  // what holds nothing need not be moved
    resize_to(count);
  }
  /// Room for `count` more, which are not set to anything.
  T* extend(std::size_t count) {
    if (count > capacity_ - size_) resize_to(std::max(size_ + count, capacity_ * 2));
    return data_ + std::exchange(size_, size_ + count);
  }
  /// `from` may not lie in this blob.
  void append(const T* from, std::size_t count) {
    if (count != 0) std::memcpy(extend(count), from, count * sizeof(T));
  }
  /// One more, as T() makes it; made where it stays.
  T& add() { return *new (extend(1)) T(); }
  void push_back(const T& one) {
    const T copy = one;
    *extend(1) = copy;
  }
  bool empty() const { return size_ == 0; }
  T& back() { return data_[size_ - 1]; }
  void pop_back() { --size_; }
  /// Keeps the memory.
  void clear() { size_ = 0; }
  /// Gives back what it does not need.
  void trim() {
    if (size_ != 0 && size_ != capacity_) resize_to(size_);
  }

 private:
  void resize_to(std::size_t count) {
    void* const moved = std::realloc(static_cast<void*>(data_), count * sizeof(T));
    if (moved == nullptr) throw std::bad_alloc();
    data_ = static_cast<T*>(moved);
    capacity_ = count;
  }
  void swap(Blob& other) {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    std::swap(capacity_, other.capacity_);
  }

  T* data_ = nullptr;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

/// A blob whose beginning a builder keeps, and which the schemas that it builds may take as it is:
/// who goes on after that goes on with a copy.
template <typename T>
class LentBlob {
 public:
  LentBlob() : blob_(std::make_shared<Blob<T>>()) {}
  // A copy would add to the same end.
  LentBlob(LentBlob&&) noexcept = default;
  LentBlob& operator=(LentBlob&&) noexcept = default;
  ~LentBlob() = default;

  const T* data() const { return blob_->data(); }
  std::size_t size() const { return size_; }
  void reserve(std::size_t count) { own().reserve(count); }
  T* extend(std::size_t count) {
    T* const added = own().extend(count);
    size_ += count;
    return added;
  }
  void append(const T* from, std::size_t count) {
    if (count != 0) std::memcpy(extend(count), from, count * sizeof(T));
  }
  /// The blob, for someone who may add to its end.
  std::shared_ptr<Blob<T>> lend() {
    own();
    lent_ = true;
    return blob_;
  }

 private:
  Blob<T>& own() {
    if (lent_) {
      auto copy = std::make_shared<Blob<T>>();
      copy->append(blob_->data(), size_);
      blob_ = std::move(copy);
      lent_ = false;
    }
    return *blob_;
  }
  std::shared_ptr<Blob<T>> blob_;
  std::size_t size_ = 0;
  bool lent_ = false;
};

}  // namespace cspkit::ddf

#endif  // CSPKIT_DDF_SRC_BLOB_HPP_
