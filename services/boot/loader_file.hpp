// SPDX-License-Identifier: Apache-2.0
// What a boot loader's bytes say of themselves: for which firmware it is, and which version. iPXE writes its version
// where a reader of .efi and .lkrn finds it; its .kpxe and .pxe are packed and hide it. Pure; called by app when it
// looks into the folders. PE/COFF 3.3 (machine), Linux/x86 boot protocol (kernel_version).
#pragma once

#include <string>

#include "base/bytes.hpp"
#include "boot/architecture.hpp"

namespace bootferry::boot {

struct LoaderFacts {
  Architecture architecture = Architecture::bios;  ///< what is no EFI program can only be for a BIOS
  std::string version;                             ///< "1.21.1+ (g4e456)", "shim 16.1"; empty: it does not say
};

[[nodiscard]] LoaderFacts read_loader_facts(ByteView file);

}  // namespace bootferry::boot
