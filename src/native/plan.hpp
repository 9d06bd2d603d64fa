// What is worked out once per call, before any pixel: where pixels lie between cells, and the
// memory the kernels work in.
#pragma once

#include <cstddef>
#include <cstdint>
#include <new>

#include "task.hpp"
#include "upsample.hpp"

namespace atrous {

// An array of plain numbers on a cache line's boundary, uninitialised.
template <class Number>
class Buffer {
public:
    Buffer() = default;
    explicit Buffer(std::size_t count)
        : data_(static_cast<Number*>(::operator new(count * sizeof(Number), alignment))) {}
    Buffer(Buffer&& other) noexcept : data_(other.data_) { other.data_ = nullptr; }
    Buffer& operator=(Buffer&& other) noexcept {
        Number* mine = data_;
        data_ = other.data_;
        other.data_ = mine;
        return *this;
    }
    ~Buffer() { ::operator delete(data_, alignment); }

    Number* data() const { return data_; }
    Number& operator[](std::size_t index) const { return data_[index]; }

private:
    static constexpr std::align_val_t alignment{64};
    Number* data_ = nullptr;
};

// The two cells each pixel of an axis lies between. The last pixel is repeated up to a multiple of
// `multiple`, so that whole vectors of pixels can be read.
class Neighbours {
public:
    Neighbours(const Axis& axis, int multiple);
    Samples samples() const { return {low_.data(), high_.data(), weight_.data(), pixels_}; }
    int padded_pixels() const { return padded_; }

private:
    int pixels_;
    int padded_;
    Buffer<std::int32_t> low_;
    Buffer<std::int32_t> high_;
    Buffer<float> weight_;
};

// For every block of `lanes` pixels in a row, how to get its neighbours with one load and one
// permutation each. That works while the block's cells fit in a vector, so whenever the row is
// not shrunk.
class Permutations {
public:
    // `width` is the length of a row of cells in memory, at least `lanes`.
    Permutations(const Neighbours& columns, int width, int lanes);
    Shuffles shuffles() const {
        return {low_base_.data(), high_base_.data(), low_lane_.data(), high_lane_.data()};
    }

private:
    Buffer<std::int32_t> low_base_;
    Buffer<std::int32_t> high_base_;
    Buffer<std::int32_t> low_lane_;
    Buffer<std::int32_t> high_lane_;
};

// The logits with rows of at least `lanes` cells, so that a vector can be loaded anywhere: the
// caller's own where they are that wide, else a copy whose rows repeat their last cell.
class WideGrid {
public:
    WideGrid(const Request& request, int lanes);
    const Grid& grid() const { return grid_; }

private:
    Buffer<float> copy_;
    Grid grid_;
};

}  // namespace atrous
