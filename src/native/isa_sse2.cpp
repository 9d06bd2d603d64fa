// The kernel for SSE2, which every 64-bit x86 processor has: 4 pixels in a vector.
#include <emmintrin.h>

#include "kernel.hpp"

namespace atrous {
namespace {

struct Sse2 {
    using Floats = __m128;
    using Indices = __m128i;
    static constexpr int lanes = 4;
    static constexpr int scan_rows = 4;
    static constexpr bool permutes = false;  // not by indices known at run time only

    static Floats set(float x) { return _mm_set1_ps(x); }
    static Floats load(const float* p) { return _mm_loadu_ps(p); }
    static void store(float* p, Floats x) { _mm_storeu_ps(p, x); }
    static Floats add(Floats a, Floats b) { return _mm_add_ps(a, b); }
    static Floats sub(Floats a, Floats b) { return _mm_sub_ps(a, b); }
    static Floats mul(Floats a, Floats b) { return _mm_mul_ps(a, b); }
    static Floats div(Floats a, Floats b) { return _mm_div_ps(a, b); }
    static Floats max(Floats a, Floats b) { return _mm_max_ps(a, b); }
    static Floats multiply_add(Floats a, Floats b, Floats c) { return add(mul(a, b), c); }
    static Floats power_of_two(Floats n) {
        const __m128i exponent = _mm_add_epi32(_mm_cvtps_epi32(n), _mm_set1_epi32(127));
        return _mm_castsi128_ps(_mm_slli_epi32(exponent, 23));
    }

    static Indices set_index(int i) { return _mm_set1_epi32(i); }
    static Indices next(Indices i) { return _mm_add_epi32(i, _mm_set1_epi32(1)); }
    static void compete(Floats value, Indices index, Floats& best, Indices& winner) {
        const __m128i better = _mm_castps_si128(_mm_cmpgt_ps(value, best));
        best = _mm_max_ps(value, best);  // of a NaN and a number, max takes its second
        winner = _mm_or_si128(_mm_and_si128(better, index), _mm_andnot_si128(better, winner));
    }
    static void store_labels(std::uint8_t* p, Indices winner) {
        const __m128i words = to_words(winner);
        const int four = _mm_cvtsi128_si32(_mm_packus_epi16(words, words));
        std::memcpy(p, &four, sizeof four);
    }
    static void store_labels(std::uint16_t* p, Indices winner) {
        _mm_storel_epi64(reinterpret_cast<__m128i*>(p), to_words(winner));
    }

private:
    // SSE2 packs 32 bits to 16 with signed saturation only: move the sign there and back.
    static __m128i to_words(Indices winner) {
        const __m128i low = _mm_srai_epi32(_mm_slli_epi32(winner, 16), 16);
        return _mm_packs_epi32(low, low);
    }
};

}  // namespace

const Kernel sse2_kernel{Sse2::lanes, run_task<Sse2>};

}  // namespace atrous
