// SPDX-License-Identifier: Apache-2.0
// Random CDBs with random data from two initiators on one small disk: no crash, no read outside, every command ends.
#include <cstdint>

#include "support/scsi_initiator.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace bootferry;
  ByteReader in({data, size});
  const std::uint8_t setup = in.u8();
  iscsi::scsi::Identity identity;
  identity.target_name = "iqn.2026-01.fuzz:disk";
  identity.serial = "fuzz";
  identity.read_only = (setup & 1) != 0;
  identity.removable = (setup & 2) != 0;
  auto device = std::make_shared<images::MemoryDevice>(kib(64), (setup & 4) != 0 ? 4096u : 512u);
  auto unit = iscsi::scsi::make_disk(device, identity);
  test::ScsiInitiator one(*unit, 1), two(*unit, 2);

  for (int commands = 0; commands < 16 && in.remaining() >= 20; ++commands) {
    const std::uint8_t how = in.u8();
    std::array<std::uint8_t, 16> cdb{};
    const ByteView head = in.take(16);
    std::copy(head.begin(), head.end(), cdb.begin());
    const std::size_t wanted = in.u16() & 0x0fff;
    // Short inputs still get long Data-Out: zeros behind what is there.
    const ByteView given = in.take(std::min(wanted, in.remaining()));
    Bytes data_out(given.begin(), given.end());
    data_out.resize((how & 0x80) != 0 ? wanted : given.size());
    const std::uint64_t lun = (how & 0x40) != 0 ? 0x0001'0000'0000'0000 : 0;
    auto& pc = (how & 1) != 0 ? one : two;
    const auto reply = pc.send(cdb, data_out, lun);
    if (reply.sense) (void)iscsi::scsi::encode_sense(*reply.sense);
    if ((how & 0x30) == 0x30) unit->on_reset(pc.nexus());
  }
  return 0;
}
