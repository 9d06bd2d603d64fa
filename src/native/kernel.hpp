// The kernel, written once over a vector type and compiled once per instruction set.
//
// Each isa_*.cpp defines a vector type in an unnamed namespace and instantiates run_task with it.
// So everything here has internal linkage there, and no code compiled for a wide instruction set
// can be picked by the linker for a narrow one. For the same reason no code of std is used.
//
// The output is cut into blocks: one vector of pixels across, and down all rows that lie between
// the same two rows of cells (one run). For a block,
//   1. both rows of cells are stretched to the block's columns (linear in x), for all classes;
//      the lower row serves the next run as its upper one;
//   2. each pixel row is a linear mix of the two, and the classes compete for its pixels: a
//      multiply-add, a comparison, a maximum and a selection per vector and class.
// The mix is a weighted mean of four cells. Where one class wins all cells that a block reads, it
// therefore wins all its pixels, and the block is filled without any of that.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>

#include "task.hpp"

namespace atrous {

// e^x for x <= 0 (NaN stays NaN), relative error below 3e-7. Below -87, where e^x leaves the range
// of normal floats, it gives e^-87.
template <class Simd>
typename Simd::Floats exp_of_negative(typename Simd::Floats x) {
    using Floats = typename Simd::Floats;
    // The order of arguments lets NaN through.
    const Floats bounded = Simd::max(Simd::set(-87.0f), x);
    // x = n * ln 2 + r, |r| <= ln 2 / 2. Adding 1.5 * 2^23 rounds to a whole number.
    const Floats magic = Simd::set(12582912.0f);
    const Floats log2e = Simd::set(1.44269504f);
    const Floats n = Simd::sub(Simd::multiply_add(bounded, log2e, magic), magic);
    // ln 2 in two parts, of which the first has few enough digits for n * part to be exact.
    Floats r = Simd::multiply_add(n, Simd::set(-0.693359375f), bounded);
    r = Simd::multiply_add(n, Simd::set(2.12194440e-4f), r);
    // The Taylor series to r^6; the next term is below 1.3e-7 of the sum.
    Floats sum = Simd::multiply_add(Simd::set(1.0f / 720), r, Simd::set(1.0f / 120));
    sum = Simd::multiply_add(sum, r, Simd::set(1.0f / 24));
    sum = Simd::multiply_add(sum, r, Simd::set(1.0f / 6));
    sum = Simd::multiply_add(sum, r, Simd::set(0.5f));
    sum = Simd::multiply_add(sum, r, Simd::set(1.0f));
    sum = Simd::multiply_add(sum, r, Simd::set(1.0f));
    return Simd::mul(sum, Simd::power_of_two(n));
}

// `scored` asks for confidences. It is fixed at compile time because a scan whose best values are
// needed afterwards is compiled to keep them in memory, and a labels-only scan must not pay for it.
template <class Simd, class Label, bool scored>
class Upsampler {
    using Floats = typename Simd::Floats;
    using Indices = typename Simd::Indices;
    static constexpr int lanes = Simd::lanes;
    // Rows of pixels scanned together: as many as their winners fit in registers.
    static constexpr int most_rows = Simd::scan_rows;

public:
    explicit Upsampler(const Task& task)
        : task_(task),
          grid_(task.grid),
          top_cells_(task.rows.low[task.first_row]),
          labels_(static_cast<Label*>(task.labels)) {}

    void run() const {
        if (task_.scratch.cell_winners != nullptr) {
            find_cell_winners();
        }
        const int blocks = (task_.columns.pixels + lanes - 1) / lanes;
        for (int tile = 0; tile < blocks; tile += task_.tile_blocks) {
            const int left = blocks - tile;
            run_tile(tile, left < task_.tile_blocks ? left : task_.tile_blocks);
        }
    }

private:
    void run_tile(int first_block, int blocks) const {
        for (int i = 0; i < blocks; ++i) {
            task_.scratch.held[0][i] = task_.scratch.held[1][i] = -1;
        }
        for (int row = task_.first_row; row < task_.end_row;) {
            const int end = end_of_run(row);
            for (int i = 0; i < blocks; ++i) {
                run_block(first_block + i, i, row, end);
            }
            row = end;
        }
    }

    // The first row after `row` that lies between other cells.
    int end_of_run(int row) const {
        const std::int32_t low = task_.rows.low[row];
        while (++row < task_.end_row && task_.rows.low[row] == low) {
        }
        return row;
    }

