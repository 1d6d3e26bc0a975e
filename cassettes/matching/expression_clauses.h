// Which values a request connects with an attribute, where only its expressions say so.
#pragma once

#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dynadeck::cassettes {

// Adds the placeholders (":v") that stand in one clause with one of the attributes, or with a name
// (#n) that the request gives to it: "email = :v", "begins_with(#n, :v)", "SET email = :v".
// request: an object with expressions.
void collect_placeholders(std::string_view request, std::span<const std::string> attributes,
                          std::vector<std::string>& placeholders);

// Where UpdateExpression puts its values: the path of each placeholder, such as "meta.at" or
// "list[0]" with names in place of aliases.
std::map<std::string, std::string> updated_paths(std::string_view request);

// Replaces, in PartiQL requests whose statement speaks of one of the attributes, the statement's
// literals, texts and numbers, and all parameters. replace(raw JSON text, type) gives the new raw
// text. False, with `out` as it was, where there is nothing of that kind.
using ReplaceLiteral = std::function<std::string(std::string_view raw, std::string_view type)>;
bool rewrite_statements(std::string_view body, std::span<const std::string> attributes,
                        const ReplaceLiteral& replace, std::string& out);

}  // namespace dynadeck::cassettes
