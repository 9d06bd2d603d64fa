#include "upsample.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <stdexcept>
#include <thread>

#include "dispatch.hpp"
#include "plan.hpp"

namespace atrous {
namespace {

// A thread costs some 20 to 50 microseconds to start; this many class scores take about 100.
constexpr std::int64_t scores_per_thread = std::int64_t{1} << 21;

// What the two stretched rows of a tile may take of a core's second-level cache.
constexpr std::int64_t tile_bytes = 256 * 1024;

// Padding and block arithmetic must stay within int.
constexpr std::int64_t most_pixels = std::numeric_limits<std::int32_t>::max() - 64;

void check(const Request& request) {
    for (const Axis& axis : {request.rows, request.columns}) {
        if (axis.cells < 1 || axis.pixels < 1 || axis.cells > most_pixels ||
            axis.pixels > most_pixels) {
            throw std::invalid_argument("an axis is empty or longer than 2^31 - 65");
        }
        if (!(axis.step >= 0.0) || !std::isfinite(axis.step) || !std::isfinite(axis.start)) {
            throw std::invalid_argument("an axis must have a start and a step that is not negative");
        }
    }
    const std::int64_t most_classes = request.label_bytes == 1 ? 1 << 8 : 1 << 16;
    if (request.classes < 1 || request.classes > most_classes) {
        throw std::invalid_argument("the labels cannot hold that many classes");
    }
    if (request.threads < 1) {
        throw std::invalid_argument("threads must be at least 1");
    }
}

int threads_worth_starting(const Request& request) {
    const double scores = static_cast<double>(request.classes) *
                          static_cast<double>(request.rows.pixels) *
                          static_cast<double>(request.columns.pixels);
    const double worth = scores / static_cast<double>(scores_per_thread);
    const double most = static_cast<double>(
        std::min<std::int64_t>(request.threads, request.rows.pixels));
    return static_cast<int>(std::clamp(worth, 1.0, most));
}

// One thread's rows and the memory behind its Scratch.
class Band {
public:
    Band(const Task& whole, int first_row, int end_row, int lanes, bool look_for_fills)
        : task_(whole) {
        task_.first_row = first_row;
        task_.end_row = end_row;
        const auto blocks = static_cast<std::size_t>(whole.tile_blocks);
        const auto block_floats =
            static_cast<std::size_t>(whole.grid.classes) * static_cast<std::size_t>(lanes);
        for (int parity = 0; parity < 2; ++parity) {
            stretched_[parity] = Buffer<float>(blocks * block_floats);
            held_[parity] = Buffer<std::int32_t>(blocks);
            task_.scratch.stretched[parity] = stretched_[parity].data();
            task_.scratch.held[parity] = held_[parity].data();
        }
        if (look_for_fills) {
            const std::int32_t rows_read =
                whole.rows.high[end_row - 1] - whole.rows.low[first_row] + 1;
            winners_ = Buffer<std::uint16_t>(static_cast<std::size_t>(rows_read) *
                                             static_cast<std::size_t>(whole.grid.width));
        }
        task_.scratch.cell_winners = winners_.data();
    }

    const Task& task() const { return task_; }

private:
    Task task_;
    Buffer<float> stretched_[2];
    Buffer<std::int32_t> held_[2];
    Buffer<std::uint16_t> winners_;
};

// Knowing the winner of every cell costs as much as scanning that many pixels: it pays where there
// are several pixels to a cell. A confidence needs every class of every pixel anyway.
bool fills_pay(const Request& request, const Neighbours& rows, int grid_width) {
    const Samples samples = rows.samples();
    const std::int64_t rows_read = samples.high[samples.pixels - 1] - samples.low[0] + 1;
    return request.confidence == nullptr &&
           request.rows.pixels * request.columns.pixels >= 2 * rows_read * grid_width;
}

void run_all(const Kernel& kernel, const std::vector<Band>& bands) {
    std::vector<std::thread> helpers;
    helpers.reserve(bands.size());
    std::size_t started = 1;
    try {
        for (; started < bands.size(); ++started) {
            helpers.emplace_back(kernel.run, std::cref(bands[started].task()));
        }
    } catch (...) {
        // The system has no more threads, or no memory for one: the rest is done here.
    }
    kernel.run(bands[0].task());
    for (std::size_t rest = started; rest < bands.size(); ++rest) {
        kernel.run(bands[rest].task());
    }
    for (std::thread& helper : helpers) {
        helper.join();
    }
}

}  // namespace

void upsample(const Request& request) {
    check(request);
    const Kernel& kernel = kernel_for(request.isa);
    const Neighbours rows(request.rows, 1);
    const Neighbours columns(request.columns, kernel.lanes);
    const WideGrid wide(request, kernel.lanes);
    const Permutations permutations(columns, wide.grid().width, kernel.lanes);

    const std::int64_t blocks = columns.padded_pixels() / kernel.lanes;
    const std::int64_t block_bytes = 2 * request.classes * kernel.lanes * sizeof(float);
    const std::int64_t tile_blocks =
        std::clamp<std::int64_t>(tile_bytes / block_bytes, 1, blocks);

    Task whole{};
    whole.grid = wide.grid();
    whole.rows = rows.samples();
    whole.columns = columns.samples();
    whole.shuffles = permutations.shuffles();
    whole.tile_blocks = static_cast<std::int32_t>(tile_blocks);
    whole.labels = request.labels;
    whole.label_bytes = request.label_bytes;
    whole.confidence = request.confidence;

    const bool look_for_fills = fills_pay(request, rows, wide.grid().width);
    const int count = threads_worth_starting(request);
    std::vector<Band> bands;
    bands.reserve(static_cast<std::size_t>(count));
    for (int i = 0; i < count; ++i) {
        const auto first = static_cast<int>(request.rows.pixels * i / count);
        const auto end = static_cast<int>(request.rows.pixels * (i + 1) / count);
        bands.emplace_back(whole, first, end, kernel.lanes, look_for_fills);
    }
    run_all(kernel, bands);
}

}  // namespace atrous
