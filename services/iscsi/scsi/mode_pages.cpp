// SPDX-License-Identifier: Apache-2.0
#include "iscsi/scsi/mode_pages.hpp"

#include <algorithm>

namespace bootferry::iscsi::scsi {
namespace {

constexpr std::uint8_t caching = 0x08;
constexpr std::uint8_t control_page = 0x0a;
constexpr std::uint8_t informational_exceptions = 0x1c;
constexpr std::uint8_t codes[] = {caching, control_page, informational_exceptions};

// The bits that MODE SELECT may set: byte of the page, mask.
constexpr std::size_t wce_byte = 2, d_sense_byte = 2, swp_byte = 4;
constexpr std::uint8_t wce = 0x04, d_sense = 0x04, swp = 0x08;

struct Bits {
  bool write_cache;
  bool descriptor_sense;
  bool write_protect;
};

Bits bits_of(const Modes& modes, PageControl control) {
  if (control == PageControl::changeable) return {true, true, true};
  if (control == PageControl::defaults) return {true, false, false};
  return {modes.write_cache(), modes.descriptor_sense(), modes.write_protect()};
}

}  // namespace

std::span<const std::uint8_t> mode_page_codes() { return codes; }

Bytes mode_page(const Modes& modes, std::uint8_t code, PageControl control) {
  const Bits bits = bits_of(modes, control);
  const bool masks = control == PageControl::changeable;
  switch (code) {
    case caching: {  // SBC-3 6.5.5
      Bytes page(20, 0);
      page[0] = caching;
      page[1] = 18;
      if (bits.write_cache) page[wce_byte] |= wce;
      return page;
    }
    case control_page: {  // SPC-4 7.5.8
      Bytes page(12, 0);
      page[0] = control_page;
      page[1] = 10;
      if (bits.descriptor_sense) page[d_sense_byte] |= d_sense;
      if (bits.write_protect) page[swp_byte] |= swp;
      if (!masks) page[3] = 0x10;            // QUEUE ALGORITHM MODIFIER 1: unrestricted reordering
      if (!masks) page[8] = page[9] = 0xff;  // busy timeout: unlimited
      return page;
    }
    case informational_exceptions: {  // SBC-3 6.5.6
      Bytes page(12, 0);
      page[0] = informational_exceptions;
      page[1] = 10;
      if (!masks) page[2] = 0x08;  // DEXCPT: nothing is predicted
      return page;
    }
    default:
      return {};
  }
}

Bytes provisioning_mode_page(const Disk::Threshold& threshold, PageControl control) {
  Bytes page;
  ByteWriter out(page);
  out.u8(0x40 | provisioning_page);  // SPF
  out.u8(provisioning_subpage);
  out.u16(12 + 8);
  out.zeros(12);  // SITUA 0: every nexus is told
  const bool masks = control == PageControl::changeable;
  out.u8(masks ? 0 : 0x81);  // enabled, a number of sets, armed while what is used rises
  out.u8(masks ? 0 : 0x02);  // of: used LBA mapping resources
  out.zeros(2);
  out.u32(masks ? 0 : threshold.sets);
  return page;
}

void apply_mode_page(Modes& modes, ByteView page) {
  switch (page[0] & 0x3f) {
    case caching:
      modes.set_write_cache((page[wce_byte] & wce) != 0);
      break;
    case control_page:
      modes.set_descriptor_sense((page[d_sense_byte] & d_sense) != 0);
      modes.set_write_protect((page[swp_byte] & swp) != 0);
      break;
    default:
      break;
  }
}

}  // namespace bootferry::iscsi::scsi
