// SPDX-License-Identifier: Apache-2.0
// What a POST with an Idempotency-Key was answered, so that a retry after a lost answer does nothing twice. Kept in
// memory for a day, the newest 1,000; a restart forgets them. Used by answering on workers; locks.
// (draft-ietf-httpapi-idempotency-key-header)
#pragma once

#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <variant>

#include "base/clock.hpp"
#include "http/answer.hpp"

namespace bootferry::http {

class PastAnswers {
 public:
  static constexpr std::size_t most = 1000;
  static constexpr std::chrono::hours kept_for{24};

  struct Mine {};       ///< nobody asked this before: do it, then keep() or forget()
  struct Running {};    ///< the first one is still being answered
  struct Different {};  ///< the key was of another request
  using Found = std::variant<Mine, Running, Different, Answer>;

  /// `key` holds who asked; `request` is a digest of method, path and body.
  [[nodiscard]] Found begin(const std::string& key, const std::string& request, SteadyTime now) {
    std::lock_guard lock(mutex_);
    while (!order_.empty() && (order_.size() >= most || now - order_.front().second >= kept_for)) {
      entries_.erase(order_.front().first);
      order_.pop_front();
    }
    const auto [at, fresh] = entries_.try_emplace(key, Entry{request, std::nullopt});
    if (fresh) {
      order_.emplace_back(key, now);
      return Mine{};
    }
    if (at->second.request != request) return Different{};
    if (!at->second.answer) return Running{};
    return *at->second.answer;
  }
  void keep(const std::string& key, const Answer& answer) {
    std::lock_guard lock(mutex_);
    if (const auto at = entries_.find(key); at != entries_.end()) at->second.answer = answer;
  }
  /// It failed in a way that a retry may mend.
  void forget(const std::string& key) {
    std::lock_guard lock(mutex_);
    entries_.erase(key);
    std::erase_if(order_, [&](const auto& entry) { return entry.first == key; });
  }

 private:
  struct Entry {
    std::string request;
    std::optional<Answer> answer;
  };
  std::mutex mutex_;
  std::map<std::string, Entry> entries_;
  std::deque<std::pair<std::string, SteadyTime>> order_;
};

}  // namespace bootferry::http
