// Words with which the tables of shapes are written, and shapes that several of them use.
#pragma once

#include <array>

#include "engine/wire/constraints.h"

namespace dynadeck::engine::shapes {

using Kind = Constraint::Kind;

inline constexpr Shape kString = {Shape::Kind::kString, "String"};
inline constexpr Shape kBoolean = {Shape::Kind::kBoolean, "Boolean"};
inline constexpr Shape kInteger = {Shape::Kind::kInteger, "Integer"};
inline constexpr Shape kLong = {Shape::Kind::kLong, "Long"};
inline constexpr Shape kDouble = {Shape::Kind::kDouble, "Double"};
inline constexpr Shape kValue = {Shape::Kind::kAttributeValue, "AttributeValue"};
inline constexpr Shape kStrings = {Shape::Kind::kList, "List", &kString};
inline constexpr Shape kValues = {Shape::Kind::kList, "List", &kValue};
inline constexpr Shape kValueMap = {Shape::Kind::kMap,
                                    "com.amazonaws.dynamodb.v20120810.AttributeValue", &kValue};
inline constexpr Shape kStringMap = {Shape::Kind::kMap, "java.lang.String", &kString};

constexpr Shape structure(std::string_view name, std::span<const ShapeMember> members) {
  return {Shape::Kind::kStructure, name, nullptr, members};
}
constexpr Shape list_of(const Shape& element, std::span<const Constraint> constraints = {}) {
  return {Shape::Kind::kList, "List", &element, {}, constraints};
}
constexpr Shape map_of(std::string_view value_class, const Shape& value) {
  return {Shape::Kind::kMap, value_class, &value};
}

constexpr Constraint not_null(Report report = Report::kEcho) { return {Kind::kNotNull, report}; }
constexpr Constraint min_length(std::int64_t length, Report report = Report::kEcho) {
  return {Kind::kMinLength, report, length};
}
constexpr Constraint max_length(std::int64_t length, Report report = Report::kEcho) {
  return {Kind::kMaxLength, report, length};
}
constexpr Constraint min_value(std::int64_t value, Report report = Report::kEcho) {
  return {Kind::kMinValue, report, value};
}
constexpr Constraint max_value(std::int64_t value, Report report = Report::kEcho) {
  return {Kind::kMaxValue, report, value};
}
constexpr Constraint one_of(std::span<const std::string_view> values,
                            Report report = Report::kEcho) {
  return {Kind::kEnum, report, 0, {}, values};
}
// Where AWS's message lists other words than the service takes.
constexpr Constraint one_of_but_shown_as(std::span<const std::string_view> values,
                                         std::span<const std::string_view> shown, Report report) {
  return {Kind::kEnum, report, 0, {}, values, shown};
}
constexpr Constraint name_pattern() {
  return {Kind::kPattern, Report::kEcho, 0, "[a-zA-Z0-9_.-]+"};
}

inline constexpr std::array kNotNull = {not_null()};

// TableName of operations on tables and indexes that exist: a name or an ARN.
inline constexpr std::array kTableName = {not_null(), Constraint{Kind::kTableName}, min_length(1)};
// The same where AWS tells an empty name in its newer way.
inline constexpr std::array kTableNameToday = {not_null(), Constraint{Kind::kTableName},
                                               min_length(1, Report::kNamedAlone)};
// The name of a table or an index that is to be made, or of an index that is meant.
inline constexpr std::array kNewName = {not_null(), name_pattern(), min_length(3), max_length(255)};
inline constexpr std::array kIndexName = {name_pattern(), min_length(3), max_length(255)};

inline constexpr std::array<std::string_view, 3> kReturnConsumedCapacityValues = {"INDEXES",
                                                                                  "TOTAL", "NONE"};
inline constexpr std::array kReturnConsumedCapacity = {one_of(kReturnConsumedCapacityValues)};
inline constexpr std::array<std::string_view, 2> kReturnItemCollectionMetricsValues = {"SIZE",
                                                                                       "NONE"};
inline constexpr std::array kReturnItemCollectionMetrics = {
    one_of(kReturnItemCollectionMetricsValues)};

inline constexpr std::array kAtLeastOne = {min_length(1)};

}  // namespace dynadeck::engine::shapes
