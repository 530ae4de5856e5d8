// SPDX-License-Identifier: Apache-2.0
// What a check says of an image, for people and programs. Plain value: made by app, shown by the API and the command
// line.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace bootferry::boot {

struct ImageFinding {
  std::string_view severity;  ///< "ok", "note", "warning" or "error"
  std::string code;           ///< "fat-hidden-sectors"; never changes
  std::string sentence;
  std::string mend;  ///< what to do; may be empty
  bool repairable = false;
};

struct ImageCheck {
  std::string image;
  std::string kind;        ///< "dos", "gpt", "mbr", "floppy", "volume", "cd", "blank" or "unknown"
  std::string_view worst;  ///< the highest severity of the findings
  std::vector<ImageFinding> findings;
  std::vector<ImageFinding> mended = {};  ///< by a repair, before these findings
};

}  // namespace bootferry::boot
