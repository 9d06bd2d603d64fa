// The kernel for AVX2 with FMA: 8 pixels in a vector.
#include <immintrin.h>

#include "kernel.hpp"

namespace atrous {
namespace {

struct Avx2 {
    using Floats = __m256;
    using Indices = __m256i;
    static constexpr int lanes = 8;
    static constexpr int scan_rows = 4;
    static constexpr bool permutes = true;

    static Floats set(float x) { return _mm256_set1_ps(x); }
    static Floats load(const float* p) { return _mm256_loadu_ps(p); }
    static void store(float* p, Floats x) { _mm256_storeu_ps(p, x); }
    static Floats add(Floats a, Floats b) { return _mm256_add_ps(a, b); }
    static Floats sub(Floats a, Floats b) { return _mm256_sub_ps(a, b); }
    static Floats mul(Floats a, Floats b) { return _mm256_mul_ps(a, b); }
    static Floats div(Floats a, Floats b) { return _mm256_div_ps(a, b); }
    static Floats max(Floats a, Floats b) { return _mm256_max_ps(a, b); }
    static Floats multiply_add(Floats a, Floats b, Floats c) { return _mm256_fmadd_ps(a, b, c); }
    static Floats power_of_two(Floats n) {
        const __m256i exponent = _mm256_add_epi32(_mm256_cvtps_epi32(n), _mm256_set1_epi32(127));
        return _mm256_castsi256_ps(_mm256_slli_epi32(exponent, 23));
    }

    static Indices set_index(int i) { return _mm256_set1_epi32(i); }
    static Indices next(Indices i) { return _mm256_add_epi32(i, _mm256_set1_epi32(1)); }
    static Indices load_indices(const std::int32_t* p) {
        return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
    }
    static Floats permute(Floats x, Indices lane) { return _mm256_permutevar8x32_ps(x, lane); }
    static void compete(Floats value, Indices index, Floats& best, Indices& winner) {
        const __m256 better = _mm256_cmp_ps(value, best, _CMP_GT_OQ);
        best = _mm256_max_ps(value, best);  // of a NaN and a number, max takes its second
        winner = _mm256_blendv_epi8(winner, index, _mm256_castps_si256(better));
    }
    static void store_labels(std::uint8_t* p, Indices winner) {
        const __m128i words = to_words(winner);
        _mm_storel_epi64(reinterpret_cast<__m128i*>(p), _mm_packus_epi16(words, words));
    }
    static void store_labels(std::uint16_t* p, Indices winner) {
        _mm_storeu_si128(reinterpret_cast<__m128i*>(p), to_words(winner));
    }

private:
    static __m128i to_words(Indices winner) {
        return _mm_packus_epi32(_mm256_castsi256_si128(winner),
                                _mm256_extracti128_si256(winner, 1));
    }
};

}  // namespace

const Kernel avx2_kernel{Avx2::lanes, run_task<Avx2>};

}  // namespace atrous
