// SPDX-License-Identifier: Apache-2.0
// A streamed body that is kept in memory until it is whole: for what is larger than max_body and still no upload. It is
// taken only once the router has found that the asker may send it. Used by api handlers; filled on a worker.
#pragma once

#include <fmt/format.h>

#include <functional>
#include <string>

#include "http/answer.hpp"
#include "http/request.hpp"

namespace bootferry::http {

class WholeBody final : public BodySink {
 public:
  using Then = std::function<Answer(const std::string&)>;
  explicit WholeBody(Then then) : then_(std::move(then)) {}
  Result<void> take(ByteView piece) override {
    text_ += text_of(piece);
    return {};
  }
  Answer finish() override { return then_(text_); }

 private:
  std::string text_;
  Then then_;
};

/// `then` answers the whole body, on a worker. Of a route with streams_body.
[[nodiscard]] inline Answer take_whole_body(const Request& request, std::size_t limit, WholeBody::Then then) {
  if (request.streamed_body.value_or(0) > limit)
    return make_problem(413, fmt::format("The request's body is larger than {} MiB.", limit >> 20));
  return Answer(200, "", TakesBody{std::make_shared<WholeBody>(std::move(then))});
}

}  // namespace bootferry::http
