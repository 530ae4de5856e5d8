// SPDX-License-Identifier: Apache-2.0
// Inside of the TFTP server: its doors (port 69 over IPv4 and IPv6), and the downloads, each with a port of its own.
// Made by server.cpp; what comes to the doors is in server_requests.cpp, what comes to a download in
// server_downloads.cpp. The server's thread.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <unordered_map>
#include <vector>

#include "base/rate_limit.hpp"
#include "tftp/loader_files.hpp"
#include "tftp/report.hpp"
#include "tftp/server.hpp"
#include "tftp/server_socket.hpp"
#include "tftp/server_socket_set.hpp"

namespace bootferry::tftp {

/// One download: its port, its machine and the bytes it sends.
struct Session {
  Session(DownloadPort opened, Endpoint asker, ReadRequest asked, LoaderFiles::Content bytes, const Terms& terms)
      : port(std::move(opened)),
        client(asker),
        request(std::move(asked)),
        content(std::move(bytes)),
        transfer(content->bytes(), terms) {}

  DownloadPort port;
  Endpoint client;
  ReadRequest request;
  LoaderFiles::Content content;
  Transfer transfer;
  Subject subject;
  SteadyTime began{};
  SteadyTime told{};         ///< when its progress was told last
  bool asked_again = false;  ///< the same machine has begun another download since: silence of this one is no news
  bool announced = false;
};

class Server::Core {
 public:
  Core(Settings settings, const boot::LoaderCatalog& loaders, boot::EventBus& events,
       const boot::AddressBook& addresses, const Clock& clock, const boot::ClientRegistry* registry)
      : settings_(std::move(settings)),
        loaders_(loaders),
        events_(events),
        addresses_(addresses),
        clock_(clock),
        registry_(registry) {}

  void open() {
    add_door(settings_.address, settings_.port);
    port_ = doors_.front().port();
    if (settings_.ipv6) open_ipv6();
  }
  void run(const std::stop_token& stop);  ///< turns until then
  void turn(std::chrono::milliseconds longest);
  void stop();  ///< when nobody turns any more
  [[nodiscard]] std::uint16_t port() const { return port_; }

 private:
  using SessionPtr = std::shared_ptr<Session>;

  void add_door(IpAddress address, std::uint16_t port);
  void open_ipv6();
  void on_readable(int descriptor);
  void on_request(const UdpSocket& door, const Datagram& datagram);
  void on_read_request(const UdpSocket& door, const Datagram& datagram, const ReadRequest& request);
  void on_answer(const SessionPtr& session, ByteView packet);
  void on_stranger(const Session& session);
  [[nodiscard]] bool repeats_known(const Endpoint& client, const ReadRequest& request);
  [[nodiscard]] bool make_room(const IpAddress& address);
  void refuse(const UdpSocket& door, const Datagram& datagram, ErrorCode code, const std::string& text);
  void refuse_loader(const UdpSocket& door, const Datagram& datagram, const std::string& file, ErrorCode code,
                     const std::string& text);
  [[nodiscard]] Terms terms_for(const ReadRequest& request, const Subject& subject) const;
  void begin(const Datagram& datagram, const ReadRequest& request, std::string file, LoaderFiles::Content content);
  void perform(const SessionPtr& session, const Transfer::Actions& actions, std::string_view client_error = {});
  void tell_progress(Session& session, SteadyTime now);
  void finish(const SessionPtr& session, Transfer::Outcome outcome, std::string_view client_error);
  void look_for_silence(SteadyTime now);

  const Settings settings_;
  const boot::LoaderCatalog& loaders_;
  boot::EventBus& events_;
  const boot::AddressBook& addresses_;
  const Clock& clock_;
  const boot::ClientRegistry* registry_;
  LoaderFiles files_;
  SocketSet sockets_;             ///< doors and downloads
  std::vector<UdpSocket> doors_;  ///< IPv4, and IPv6 where there is one
  std::uint16_t port_ = 0;
  SteadyTime next_look_{};  ///< for clients that have fallen silent
  SteadyTime last_refusal_logged_{};
  RateLimit unknown_names_{100, 10};                   ///< old ROMs try a dozen names each
  std::map<Endpoint, SessionPtr> sessions_;            ///< by the client's address and port
  std::unordered_map<int, SessionPtr> by_descriptor_;  ///< the same ones, each by both its sockets'
  std::array<std::uint8_t, 2048> buffer_;
};

/// At most 120 characters, none of which could mislead a terminal or a log.
[[nodiscard]] std::string printable(std::string_view text);

}  // namespace bootferry::tftp
