// SPDX-License-Identifier: Apache-2.0
#include "boot/self_check.hpp"

namespace bootferry::boot {

std::string_view name_of(CheckVerdict verdict) {
  switch (verdict) {
    case CheckVerdict::ok:
      return "ok";
    case CheckVerdict::warning:
      return "warn";
    case CheckVerdict::failure:
      return "fail";
  }
  return "fail";
}

}  // namespace bootferry::boot
