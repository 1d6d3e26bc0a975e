// The encoded form of attribute values: how an item lies on disk and goes through the engine.
//
// This room has the values that items are made of: the encoded form here, written by
// value_writer.h; the owned and mutable form in attribute_value.h, which only updates need; their
// JSON in value_json.h; numbers in decimal.h.
//
// The encoded form is canonical: members of maps and of sets are sorted by their bytes, numbers are
// in Decimal's one form. So two values are equal exactly if their bytes are, and filters,
// projections, index maintenance and responses walk the bytes without building a tree.
// docs/formats/storage.md draws it.
#pragma once

#include <cstddef>
#include <iterator>
#include <optional>
#include <string_view>

#include "engine/values/value_layout.h"
#include "engine/values/value_type.h"

namespace dynadeck::engine {

struct MapEntry;
class MapRange;
class ListRange;

// One encoded value inside bytes that somebody else owns. Trivially copyable. The bytes must come
// from this codec: they are not checked.
class ValueView {
 public:
  ValueView() = default;
  explicit ValueView(std::string_view encoded) : encoded_(encoded) {}

  std::string_view encoded() const { return encoded_; }
  Type type() const { return static_cast<Type>(encoded_.front()); }

  std::string_view string() const;  // kString: UTF-8; kBinary: bytes; kNumber: Decimal::encoded()
  bool boolean() const;
  std::size_t count() const;  // members of a map, list or set; walks them
  bool empty() const;         // whether a map, list or set has no members
  MapRange map() const;       // members in name order
  ListRange list() const;     // members of a list in order; of a set in byte order
  std::optional<ValueView> find(std::string_view name) const;  // member of a map
  std::optional<ValueView> at(std::size_t position) const;     // member of a list
  bool set_contains(std::string_view member_payload) const;    // payload: as string() gives it

  // Bytes by AWS's arithmetic for a value (its attribute's name not included).
  // Source: [doc] "DynamoDB item sizes and formats".
  std::size_t size_bytes() const;

  friend bool operator==(ValueView left, ValueView right) {
    return left.encoded_ == right.encoded_;
  }

 private:
  std::string_view encoded_;
};

struct MapEntry {
  std::string_view name;
  ValueView value;
};

// A forward walk over the members of a map.
class MapRange {
 public:
  class iterator {
   public:
    using iterator_category = std::forward_iterator_tag;
    using value_type = MapEntry;
    using difference_type = std::ptrdiff_t;
    using pointer = const MapEntry*;
    using reference = const MapEntry&;

    iterator() = default;
    explicit iterator(std::string_view rest) : rest_(rest) { parse(); }
    const MapEntry& operator*() const { return entry_; }
    const MapEntry* operator->() const { return &entry_; }
    iterator& operator++() {
      rest_.remove_prefix(taken_);
      parse();
      return *this;
    }
    iterator operator++(int) {
      iterator before = *this;
      ++*this;
      return before;
    }
    friend bool operator==(const iterator& left, const iterator& right) {
      return left.rest_.size() == right.rest_.size();
    }

   private:
    void parse();

    std::string_view rest_;
    std::size_t taken_ = 0;
    MapEntry entry_;
  };

  explicit MapRange(std::string_view members) : members_(members) {}
  iterator begin() const { return iterator(members_); }
  iterator end() const { return iterator(members_.substr(members_.size())); }

 private:
  std::string_view members_;
};

// A forward walk over the members of a list or set; a set's members are S, N or B values.
class ListRange {
 public:
  class iterator {
   public:
    using iterator_category = std::forward_iterator_tag;
    using value_type = ValueView;
    using difference_type = std::ptrdiff_t;
    using pointer = const ValueView*;
    using reference = const ValueView&;

    iterator() = default;
    explicit iterator(std::string_view rest) : rest_(rest) { parse(); }
    const ValueView& operator*() const { return value_; }
    const ValueView* operator->() const { return &value_; }
    iterator& operator++() {
      rest_.remove_prefix(value_.encoded().size());
      parse();
      return *this;
    }
    iterator operator++(int) {
      iterator before = *this;
      ++*this;
      return before;
    }
    friend bool operator==(const iterator& left, const iterator& right) {
      return left.rest_.size() == right.rest_.size();
    }

   private:
    void parse();

    std::string_view rest_;
    ValueView value_;
  };

  explicit ListRange(std::string_view members) : members_(members) {}
  iterator begin() const { return iterator(members_); }
  iterator end() const { return iterator(members_.substr(members_.size())); }

 private:
  std::string_view members_;
};

// An item is an encoded map. Its size is names plus values, without the map's own overhead.
using ItemView = ValueView;
std::size_t item_size_bytes(ItemView item);

// Walking is what the engine does most: inline.

inline void MapRange::iterator::parse() {
  if (rest_.empty()) return;
  const layout::Varint length = layout::read_varint(rest_, 0);
  entry_.name = rest_.substr(length.bytes, length.value);
  const std::string_view value = rest_.substr(length.bytes + length.value);
  entry_.value = ValueView(value.substr(0, layout::encoded_length(value)));
  taken_ = length.bytes + length.value + entry_.value.encoded().size();
}

inline void ListRange::iterator::parse() {
  if (!rest_.empty()) value_ = ValueView(rest_.substr(0, layout::encoded_length(rest_)));
}

inline std::string_view ValueView::string() const {
  return encoded_.substr(1 + layout::read_varint(encoded_, 1).bytes);
}

inline bool ValueView::boolean() const { return encoded_[1] != 0; }

inline MapRange ValueView::map() const { return MapRange(encoded_.substr(layout::kContainerHead)); }

inline ListRange ValueView::list() const {
  return ListRange(encoded_.substr(layout::kContainerHead));
}

inline bool ValueView::empty() const { return encoded_.size() == layout::kContainerHead; }

}  // namespace dynadeck::engine
