#include "dispatch.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>

#if defined(ATROUS_X86) && defined(_MSC_VER) && !defined(__clang__)
#include <immintrin.h>
#include <intrin.h>
#endif

namespace atrous {
namespace {

#if defined(ATROUS_X86)

struct Features {
    bool avx2;    // and FMA
    bool avx512;  // AVX-512F
};

#if defined(_MSC_VER) && !defined(__clang__)

Features detect() {
    int leaf[4];
    __cpuid(leaf, 0);
    const int last_leaf = leaf[0];
    __cpuid(leaf, 1);
    const bool fma = (leaf[2] >> 12 & 1) != 0;
    const bool os_saves_state = (leaf[2] >> 27 & 1) != 0;
    if (!os_saves_state || !fma || last_leaf < 7) {
        return {false, false};
    }
    // Registers the operating system saves: bits 1-2 are SSE and AVX, 5-7 those of AVX-512.
    const unsigned long long saved = _xgetbv(0);
    __cpuidex(leaf, 7, 0);
    const bool avx2 = (leaf[1] >> 5 & 1) != 0 && (saved & 0x06) == 0x06;
    const bool avx512 = avx2 && (leaf[1] >> 16 & 1) != 0 && (saved & 0xe6) == 0xe6;
    return {avx2, avx512};
}

#else

// The compiler's own detection asks the operating system too.
Features detect() {
    __builtin_cpu_init();
    const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    return {avx2, avx2 && __builtin_cpu_supports("avx512f")};
}

#endif

#endif  // ATROUS_X86

}  // namespace

std::vector<Isa> supported_isas() {
    std::vector<Isa> isas{Isa::plain};
#if defined(ATROUS_X86)
    static const Features features = detect();
    isas.push_back(Isa::sse2);
    if (features.avx2) {
        isas.push_back(Isa::avx2);
    }
    if (features.avx512) {
        isas.push_back(Isa::avx512);
    }
#endif
    return isas;
}

std::string_view isa_name(Isa isa) {
    switch (isa) {
        case Isa::sse2: return "sse2";
        case Isa::avx2: return "avx2";
        case Isa::avx512: return "avx512";
        case Isa::plain: break;
    }
    return "plain";
}

const Kernel& kernel_for(Isa isa) {
    const std::vector<Isa> supported = supported_isas();
    if (std::find(supported.begin(), supported.end(), isa) == supported.end()) {
        throw std::invalid_argument("this machine cannot run " + std::string(isa_name(isa)));
    }
#if defined(ATROUS_X86)
    switch (isa) {
        case Isa::sse2: return sse2_kernel;
        case Isa::avx2: return avx2_kernel;
        case Isa::avx512: return avx512_kernel;
        case Isa::plain: break;
    }
#endif
    return plain_kernel;
}

}  // namespace atrous
