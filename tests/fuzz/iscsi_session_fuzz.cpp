// SPDX-License-Identifier: Apache-2.0
// A session in the full-feature phase meets any PDUs, and answers of the device server in any order.
#include <cstring>

#include "iscsi/session/session.hpp"

using namespace bootferry;
using namespace bootferry::iscsi;

namespace {

void drain(Session& session) {
  while (session.has_output()) {
    SendBatch batch;
    session.fill(batch);
    if (batch.empty()) __builtin_trap();
    while (!batch.empty()) batch.on_sent(std::min<std::size_t>(batch.bytes, 777));
  }
}

constexpr char login_keys[] =
    "InitiatorName=i\0TargetName=t\0InitialR2T=No\0MaxBurstLength=4096\0FirstBurstLength=2048\0MaxOutstandingR2T=3";
constexpr std::string_view login_text(login_keys, sizeof login_keys - 1);

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto pool = std::make_shared<BufferPool>();
  SessionSettings settings;
  settings.window = 8;
  settings.write_budget = 16384;
  Session session(settings, pool, std::make_unique<NoAuthentication>(), SteadyTime{});
  Actions actions;
  LoginRequest login;
  login.transit = true;
  login.current = LoginStage::operational;
  login.next = LoginStage::full_feature;
  const Bhs first = encode(login, static_cast<std::uint32_t>(login_text.size()));
  session.on_pdu({first, {}, bytes_of(login_text)}, actions);
  session.on_target_opened(1, actions);
  drain(session);
  if (session.phase() != Session::Phase::full_feature) __builtin_trap();
  actions.clear();

  std::vector<CommandId> ids;
  ByteReader reader(ByteView(data, size));
  while (!reader.done() && session.phase() == Session::Phase::full_feature) {
    const std::uint8_t what = reader.u8();
    const CommandId id = ids.empty() ? CommandId{} : ids[reader.u8() % ids.size()];
    switch (what % 8) {
      case 0:
        session.on_need_data(id, reader.u16() * 64u, actions);
        break;
      case 1: {
        CommandAnswer answer;
        answer.status = (what & 0x10) != 0 ? 2 : 0;
        if (answer.status != 0) answer.sense = Bytes(18);
        const std::size_t length = reader.u16();
        answer.owner = pool->take(length + 1);
        std::memset(answer.owner.data(), 0, length);
        answer.data = answer.owner.first(length);
        session.on_answer(id, std::move(answer), actions);
        break;
      }
      case 2:
        session.on_command_gone(id, actions);
        break;
      case 3:
        session.on_targets({"a", "b"}, {"10.0.0.1:3260,1", "[fd00::1]:3260,1"}, actions);
        session.on_reset_done(actions);
        session.on_tick(SteadyTime{std::chrono::seconds(reader.u8())}, actions);
        break;
      case 4:
        drain(session);
        break;
      default: {
        Bhs bhs{};
        const ByteView header = reader.take(std::min<std::size_t>(48, reader.remaining()));
        std::copy(header.begin(), header.end(), bhs.begin());
        bhs[4] = 0;
        if ((what & 0x10) != 0) bhs[0] |= 0x40;
        const std::size_t length = std::min<std::size_t>(reader.u16() % 5000, reader.remaining());
        const ByteView body = reader.take(length);
        BhsWriter(bhs).number(5, 3, length);
        const MutableByteView place = session.destination_for(bhs);
        ByteView given = body;
        if (!place.empty()) {
          if (place.size() != length) __builtin_trap();
          if ((what & 0x40) != 0) {  // another session's reset, before the data are here
            session.on_foreign_reset(actions);
            for (const CommandId gone : ids) session.on_command_gone(gone, actions);
          }
          for (const std::size_t other : {std::size_t{4096}, std::size_t{65536}, std::size_t{1} << 20}) {
            if (pool->take(other).data() == place.data()) __builtin_trap();  // nobody else's meanwhile
          }
          std::copy(body.begin(), body.end(), place.begin());
          given = place;
        }
        session.on_pdu({bhs, {}, given, (what & 0x20) == 0}, actions);
      }
    }
    for (Action& action : actions) {
      if (const auto* start = std::get_if<StartCommand>(&action)) ids.push_back(start->id);
      if (const auto* arrived = std::get_if<DataArrived>(&action)) {
        if (arrived->length > arrived->data.capacity()) __builtin_trap();
      }
    }
    if (ids.size() > 64) ids.erase(ids.begin());
    actions.clear();
  }
  drain(session);
  return 0;
}
