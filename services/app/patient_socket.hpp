// SPDX-License-Identifier: Apache-2.0
// A blocking TCP socket whose every wait ends: at a deadline, or when its thread is asked to stop. Beast and TLS read
// and write through it as through any other stream. Used by api_link; Asio's own blocking calls know no timeout.
#pragma once

#include <poll.h>

#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <optional>
#include <stop_token>

namespace bootferry::app {

/// How long an exchange may take, all of it; without a limit as long as the other side likes.
struct Patience {
  std::optional<std::chrono::steady_clock::time_point> until;
  std::stop_token stop;
};

class PatientSocket {
 public:
  using Tcp = boost::asio::ip::tcp;
  using Code = boost::system::error_code;
  using executor_type = Tcp::socket::executor_type;
  using lowest_layer_type = Tcp::socket::lowest_layer_type;

  PatientSocket(boost::asio::io_context& context, Patience patience)
      : socket_(context), patience_(std::move(patience)) {}

  [[nodiscard]] executor_type get_executor() { return socket_.get_executor(); }
  [[nodiscard]] lowest_layer_type& lowest_layer() { return socket_.lowest_layer(); }
  [[nodiscard]] Tcp::socket& socket() { return socket_; }

  /// An open socket to there.
  void connect(const Tcp::endpoint& there, Code& failed) {
    socket_.non_blocking(true, failed);
    if (!failed) socket_.connect(there, failed);
    if (failed == boost::asio::error::in_progress || failed == boost::asio::error::would_block) {
      int error = 0;
      socklen_t size = sizeof error;
      if (wait(POLLOUT, failed)) ::getsockopt(socket_.native_handle(), SOL_SOCKET, SO_ERROR, &error, &size);
      if (error != 0) failed = Code(error, boost::system::system_category());
    }
    Code ignored;
    socket_.non_blocking(false, ignored);
  }

  template <class Buffers>
  std::size_t read_some(const Buffers& buffers, Code& failed) {
    return wait(POLLIN, failed) ? socket_.read_some(buffers, failed) : 0;
  }
  template <class Buffers>
  std::size_t write_some(const Buffers& buffers, Code& failed) {
    return wait(POLLOUT, failed) ? socket_.write_some(buffers, failed) : 0;
  }
  template <class Buffers>
  std::size_t read_some(const Buffers& buffers) {
    return or_throw(&PatientSocket::read_some<Buffers>, buffers);
  }
  template <class Buffers>
  std::size_t write_some(const Buffers& buffers) {
    return or_throw(&PatientSocket::write_some<Buffers>, buffers);
  }

 private:
  static constexpr int longest_slice_ms = 100;  ///< a stop waits no longer

  template <class Buffers>
  std::size_t or_throw(std::size_t (PatientSocket::*call)(const Buffers&, Code&), const Buffers& buffers) {
    Code failed;
    const std::size_t done = (this->*call)(buffers, failed);
    if (failed) throw boost::system::system_error(failed);
    return done;
  }
  /// False, with the reason, when it is not ready in time.
  bool wait(short events, Code& failed) {
    failed = {};
    const bool bounded = patience_.until || patience_.stop.stop_possible();
    pollfd one{socket_.native_handle(), events, 0};
    for (;;) {
      const int ready = ::poll(&one, 1, bounded ? longest_slice_ms : -1);
      if (ready > 0) return true;
      if (ready < 0 && errno != EINTR) return failed = Code(errno, boost::system::system_category()), false;
      if (patience_.stop.stop_requested()) return failed = boost::asio::error::operation_aborted, false;
      if (patience_.until && std::chrono::steady_clock::now() >= *patience_.until)
        return failed = boost::asio::error::timed_out, false;
    }
  }

  Tcp::socket socket_;
  Patience patience_;
};

}  // namespace bootferry::app
