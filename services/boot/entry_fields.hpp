// SPDX-License-Identifier: Apache-2.0
// The fields of each kind of boot by name, in one place: whoever stores a boot or writes it as JSON visits them, so
// that a new kind is written down once. The visitor has required(), optional() and drive(); the names are those of
// docs/api.md.
#pragma once

#include <type_traits>
#include <utility>

#include "boot/boot_entry.hpp"

namespace bootferry::boot {

/// `Kind` is an alternative of BootEntry, const to read it. Calls
///   fields.required(name, text | drives)   fields.optional(name, text | texts | bool)   fields.drive(Drive)
template <class Kind, class Fields>
void visit_fields(Kind& kind, Fields&& fields) {
  using Plain = std::remove_const_t<Kind>;
  if constexpr (std::is_same_v<Plain, Disks>) {
    fields.required("drives", kind.drives);
    fields.optional("keep_san", kind.keep_san);
  } else if constexpr (std::is_same_v<Plain, Kernel>) {
    fields.required("kernel", kind.kernel);
    fields.optional("initrds", kind.initrds);
    fields.optional("command_line", kind.command_line);
  } else if constexpr (std::is_same_v<Plain, Floppy>) {
    fields.drive(kind.drive);
    fields.optional("memdisk", kind.memdisk);
  } else if constexpr (std::is_same_v<Plain, Cd>) {
    fields.drive(kind.drive);
  } else if constexpr (std::is_same_v<Plain, Installer>) {
    fields.required("drives", kind.drives);
    visit_fields(kind.kernel, fields);
  } else if constexpr (std::is_same_v<Plain, Windows>) {
    fields.required("drives", kind.drives);
    fields.optional("wimboot", kind.wimboot);
    fields.optional("files", kind.files);
  } else if constexpr (std::is_same_v<Plain, Iso>) {
    fields.required("iso", kind.file);
  } else if constexpr (std::is_same_v<Plain, EfiProgram>) {
    fields.required("program", kind.program);
    fields.optional("arguments", kind.arguments);
  } else if constexpr (std::is_same_v<Plain, IpxeScript>) {
    fields.required("url", kind.url);
  }
}

}  // namespace bootferry::boot
