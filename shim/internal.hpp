// SPDX-License-Identifier: BSD-2-Clause
// Shared by the files of the shim: the handle, and the conversion of exceptions to statuses.
#ifndef HILUM_SHIM_INTERNAL_HPP
#define HILUM_SHIM_INTERNAL_HPP

#include "held_signals.h"
#include "torch_shim.h"

#include <ATen/core/Tensor.h>

#include <exception>
#include <string>

struct ts_tensor {
    at::Tensor t;
};

// Stores the message for ts_last_error of this thread.
void ts_remember_error(const std::string &what);

at::Device ts_torch_device(ts_device d);

// Blocks signals while libtorch computes, as its math libraries and the threads that it starts must
// not be interrupted by them.
class held_signals
{
  public:
    held_signals()
    {
        hold_signals(&before_);
    }
    ~held_signals()
    {
        release_signals(&before_);
    }
    held_signals(const held_signals &) = delete;
    held_signals &operator=(const held_signals &) = delete;

  private:
    sigset_t before_;
};

// Runs body with signals blocked; turns exceptions into a status.
template <typename F> int guard(F body)
{
    const held_signals held;
    try {
        body();
        return 0;
    } catch (const std::exception &e) {
        ts_remember_error(e.what());
    } catch (...) {
        ts_remember_error("unknown C++ exception");
    }
    return -1;
}

// The same for a body that returns a tensor.
template <typename F> int produce(ts_tensor **out, F body)
{
    return guard([&] { *out = new ts_tensor{body()}; });
}

#endif
