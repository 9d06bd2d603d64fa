// Bilinear upsampling fused with argmax: the interface of the kernel, free of Python.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace atrous {

// The instruction sets the kernel is compiled for, from the narrowest to the widest.
enum class Isa { plain, sse2, avx2, avx512 };

// Those that this build has and this processor and operating system can run.
std::vector<Isa> supported_isas();

std::string_view isa_name(Isa isa);

// Along one axis, pixel i reads the grid at start + i * step cells, clamped to [0, cells - 1].
// The step is not negative.
struct Axis {
    double start;
    double step;
    std::int64_t pixels;
    std::int64_t cells;
};

struct Request {
    const float* logits;  // [classes][rows.cells][columns.cells], contiguous
    std::int64_t classes;
    Axis rows;
    Axis columns;
    void* labels;       // [rows.pixels][columns.pixels], each of label_bytes
    int label_bytes;    // 1 (up to 256 classes) or 2 (up to 65536)
    float* confidence;  // as many floats, or null: the softmax probability of the label
    int threads;        // at most so many
    Isa isa;
};

// Fill the labels (and the confidence). Throws std::invalid_argument for what it cannot take.
void upsample(const Request& request);

}  // namespace atrous
