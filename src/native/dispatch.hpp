// Which kernels this build has and this processor can run.
#pragma once

#include "task.hpp"
#include "upsample.hpp"

namespace atrous {

// The kernel for one of supported_isas(); throws std::invalid_argument for any other.
const Kernel& kernel_for(Isa isa);

}  // namespace atrous
