// liborochi_mpi.so: the one place that calls MPI. Loaded only where several processes were started together.
#include <algorithm>
#include <csignal>
#include <cstdlib>

#include <mpi.h>

#include <orochi/communicator.hpp>

namespace orochi {
namespace {

class Mpi final : public Communicator {
 public:
  Mpi() {
    // Threads that it starts leave signals to the program.
    sigset_t all, before;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before);
    int given = 0;
    MPI_Init_thread(nullptr, nullptr, MPI_THREAD_FUNNELED, &given);  // one thread calls it
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    MPI_Comm_dup(MPI_COMM_WORLD, &own_);  // apart from what a custom component sends
    MPI_Comm_rank(own_, &rank_);
    MPI_Comm_size(own_, &size_);
  }
  ~Mpi() override { MPI_Finalize(); }

  int rank() const override { return rank_; }
  int size() const override { return size_; }

  void exchange(int partner, std::span<const std::byte> send, std::span<std::byte> receive) override {
    constexpr std::size_t most = std::size_t{1} << 30;  // MPI counts by int
    const auto piece = [most](auto bytes, std::size_t at) {
      const std::size_t from = std::min(at, bytes.size());
      return bytes.subspan(from, std::min(most, bytes.size() - from));
    };
    const std::size_t end = std::max(send.size(), receive.size());
    for (std::size_t at = 0; at < end; at += most) {
      const auto out = piece(send, at);
      const auto in = piece(receive, at);
      MPI_Sendrecv(out.data(), static_cast<int>(out.size()), MPI_BYTE, partner, 0, in.data(),
                   static_cast<int>(in.size()), MPI_BYTE, partner, 0, own_, MPI_STATUS_IGNORE);
    }
  }

  [[noreturn]] void abort(int code) override {
    MPI_Abort(MPI_COMM_WORLD, code);
    std::exit(code);
  }

 private:
  MPI_Comm own_ = MPI_COMM_NULL;
  int rank_ = 0, size_ = 1;
};

}  // namespace
}  // namespace orochi

/// The number is that of the interface: another one wherever Communicator changes.
extern "C" [[gnu::visibility("default")]] orochi::Communicator* orochi_join_mpi_1() {
  return new orochi::Mpi;
}
