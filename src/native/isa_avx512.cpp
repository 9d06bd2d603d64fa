// The kernel for AVX-512F: 16 pixels in a vector, masks in registers of their own.
#include <immintrin.h>

#include "kernel.hpp"

namespace atrous {
namespace {

struct Avx512 {
    using Floats = __m512;
    using Indices = __m512i;
    static constexpr int lanes = 16;
    static constexpr int scan_rows = 4;
    static constexpr bool permutes = true;

    static Floats set(float x) { return _mm512_set1_ps(x); }
    static Floats load(const float* p) { return _mm512_loadu_ps(p); }
    static void store(float* p, Floats x) { _mm512_storeu_ps(p, x); }
    static Floats add(Floats a, Floats b) { return _mm512_add_ps(a, b); }
    static Floats sub(Floats a, Floats b) { return _mm512_sub_ps(a, b); }
    static Floats mul(Floats a, Floats b) { return _mm512_mul_ps(a, b); }
    static Floats div(Floats a, Floats b) { return _mm512_div_ps(a, b); }
    static Floats max(Floats a, Floats b) { return _mm512_max_ps(a, b); }
    static Floats multiply_add(Floats a, Floats b, Floats c) { return _mm512_fmadd_ps(a, b, c); }
    static Floats power_of_two(Floats n) {
        const __m512i exponent = _mm512_add_epi32(_mm512_cvtps_epi32(n), _mm512_set1_epi32(127));
        return _mm512_castsi512_ps(_mm512_slli_epi32(exponent, 23));
    }

    static Indices set_index(int i) { return _mm512_set1_epi32(i); }
    static Indices next(Indices i) { return _mm512_add_epi32(i, _mm512_set1_epi32(1)); }
    static Indices load_indices(const std::int32_t* p) { return _mm512_loadu_si512(p); }
    static Floats permute(Floats x, Indices lane) { return _mm512_permutexvar_ps(lane, x); }
    static void compete(Floats value, Indices index, Floats& best, Indices& winner) {
        const __mmask16 better = _mm512_cmp_ps_mask(value, best, _CMP_GT_OQ);
        best = _mm512_max_ps(value, best);  // of a NaN and a number, max takes its second
        winner = _mm512_mask_mov_epi32(winner, better, index);
    }
    static void store_labels(std::uint8_t* p, Indices winner) {
        _mm_storeu_si128(reinterpret_cast<__m128i*>(p), _mm512_cvtepi32_epi8(winner));
    }
    static void store_labels(std::uint16_t* p, Indices winner) {
        _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), _mm512_cvtepi32_epi16(winner));
    }
};

}  // namespace

const Kernel avx512_kernel{Avx512::lanes, run_task<Avx512>};

}  // namespace atrous