    void run_block(int block, int slot, int row, int end) const {
        const int upper = task_.rows.low[row];
        const int lower = task_.rows.high[row];
        if (task_.scratch.cell_winners != nullptr) {
            const int winner = common_winner(block, upper, lower);
            if (winner >= 0) {
                const Indices label = Simd::set_index(winner);
                for (; row < end; ++row) {
                    put_labels(row, block, label);
                }
                return;
            }
        }
        const float* above = stretched(block, slot, upper);
        const float* below = stretched(block, slot, lower);
        for (; end - row >= most_rows; row += most_rows) {
            scan_rows<most_rows>(block, row, above, below);
        }
        scan_rest<most_rows - 1>(block, row, end - row, above, below);
    }

    // Scan the last `rows` <= Rows rows of a run.
    template <int Rows>
    void scan_rest(int block, int row, int rows, const float* above, const float* below) const {
        if constexpr (Rows > 0) {
            if (rows == Rows) {
                scan_rows<Rows>(block, row, above, below);
            } else {
                scan_rest<Rows - 1>(block, row, rows, above, below);
            }
        }
    }

    template <int Rows>
    void scan_rows(int block, int row, const float* above, const float* below) const {
        Floats weight[Rows];
        Floats best[Rows];
        Indices winner[Rows];
        for (int r = 0; r < Rows; ++r) {
            weight[r] = Simd::set(task_.rows.weight[row + r]);
            best[r] = Simd::set(-INFINITY);
            winner[r] = Simd::set_index(0);
        }
        Indices index = Simd::set_index(0);
        for (std::int32_t c = 0; c < grid_.classes; ++c) {
            const Floats start = Simd::load(above + c * lanes);
            const Floats rise = Simd::sub(Simd::load(below + c * lanes), start);
            for (int r = 0; r < Rows; ++r) {
                const Floats value = Simd::multiply_add(weight[r], rise, start);
                Simd::compete(value, index, best[r], winner[r]);
            }
            index = Simd::next(index);
        }
        for (int r = 0; r < Rows; ++r) {
            put_labels(row + r, block, winner[r]);
        }
        if constexpr (scored) {
            score_rows<Rows>(block, row, above, below, weight, best);
        }
    }

    // The softmax probability of the best class: 1 / sum over classes of e^(value - best).
    template <int Rows>
    void score_rows(int block, int row, const float* above, const float* below,
                    const Floats (&weight)[Rows], const Floats (&best)[Rows]) const {
        Floats total[Rows];
        for (int r = 0; r < Rows; ++r) {
            total[r] = Simd::set(0.0f);
        }
        for (std::int32_t c = 0; c < grid_.classes; ++c) {
            const Floats start = Simd::load(above + c * lanes);
            const Floats rise = Simd::sub(Simd::load(below + c * lanes), start);
            for (int r = 0; r < Rows; ++r) {
                const Floats value = Simd::multiply_add(weight[r], rise, start);
                total[r] = Simd::add(total[r], exp_of_negative<Simd>(Simd::sub(value, best[r])));
            }
        }
        for (int r = 0; r < Rows; ++r) {
            put_confidence(row + r, block, Simd::div(Simd::set(1.0f), total[r]));
        }
    }

    // Row `y` of the grid at the block's columns, for all classes: [class][lane].
    const float* stretched(int block, int slot, int y) const {
        const int parity = y & 1;
        float* out = task_.scratch.stretched[parity] +
                     static_cast<std::ptrdiff_t>(slot) * grid_.classes * lanes;
        std::int32_t& held = task_.scratch.held[parity][slot];
        if (held != y) {
            held = y;
            stretch(block, grid_.logits + static_cast<std::ptrdiff_t>(y) * grid_.width, out);
        }
        return out;
    }

    void stretch(int block, const float* row, float* out) const {
        const int first = block * lanes;
        const Samples& columns = task_.columns;
        const Shuffles& shuffles = task_.shuffles;
        if constexpr (Simd::permutes) {
            if (shuffles.low_base[block] >= 0) {
                const Indices low_lane = Simd::load_indices(shuffles.low_lane + first);
                const Indices high_lane = Simd::load_indices(shuffles.high_lane + first);
                const Floats weight = Simd::load(columns.weight + first);
                const float* low_cells = row + shuffles.low_base[block];
                const float* high_cells = row + shuffles.high_base[block];
                for (std::int32_t c = 0; c < grid_.classes; ++c) {
                    const Floats low = Simd::permute(Simd::load(low_cells), low_lane);
                    const Floats high = Simd::permute(Simd::load(high_cells), high_lane);
                    Simd::store(out, Simd::multiply_add(weight, Simd::sub(high, low), low));
                    low_cells += grid_.plane;
                    high_cells += grid_.plane;
                    out += lanes;
                }
                return;
            }
        }
        for (std::int32_t c = 0; c < grid_.classes; ++c) {
            for (int i = 0; i < lanes; ++i) {
                const float low = row[columns.low[first + i]];
                const float high = row[columns.high[first + i]];
                out[i] = low + columns.weight[first + i] * (high - low);
            }
            row += grid_.plane;
            out += lanes;
        }
    }

