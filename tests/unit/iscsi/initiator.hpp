// SPDX-License-Identifier: Apache-2.0
// A small blocking iSCSI initiator over a real socket, for tests of the server's shell. Every wait is bounded.
#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>

#include "iscsi/codec/key_values.hpp"
#include "iscsi/codec/pdu.hpp"

namespace bootferry::iscsi::testing {

struct Received {
  Bhs bhs{};
  Bytes data;
  bool closed = false;
  [[nodiscard]] Opcode opcode() const { return opcode_of(bhs); }
};

class Initiator {
 public:
  explicit Initiator(std::uint16_t port, const std::string& host = "127.0.0.1")
      : fd_(::socket(host.find(':') == std::string::npos ? AF_INET : AF_INET6, SOCK_STREAM, 0)) {
    if (host.find(':') == std::string::npos) {
      sockaddr_in address{};
      address.sin_family = AF_INET;
      address.sin_port = htons(port);
      EXPECT_EQ(::inet_pton(AF_INET, host.c_str(), &address.sin_addr), 1);
      connected_ = ::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
    } else {
      sockaddr_in6 address{};
      address.sin6_family = AF_INET6;
      address.sin6_port = htons(port);
      EXPECT_EQ(::inet_pton(AF_INET6, host.c_str(), &address.sin6_addr), 1);
      connected_ = ::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
    }
  }
  ~Initiator() { ::close(fd_); }
  Initiator(const Initiator&) = delete;
  Initiator& operator=(const Initiator&) = delete;

  void send_raw(ByteView bytes) {
    if (!quiet_) {
      EXPECT_TRUE(connected_);
    }
    const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (!quiet_) {
      EXPECT_EQ(sent, static_cast<ssize_t>(bytes.size()));
    }
  }
  /// The target may close whenever it likes: that fails no test.
  void be_quiet() { quiet_ = true; }
  template <class Pdu>
  void send(const Pdu& pdu, const Bytes& data = {}) {
    const Bhs bhs = encode(pdu, static_cast<std::uint32_t>(data.size()));
    Bytes out(bhs.begin(), bhs.end());
    out.insert(out.end(), data.begin(), data.end());
    out.resize(out.size() + padding_of(static_cast<std::uint32_t>(data.size())));
    send_raw(out);
  }
  Received receive() {
    Received pdu;
    if (!read_all(pdu.bhs)) return pdu.closed = true, pdu;
    const std::uint32_t length = data_length_of(pdu.bhs);
    pdu.data.resize(length + padding_of(length));
    if (!read_all(pdu.data)) pdu.closed = true;
    pdu.data.resize(length);
    return pdu;
  }
  /// Something has come, or would now.
  bool has_news() {
    pollfd wait{fd_, POLLIN, 0};
    return ::poll(&wait, 1, 0) > 0;
  }
  void close() { ::shutdown(fd_, SHUT_RDWR); }
  void shut_down_sending() { ::shutdown(fd_, SHUT_WR); }
  /// And does not read what they bring.
  void ask_for_reads(std::uint32_t count, std::uint32_t size) {
    for (std::uint32_t i = 0; i < count; ++i) {
      ScsiCommand command;
      command.read = true;
      command.task_tag = 5000 + i;
      command.expected_length = size;
      command.cmd_sn = cmd_sn_++;
      command.cdb = cdb(0x88, 0, size / 512);
      send(command);
    }
  }

  LoginStatus log_in(const std::string& target, std::uint8_t isid = 1,
                     const std::string& name = "iqn.2020-01.test:pc") {
    LoginRequest request;
    request.transit = true;
    request.current = LoginStage::operational;
    request.next = LoginStage::full_feature;
    request.isid = {0x80, 0, 0, 0, 0, isid};
    request.task_tag = 1;
    request.cmd_sn = 1;
    Bytes text;
    for (const std::string& pair :
         {"InitiatorName=" + name, target.empty() ? std::string("SessionType=Discovery") : "TargetName=" + target,
          std::string("InitialR2T=No"), std::string("MaxRecvDataSegmentLength=8192")}) {
      text.insert(text.end(), pair.begin(), pair.end());
      text.push_back(0);
    }
    send(request, text);
    const Received answer = receive();
    if (answer.closed || answer.opcode() != Opcode::login_response) return LoginStatus::target_error;
    return decode<LoginResponse>(answer.bhs).status;
  }

