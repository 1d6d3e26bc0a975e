#include "engine/expressions/updates/writes.h"

#include <algorithm>
#include <cstddef>
#include <span>
#include <utility>

#include "engine/values/attribute_value.h"
#include "engine/values/value_writer.h"

namespace dynadeck::engine {
namespace {

// Carries out writes into one top-level document. Positions in lists are those before the update:
// so what happens to a list's own elements waits until everything below is done.
class DocumentEditor {
 public:
  explicit DocumentEditor(ValueView before) : document_(decode(before)) {}

  void apply(const UpdateWrite& write) {
    const std::vector<PathStep>& steps = write.action->path.steps;
    AttributeValue* parent = &document_;
    for (std::size_t i = 1; i + 1 < steps.size(); ++i) parent = child(*parent, steps[i]);
    const PathStep& last = steps.back();
    if (last.is_index) {
      lists_.push_back({parent, steps.size(), last.index, write.value});
    } else if (auto& members = std::get<Map>(parent->value); write.value) {
      members.insert_or_assign(last.name, decode(*write.value));
    } else {
      members.erase(last.name);
    }
  }

  std::string finish() {
    // The deepest list first: a list's change moves what is in it.
    std::stable_sort(lists_.begin(), lists_.end(), [](const ListWrite& a, const ListWrite& b) {
      return a.depth != b.depth ? a.depth > b.depth : a.list < b.list;
    });
    for (auto begin = lists_.begin(); begin != lists_.end();) {
      const auto end = std::find_if(begin, lists_.end(),
                                    [&](const ListWrite& w) { return w.list != begin->list; });
      rebuild(std::get<List>(begin->list->value), begin, end);
      begin = end;
    }
    return encode(document_);
  }

 private:
  struct ListWrite {
    AttributeValue* list;
    std::size_t depth;
    std::size_t index;
    std::optional<ValueView> value;  // nothing: remove
  };
  using Iterator = std::vector<ListWrite>::iterator;

  static AttributeValue* child(AttributeValue& parent, const PathStep& step) {
    if (step.is_index) return &std::get<List>(parent.value)[step.index];
    return &std::get<Map>(parent.value).find(step.name)->second;
  }

  // Elements set beyond the end are appended, in the order of their positions.
  static void rebuild(List& list, Iterator begin, Iterator end) {
    std::stable_sort(begin, end,
                     [](const ListWrite& a, const ListWrite& b) { return a.index < b.index; });
    std::vector<bool> removed(list.size(), false);
    List appended;
    for (auto write = begin; write != end; ++write) {
      if (write->index >= list.size()) {
        if (write->value) appended.push_back(decode(*write->value));
      } else if (write->value) {
        list[write->index] = decode(*write->value);
      } else {
        removed[write->index] = true;
      }
    }
    List rebuilt;
    for (std::size_t i = 0; i < list.size(); ++i) {
      if (!removed[i]) rebuilt.push_back(std::move(list[i]));
    }
    std::move(appended.begin(), appended.end(), std::back_inserter(rebuilt));
    list = std::move(rebuilt);
  }

  AttributeValue document_;
  std::vector<ListWrite> lists_;
};

// The encoded value of one top-level attribute after its writes; empty if it is gone. A path's
// writes are all of one attribute.
std::string write_attribute(std::optional<ValueView> before, std::span<const UpdateWrite> writes) {
  if (writes.front().action->path.steps.size() == 1) {
    return writes.front().value ? std::string(writes.front().value->encoded()) : std::string();
  }
  DocumentEditor editor(*before);
  for (const UpdateWrite& write : writes) editor.apply(write);
  return editor.finish();
}

}  // namespace

std::string apply_writes(ItemView before, std::vector<UpdateWrite>& writes) {
  std::stable_sort(writes.begin(), writes.end(), [](const UpdateWrite& a, const UpdateWrite& b) {
    return a.action->path.attribute() < b.action->path.attribute();
  });
  std::string after;
  after.reserve(before.encoded().size() + 64);
  ContainerWriter map(after, Type::kMap);
  const auto append = [&](std::string_view name, std::string_view encoded) {
    append_name(after, name);
    after += encoded;
  };
  const MapRange members = before.map();
  auto member = members.begin();
  for (auto begin = writes.begin(); begin != writes.end();) {
    const std::string& name = begin->action->path.attribute();
    const auto end = std::find_if(begin, writes.end(), [&](const UpdateWrite& write) {
      return write.action->path.attribute() != name;
    });
    for (; member != members.end() && member->name < name; ++member) {
      append(member->name, member->value.encoded());
    }
    std::optional<ValueView> current;
    if (member != members.end() && member->name == name) {
      current = member->value;
      ++member;
    }
    const std::string value = write_attribute(current, std::span(begin, end));
    if (!value.empty()) append(name, value);
    begin = end;
  }
  for (; member != members.end(); ++member) append(member->name, member->value.encoded());
  map.finish();
  return after;
}

}  // namespace dynadeck::engine
