#include "plan.hpp"

#include <algorithm>
#include <cmath>

namespace atrous {

Neighbours::Neighbours(const Axis& axis, int multiple)
    : pixels_(static_cast<int>(axis.pixels)),
      padded_((pixels_ + multiple - 1) / multiple * multiple),
      low_(static_cast<std::size_t>(padded_)),
      high_(static_cast<std::size_t>(padded_)),
      weight_(static_cast<std::size_t>(padded_)) {
    const auto last_cell = static_cast<std::int32_t>(axis.cells - 1);
    for (int i = 0; i < padded_; ++i) {
        const double unclamped = axis.start + axis.step * std::min(i, pixels_ - 1);
        const double position = std::clamp(unclamped, 0.0, static_cast<double>(last_cell));
        auto low = static_cast<std::int32_t>(position);
        auto weight = static_cast<float>(position - low);
        // A weight that rounds to 1 is the next cell itself: it must come out exactly as that cell.
        if (weight >= 1.0f) {
            ++low;
            weight = 0.0f;
        }
        const auto at = static_cast<std::size_t>(i);
        low_[at] = low;
        high_[at] = std::min(low + 1, last_cell);
        weight_[at] = weight;
    }
}

Permutations::Permutations(const Neighbours& columns, int width, int lanes)
    : low_base_(static_cast<std::size_t>(columns.padded_pixels() / lanes)),
      high_base_(static_cast<std::size_t>(columns.padded_pixels() / lanes)),
      low_lane_(static_cast<std::size_t>(columns.padded_pixels())),
      high_lane_(static_cast<std::size_t>(columns.padded_pixels())) {
    const Samples samples = columns.samples();
    const int blocks = columns.padded_pixels() / lanes;
    for (int block = 0; block < blocks; ++block) {
        const std::int32_t* low = samples.low + block * lanes;
        const std::int32_t* high = samples.high + block * lanes;
        // Near the end of the row the load moves back, so as not to reach beyond it.
        const std::int32_t low_base = std::min(low[0], width - lanes);
        const std::int32_t high_base = std::min(high[0], width - lanes);
        const bool fits = low[lanes - 1] - low_base < lanes && high[lanes - 1] - high_base < lanes;
        low_base_[static_cast<std::size_t>(block)] = fits ? low_base : -1;
        high_base_[static_cast<std::size_t>(block)] = fits ? high_base : -1;
        for (int lane = 0; lane < lanes; ++lane) {
            const auto at = static_cast<std::size_t>(block * lanes + lane);
            low_lane_[at] = low[lane] - low_base;
            high_lane_[at] = high[lane] - high_base;
        }
    }
}

WideGrid::WideGrid(const Request& request, int lanes) {
    const auto height = static_cast<std::int32_t>(request.rows.cells);
    const auto width = static_cast<std::int32_t>(request.columns.cells);
    const std::int32_t wide = std::max(width, lanes);
    const auto classes = static_cast<std::int32_t>(request.classes);
    grid_ = {request.logits, classes, height, wide, std::ptrdiff_t{height} * wide};
    if (wide == width) {
        return;
    }
    const std::ptrdiff_t rows = std::ptrdiff_t{classes} * height;
    copy_ = Buffer<float>(static_cast<std::size_t>(rows * wide));
    for (std::ptrdiff_t row = 0; row < rows; ++row) {
        const float* from = request.logits + row * width;
        float* to = copy_.data() + row * wide;
        std::copy_n(from, width, to);
        std::fill(to + width, to + wide, from[width - 1]);
    }
    grid_.logits = copy_.data();
}

}  // namespace atrous