  /// A command without data, or a read: its status, and what it brought.
  std::uint8_t read(std::uint64_t lba, std::uint32_t blocks, Bytes& out) {
    ScsiCommand command;
    command.read = true;
    command.task_tag = ++tag_;
    command.expected_length = blocks * 512;
    command.cmd_sn = cmd_sn_++;
    command.cdb = cdb(0x88, lba, blocks);
    send(command);
    out.clear();
    for (;;) {
      const Received pdu = receive();
      if (pdu.closed) return 0xff;
      if (pdu.opcode() == Opcode::scsi_response) return decode<ScsiResponse>(pdu.bhs).status;
      if (pdu.opcode() != Opcode::data_in) return 0xfe;
      const auto data = decode<DataIn>(pdu.bhs);
      EXPECT_EQ(data.offset, out.size());
      EXPECT_LE(pdu.data.size(), 8192u);
      out.insert(out.end(), pdu.data.begin(), pdu.data.end());
      if (data.has_status) return data.status;
    }
  }
  /// No immediate data: waits for R2T, answers in `piece` bytes.
  std::uint8_t write(std::uint64_t lba, const Bytes& data, std::uint32_t piece = 512) {
    ScsiCommand command;
    command.write = true;
    command.task_tag = ++tag_;
    command.expected_length = static_cast<std::uint32_t>(data.size());
    command.cmd_sn = cmd_sn_++;
    command.cdb = cdb(0x8a, lba, static_cast<std::uint32_t>(data.size() / 512));
    send(command);
    for (;;) {
      const Received pdu = receive();
      if (pdu.closed) return 0xff;
      if (pdu.opcode() == Opcode::scsi_response) return decode<ScsiResponse>(pdu.bhs).status;
      if (pdu.opcode() != Opcode::ready_to_transfer) return 0xfe;
      const auto r2t = decode<ReadyToTransfer>(pdu.bhs);
      for (std::uint32_t sent = 0, sn = 0; sent < r2t.length; ++sn) {
        const std::uint32_t size = std::min(piece, r2t.length - sent);
        const auto from = data.begin() + r2t.offset + sent;
        sent += size;
        this->send(DataOut{.final = sent == r2t.length,
                           .task_tag = tag_,
                           .transfer_tag = r2t.transfer_tag,
                           .data_sn = sn,
                           .offset = r2t.offset + sent - size},
                   Bytes(from, from + size));
      }
    }
  }
  /// Until no unit attention is left.
  void settle() {
    Bytes ignored;
    for (int i = 0; i < 10 && read(0, 1, ignored) != 0; ++i) {
    }
  }

  static Cdb cdb(std::uint8_t opcode, std::uint64_t lba, std::uint32_t blocks) {
    Cdb cdb{};
    cdb[0] = opcode;
    for (int i = 0; i < 8; ++i) cdb[2 + i] = static_cast<std::uint8_t>(lba >> (56 - 8 * i));
    for (int i = 0; i < 4; ++i) cdb[10 + i] = static_cast<std::uint8_t>(blocks >> (24 - 8 * i));
    return cdb;
  }

 private:
  bool read_all(MutableByteView out) {
    while (!out.empty()) {
      pollfd ready{fd_, POLLIN, 0};
      if (::poll(&ready, 1, 20'000) != 1) {
        ADD_FAILURE() << "the target said nothing for 20 s";
        return false;
      }
      const ssize_t count = ::recv(fd_, out.data(), out.size(), 0);
      if (count <= 0) return false;
      out = out.subspan(static_cast<std::size_t>(count));
    }
    return true;
  }

  int fd_;
  bool quiet_ = false, connected_ = false;
  std::uint32_t tag_ = 100, cmd_sn_ = 1;
};

}  // namespace bootferry::iscsi::testing
