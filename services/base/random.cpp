// SPDX-License-Identifier: Apache-2.0
#include "base/random.hpp"

#include <sodium.h>

namespace bootferry {

void SystemRandom::fill(MutableByteView out) { randombytes_buf(out.data(), out.size()); }

}  // namespace bootferry