    // The class that wins all cells the block reads in two rows of the grid, or -1.
    int common_winner(int block, int upper, int lower) const {
        const int first = task_.columns.low[block * lanes];
        const int last = task_.columns.high[block * lanes + lanes - 1];
        const std::uint16_t* above = winners_of_row(upper);
        const std::uint16_t* below = winners_of_row(lower);
        const std::uint16_t winner = above[first];
        for (int x = first; x <= last; ++x) {
            if (above[x] != winner || below[x] != winner) {
                return -1;
            }
        }
        return winner;
    }

    std::uint16_t* winners_of_row(int y) const {
        return task_.scratch.cell_winners +
               static_cast<std::ptrdiff_t>(y - top_cells_) * grid_.width;
    }

    // The winner of every cell in the rows that the band reads. Rows follow each other in memory
    // without a gap, so they are scanned as one.
    void find_cell_winners() const {
        const int bottom_cells = task_.rows.high[task_.end_row - 1];
        const std::ptrdiff_t cells =
            static_cast<std::ptrdiff_t>(bottom_cells - top_cells_ + 1) * grid_.width;
        constexpr int together = 4;
        std::ptrdiff_t cell = 0;
        for (; cells - cell >= together * lanes; cell += together * lanes) {
            scan_cells<together>(cell);
        }
        for (; cells - cell >= lanes; cell += lanes) {
            scan_cells<1>(cell);
        }
        if (cell < cells) {
            scan_cells<1>(cells - lanes);  // again over some that are done
        }
    }

    template <int Vectors>
    void scan_cells(std::ptrdiff_t first_cell) const {
        Floats best[Vectors];
        Indices winner[Vectors];
        for (int v = 0; v < Vectors; ++v) {
            best[v] = Simd::set(-INFINITY);
            winner[v] = Simd::set_index(0);
        }
        const float* cells = grid_.logits +
                             static_cast<std::ptrdiff_t>(top_cells_) * grid_.width + first_cell;
        Indices index = Simd::set_index(0);
        for (std::int32_t c = 0; c < grid_.classes; ++c) {
            for (int v = 0; v < Vectors; ++v) {
                Simd::compete(Simd::load(cells + v * lanes), index, best[v], winner[v]);
            }
            cells += grid_.plane;
            index = Simd::next(index);
        }
        for (int v = 0; v < Vectors; ++v) {
            Simd::store_labels(task_.scratch.cell_winners + first_cell + v * lanes, winner[v]);
        }
    }

    void put_labels(int row, int block, Indices winner) const {
        const int valid = pixels_in(block);
        if (valid == lanes) {
            Simd::store_labels(labels_ + offset_of(row, block), winner);
            return;
        }
        Label whole[lanes];
        Simd::store_labels(whole, winner);
        std::memcpy(labels_ + offset_of(row, block), whole,
                    static_cast<std::size_t>(valid) * sizeof(Label));
    }

    void put_confidence(int row, int block, Floats values) const {
        const int valid = pixels_in(block);
        if (valid == lanes) {
            Simd::store(task_.confidence + offset_of(row, block), values);
            return;
        }
        float whole[lanes];
        Simd::store(whole, values);
        std::memcpy(task_.confidence + offset_of(row, block), whole,
                    static_cast<std::size_t>(valid) * sizeof(float));
    }

    std::ptrdiff_t offset_of(int row, int block) const {
        return static_cast<std::ptrdiff_t>(row) * task_.columns.pixels + block * lanes;
    }

    // Pixels of a block that are in the image; the last block of a row may reach beyond it.
    int pixels_in(int block) const {
        const int left = task_.columns.pixels - block * lanes;
        return left < lanes ? left : lanes;
    }

    const Task& task_;
    const Grid& grid_;
    const int top_cells_;  // the first row of the grid that the band reads
    Label* const labels_;
};

template <class Simd, class Label>
void run_labelled(const Task& task) {
    if (task.confidence == nullptr) {
        Upsampler<Simd, Label, false>(task).run();
    } else {
        Upsampler<Simd, Label, true>(task).run();
    }
}

template <class Simd>
void run_task(const Task& task) noexcept {
    if (task.label_bytes == 1) {
        run_labelled<Simd, std::uint8_t>(task);
    } else {
        run_labelled<Simd, std::uint16_t>(task);
    }
}

}  // namespace atrous
