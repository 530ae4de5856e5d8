// SPDX-License-Identifier: Apache-2.0
// Random CDBs with random data from two initiators on one small disk, which may copy to and from a second one: no
// crash, no read outside, every command ends. The first bytes of a CDB may be taken from a known command, so that the
// parameter lists of EXTENDED COPY, SANITIZE, UNMAP and MODE SELECT are reached often.
#include <cstdint>

#include "iscsi/scsi/command_table.hpp"
#include "iscsi/scsi/copy_scope.hpp"
#include "iscsi/scsi/sanitizer.hpp"
#include "support/scsi_initiator.hpp"

namespace {

using namespace bootferry;
using namespace bootferry::iscsi::scsi;

class OneOther final : public CopyScope {
 public:
  std::shared_ptr<LogicalUnit> find(const Naa& naa) override { return naa == unit->naa() ? unit : nullptr; }
  std::shared_ptr<LogicalUnit> unit;
};

std::shared_ptr<LogicalUnit> make_unit(const char* name, std::uint8_t setup, DiskServices services) {
  Identity identity;
  identity.target_name = name;
  identity.serial = "fuzz";
  identity.read_only = (setup & 1) != 0;
  identity.removable = (setup & 2) != 0;
  auto device = std::make_shared<images::MemoryDevice>(kib(64), (setup & 4) != 0 ? 4096u : 512u);
  return make_disk(device, identity, std::move(services));
}

void put_naa(Bytes& list, std::size_t at, const Naa& naa) {
  if (list.size() >= at + naa.size()) std::copy(naa.begin(), naa.end(), list.begin() + static_cast<std::ptrdiff_t>(at));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  ByteReader in({data, size});
  const std::uint8_t setup = in.u8();
  auto scope = std::make_shared<OneOther>();
  scope->unit = make_unit("iqn.2026-01.fuzz:other", setup >> 4, {});
  DiskServices services;
  services.copy_scope = scope;
  services.background = [](auto job) { job({}); };
  auto unit = make_unit("iqn.2026-01.fuzz:disk", setup, std::move(services));
  test::ScsiInitiator one(*unit, 1), two(*unit, 2);

  for (int commands = 0; commands < 16 && in.remaining() >= 20; ++commands) {
    const std::uint8_t how = in.u8();
    std::array<std::uint8_t, 16> cdb{};
    const ByteView head = in.take(16);
    std::copy(head.begin(), head.end(), cdb.begin());
    if ((how & 0x08) != 0) {
      const CommandRow& row = command_table()[cdb[0] % command_table().size()];
      for (std::size_t at = 1; at < cdb.size(); ++at) cdb[at] &= row.usage[at];
      cdb[0] = row.opcode;
      if (row.service_action != no_service_action)
        cdb[1] = static_cast<std::uint8_t>((cdb[1] & 0xe0) | row.service_action);
    }
    const std::size_t wanted = in.u16() & 0x0fff;
    // Short inputs still get long Data-Out: zeros behind what is there.
    const ByteView given = in.take(std::min(wanted, in.remaining()));
    Bytes data_out(given.begin(), given.end());
    data_out.resize((how & 0x80) != 0 ? wanted : given.size());
    if ((how & 0x04) != 0) {
      put_naa(data_out, 24, unit->naa());
      put_naa(data_out, 56, scope->unit->naa());
    }
    const std::uint64_t lun = (how & 0x40) != 0 ? 0x0001'0000'0000'0000 : 0;
    auto& pc = (how & 1) != 0 ? one : two;
    const auto reply = pc.send(cdb, data_out, lun);
    if (reply.sense) (void)encode_sense(*reply.sense);
    if ((how & 0x30) == 0x30) unit->on_reset(pc.nexus());
  }
  return 0;
}
