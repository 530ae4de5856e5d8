// SPDX-License-Identifier: Apache-2.0
#include "http/api/openapi.hpp"

#include <fmt/format.h>

#include "base/embedded_files.hpp"
#include "http/api/resources.hpp"

namespace bootferry {
extern const EmbeddedFiles openapi_parts;
}

namespace bootferry::http::api {
namespace {

std::string_view name_of(Method method) {
  constexpr std::string_view names[] = {"GET", "HEAD", "PUT", "POST", "DELETE", "PATCH", "OPTIONS", ""};
  return names[static_cast<std::size_t>(method)];
}

Json part(const char* name) { return Json::parse(openapi_parts.find(name).value_or("{}")); }

std::string key_of(const Route& route) { return fmt::format("{} {}", name_of(route.method), route.pattern); }

bool is_described(const Route& route) { return route.pattern.starts_with("/api/") || route.pattern == "/metrics"; }

/// "Client", "integer", ["Client"], or an object of these, as routes.json writes them.
Json schema_of(const Json& wanted) {
  if (wanted.is_array()) return {{"type", "array"}, {"items", schema_of(wanted.at(0))}};
  if (wanted.is_object()) {
    Json properties = Json::object(), required = Json::array();
    for (const auto& [key, value] : wanted.items()) {
      properties[key] = schema_of(value);
      required.push_back(key);
    }
    return {{"type", "object"}, {"properties", properties}, {"required", required}, {"additionalProperties", false}};
  }
  const auto name = wanted.get<std::string>();
  if (name == "string" || name == "integer" || name == "boolean") return {{"type", name}};
  return {{"$ref", "#/components/schemas/" + name}};
}

Json content_of(const std::string& type, Json schema) {
  Json content = Json::object();
  content[type] = {{"schema", std::move(schema)}};
  return content;
}

Json header_parameter(std::string_view name, std::string_view says, bool required = false) {
  return {{"name", name},
          {"in", "header"},
          {"required", required},
          {"description", says},
          {"schema", {{"type", "string"}}}};
}

bool answers_json(const Json& said) { return said.contains("answer") && !said.contains("status"); }

/// What answering.cpp and the tus routes read of a request's head (RFC 9110 13.1, tus 1.0.0).
void add_headers(const Route& route, const Json& said, Json& list) {
  const bool is_edit = route.method == Method::put || route.method == Method::remove;
  if (route.method == Method::get && answers_json(said))
    list.push_back(header_parameter("If-None-Match", "The ETag that is known: 304 when it is still that"));
  if (is_edit) list.push_back(header_parameter("If-Match", "The ETag that was read: 412 when it was changed since"));
  if (route.method == Method::post && !said.contains("bytes") && !route.only_looks)
    list.push_back(header_parameter("Idempotency-Key", "At most 200 characters: the same request again does nothing"));
  if (said.value("ranges", false)) {
    list.push_back(header_parameter("Range", "One range of bytes"));
    list.push_back(header_parameter("If-Range", "The ETag of what the range goes on with"));
  }
  if (said.contains("headers")) {
    for (const auto& [name, says] : said["headers"].items())
      list.push_back(header_parameter(name, says.get<std::string>(), true));
  }
}

Json header_of_answer(std::string_view says) { return {{"description", says}, {"schema", {{"type", "string"}}}}; }

Json parameters_of(const Route& route, const Json& said) {
  Json list = Json::array();
  std::string_view rest = route.pattern;
  for (std::size_t open = rest.find('{'); open != rest.npos; open = rest.find('{')) {
    const std::size_t close = rest.find('}', open);
    list.push_back({{"name", rest.substr(open + 1, close - open - 1)},
                    {"in", "path"},
                    {"required", true},
                    {"schema", {{"type", "string"}}}});
    rest.remove_prefix(close + 1);
  }
  if (said.contains("query")) {
    for (const auto& [name, schema] : said["query"].items())
      list.push_back({{"name", name}, {"in", "query"}, {"required", false}, {"schema", schema_of(schema)}});
  }
  add_headers(route, said, list);
  return list;
}

Json answers_of(const Route& route, const Json& said) {
  Json answers = Json::object();
  Json good{{"description", "Done"}};
  std::string status = "204";
  if (said.contains("answer")) {
    status = "200";
    good["content"] = content_of("application/json", schema_of(said["answer"]));
  }
  if (said.contains("text")) {
    status = "200";
    good["content"] = content_of(said["text"], {{"type", "string"}});
  }
  if (said.value("ranges", false))
    answers["206"] = {{"description", "The range that was asked for"}, {"content", good["content"]}};
  if (said.contains("query") && said["query"].contains("after"))
    good["headers"]["Link"] = header_of_answer("<ADDRESS>; rel=\"next\": where the list goes on, when it does");
  if (route.method == Method::get && answers_json(said)) {
    good["headers"]["ETag"] = header_of_answer("For If-None-Match, and for If-Match of an edit");
    answers["304"] = {{"description", "It is what If-None-Match names"}};
  }
  if (said.contains("status")) status = std::to_string(said["status"].get<int>());
  answers[status] = std::move(good);
  if (said.contains("also")) {
    for (const auto& [other, schema] : said["also"].items())
      answers[other] = {{"description", "Begun"}, {"content", content_of("application/json", schema_of(schema))}};
  }
  answers["4XX"] = {{"$ref", "#/components/responses/Problem"}};
  answers["5XX"] = {{"$ref", "#/components/responses/Problem"}};
  return answers;
}

std::string operation_id(const Route& route) {
  std::string id;
  for (const char c : std::string(name_of(route.method)) +
                          std::string(route.pattern.starts_with("/api/v1") ? route.pattern.substr(7) : route.pattern)) {
    if (c == '}') continue;
    id += c == '/' || c == '{' || c == '-' || c == '.' ? '_' : c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
  }
  return id;
}

Json operation_of(const Route& route, const Json& said) {
  Json made{{"operationId", operation_id(route)},
            {"summary", said.value("says", "")},
            {"x-right", people::name_of(route.right)},
            {"parameters", parameters_of(route, said)}};
  if (said.contains("takes"))
    made["requestBody"] = {{"required", !said.value("optional", false)},
                           {"content", content_of("application/json", schema_of(said["takes"]))}};
  if (said.contains("bytes"))
    made["requestBody"] = {{"required", true},
                           {"content", content_of(said["bytes"], {{"type", "string"}, {"format", "binary"}})}};
  made["responses"] = answers_of(route, said);
  if (route.right <= people::Right::anyone) made["security"] = Json::array();
  return made;
}

}  // namespace

std::vector<std::string> described_routes(std::span<const Route> routes) {
  std::vector<std::string> keys;
  for (const Route& route : routes) {
    if (is_described(route)) keys.push_back(key_of(route));
  }
  return keys;
}

std::vector<std::string> route_descriptions() {
  std::vector<std::string> keys;
  const Json said = part("routes.json");
  for (const auto& [key, value] : said.items()) keys.push_back(key);
  return keys;
}

Json make_openapi(std::span<const Route> routes) {
  const Json said = part("routes.json");
  Json paths = Json::object();
  for (const Route& route : routes) {
    if (!is_described(route)) continue;
    std::string method(name_of(route.method));
    for (char& c : method) c = static_cast<char>(c | 0x20);
    paths[std::string(route.pattern)][method] = operation_of(route, said.value(key_of(route), Json::object()));
  }
  Json problem{{"description", "Not done; the sentence says why, and what to do"},
               {"content", content_of("application/problem+json", schema_of("Problem"))}};
  return {{"openapi", "3.1.0"},
          {"info",
           {{"title", "Bootferry"},
            {"version", "1"},
            {"description",
             "What docs/api.md tells, for programs. Additions come without notice; nothing is taken away within v1."},
            {"license", {{"name", "Apache-2.0"}, {"identifier", "Apache-2.0"}}}}},
          {"servers", {{{"url", "../.."}}}},  // from this document on: whatever a proxy puts before it
          {"security", {{{"token", Json::array()}}, {{"login", Json::array()}}}},
          {"paths", std::move(paths)},
          {"components",
           {{"schemas", part("schemas.json")},
            {"responses", {{"Problem", std::move(problem)}}},
            {"securitySchemes",
             {{"token", {{"type", "http"}, {"scheme", "bearer"}}},
              {"login", {{"type", "apiKey"}, {"in", "cookie"}, {"name", "bootferry"}}}}}}}};
}

Answer get_openapi(const Request&, const Site&) {
  static const std::string document = render_line(make_openapi(all_routes())) + "\n";
  Answer answer(200, "application/json", document);
  answer.add_header("Cache-Control", "no-cache");
  return answer;
}

}  // namespace bootferry::http::api
