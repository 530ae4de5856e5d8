// SPDX-License-Identifier: Apache-2.0
// What CONFIG.SYS and AUTOEXEC.BAT load that a disk behind iPXE does not survive. Called by dos_files; pure, any text.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace bootferry::images::check {

struct LoadedProgram {
  std::string name;     ///< "EMM386.EXE"
  unsigned line = 0;    ///< counted from 1
  std::string command;  ///< the line itself, printable and not too long
};

/// Drivers that run DOS in virtual 8086 mode: EMM386 and its kind, QEMM, 386MAX, JEMM. DEVICE= and its relatives of
/// CONFIG.SYS, commands of AUTOEXEC.BAT; remarks do not count.
[[nodiscard]] std::vector<LoadedProgram> find_memory_managers(std::string_view config_sys);
[[nodiscard]] std::vector<LoadedProgram> find_memory_commands(std::string_view autoexec_bat);

}  // namespace bootferry::images::check
