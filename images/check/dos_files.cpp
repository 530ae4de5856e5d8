// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "images/check/dos_config.hpp"
#include "images/check/fat_check.hpp"

namespace bootferry::images::check {
namespace {

constexpr std::size_t most_text = 64 << 10;

// The first file that the boot sector of each system asks for.
constexpr std::pair<std::string_view, std::string_view> systems[] = {
    {"IO.SYS", "MS-DOS or Windows 9x"},
    {"IBMBIO.COM", "PC DOS or DR DOS"},
    {"KERNEL.SYS", "FreeDOS"},
    {"DRBIOS.SYS", "DR DOS"},
    {"NTLDR", "Windows NT"},
    {"BOOTMGR", "Windows"},
    {"LDLINUX.SYS", "SYSLINUX"},
    {"GRLDR", "GRUB4DOS"},
};

void warn_of_manager(const std::string& file, const LoadedProgram& found, Report& report) {
  report.add(
      Severity::warning, "dos-memory-manager",
      fmt::format("{} line {} loads {} (\"{}\"). It runs DOS in virtual 8086 mode, and iPXE, which serves the disk "
                  "behind INT 13h, must switch to protected mode itself: the machine stops at its first disk "
                  "access afterwards.",
                  file, found.line, found.name, found.command),
      "Put REM before that line; write DEVICE=HIMEM.SYS and DOS=HIGH instead, without UMB, and DEVICE= and plain "
      "commands for DEVICEHIGH= and LOADHIGH.");
}

void check_system(const std::vector<FatFile>& files, Report& report) {
  const auto holds = [&](std::string_view name) {
    return std::ranges::any_of(files, [&](const FatFile& file) { return file.name == name; });
  };
  std::string found;
  for (const auto& [name, system] : systems) {
    if (holds(name)) found += fmt::format("{}{} ({})", found.empty() ? "" : ", ", system, name);
  }
  if (found.empty())
    report.add(Severity::note, "dos-no-system", "The disk holds no system yet.",
               "Boot a DOS floppy or an installer with this disk as its drive 80h, then FORMAT C: /S or SYS C:.");
  else
    report.ok("dos-system", fmt::format("The disk holds {}.", found));
  if (holds("WINDOWS") && holds("IO.SYS") && holds("MSDOS.SYS"))
    report.add(
        Severity::warning, "windows-9x",
        "There is a Windows folder beside DOS. Windows 3.x in enhanced mode and Windows 9x leave INT 13h or run it "
        "in virtual 8086 mode: the disk is gone when they start.",
        "Use it up to the DOS prompt, or copy the system to a disk in the machine.");
}

}  // namespace

Result<void> check_dos_files(DiskReader& reader, const FatPlace& place, const FatBoot& boot, Report& report) {
  FatVolume volume(reader, place.first, boot);
  auto files = volume.root();
  if (!files) return std::unexpected(files.error());
  check_system(*files, report);
  bool configured = false;
  for (const FatFile& file : *files) {
    const bool config = file.name == "CONFIG.SYS" || file.name == "FDCONFIG.SYS";
    const bool autoexec = file.name == "AUTOEXEC.BAT" || file.name == "FDAUTO.BAT";
    if (file.folder || (!config && !autoexec)) continue;
    auto bytes = volume.read(file, most_text);
    if (!bytes) return std::unexpected(bytes.error());
    configured = true;
    const std::string_view text = text_of(*bytes);
    for (const LoadedProgram& found : config ? find_memory_managers(text) : find_memory_commands(text))
      warn_of_manager(file.name, found, report);
  }
  const bool clean = std::ranges::none_of(report.findings,
                                          [](const Finding& finding) { return finding.code == "dos-memory-manager"; });
  if (configured && clean)
    report.ok("dos-memory-manager", "CONFIG.SYS and AUTOEXEC.BAT load no memory manager that would stop the disk.");
  return {};
}

}  // namespace bootferry::images::check
