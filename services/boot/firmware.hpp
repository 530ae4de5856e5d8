// SPDX-License-Identifier: Apache-2.0
// What kind of boot code asks: the stage that a machine is at, as its DHCP message tells. A plain value, used by dhcp
// and the policy.
#pragma once

namespace bootferry::boot {

enum class Firmware {
  pxe,        ///< a PXE ROM or UEFI's PXE: TFTP file
  http_boot,  ///< UEFI HTTP boot: loader URL
  ipxe,       ///< an iPXE that can fetch HTTP and hook iSCSI: script URL
  ipxe_poor,  ///< an iPXE without HTTP or iSCSI (some NIC ROMs): needs our loader like a ROM
};

}  // namespace bootferry::boot
