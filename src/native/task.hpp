// What a kernel is given: plain data only, because kernels are compiled with flags of their own and
// must share no inline code with the rest.
#pragma once

#include <cstddef>
#include <cstdint>

namespace atrous {

// The logits: one plane of height x width cells per class.
struct Grid {
    const float* logits;
    std::int32_t classes;
    std::int32_t height;
    std::int32_t width;
    std::ptrdiff_t plane;  // floats from one class to the next
};

// Pixel i of an axis is low[i] + weight[i] * (high[i] - low[i]), speaking of the cells' values.
struct Samples {
    const std::int32_t* low;
    const std::int32_t* high;
    const float* weight;
    std::int32_t pixels;
};

// For block b of a row, its low cells are lanes low_lane[b * lanes ...] of the vector loaded at
// low_base[b], and likewise high. A negative base: the block's cells do not fit in a vector.
struct Shuffles {
    const std::int32_t* low_base;
    const std::int32_t* high_base;
    const std::int32_t* low_lane;
    const std::int32_t* high_lane;
};

// A thread's own memory.
struct Scratch {
    // Two rows of the grid stretched to the output's columns, the even and the odd one:
    // [block of the tile][class][lane].
    float* stretched[2];
    // For each block, which row of the grid is in there; -1 for none.
    std::int32_t* held[2];
    // The winning class of every cell in the rows the band reads; null where blocks are not worth
    // a look for being of one class.
    std::uint16_t* cell_winners;
};

// The output rows first_row .. end_row - 1, on one thread.
struct Task {
    Grid grid;
    Samples rows;
    Samples columns;
    Shuffles shuffles;
    std::int32_t first_row;
    std::int32_t end_row;
    std::int32_t tile_blocks;  // blocks whose stretched rows fit in the cache together
    void* labels;
    int label_bytes;
    float* confidence;  // or null
    Scratch scratch;
};

struct Kernel {
    int lanes;  // pixels in a vector
    void (*run)(const Task&) noexcept;
};

extern const Kernel plain_kernel;
extern const Kernel sse2_kernel;
extern const Kernel avx2_kernel;
extern const Kernel avx512_kernel;

}  // namespace atrous
