// The kernel in plain C++, for every processor. Arrays of fixed length stand for vectors; compilers
// turn the loops over them into whatever vector instructions the target has.
#include "kernel.hpp"

namespace atrous {
namespace {

struct Plain {
    static constexpr int lanes = 8;
    static constexpr int scan_rows = 2;
    static constexpr bool permutes = false;

    struct Floats {
        float lane[lanes];
    };
    struct Indices {
        std::int32_t lane[lanes];
    };

    static Floats set(float x) {
        return each([=](int) { return x; });
    }
    static Floats load(const float* p) {
        return each([=](int i) { return p[i]; });
    }
    static void store(float* p, const Floats& x) { std::memcpy(p, x.lane, sizeof x.lane); }
    static Floats add(const Floats& a, const Floats& b) {
        return each([&](int i) { return a.lane[i] + b.lane[i]; });
    }
    static Floats sub(const Floats& a, const Floats& b) {
        return each([&](int i) { return a.lane[i] - b.lane[i]; });
    }
    static Floats mul(const Floats& a, const Floats& b) {
        return each([&](int i) { return a.lane[i] * b.lane[i]; });
    }
    static Floats div(const Floats& a, const Floats& b) {
        return each([&](int i) { return a.lane[i] / b.lane[i]; });
    }
    static Floats max(const Floats& a, const Floats& b) {  // b where one is NaN, as on x86
        return each([&](int i) { return a.lane[i] > b.lane[i] ? a.lane[i] : b.lane[i]; });
    }
    static Floats multiply_add(const Floats& a, const Floats& b, const Floats& c) {
        return each([&](int i) { return a.lane[i] * b.lane[i] + c.lane[i]; });
    }
    static Floats power_of_two(const Floats& n) {
        return each([&](int i) {
            // NaN has no integer: any power will do, the product is NaN anyway.
            const float whole = n.lane[i] > -127.0f ? n.lane[i] : -127.0f;
            const std::int32_t bits = (static_cast<std::int32_t>(whole) + 127) << 23;
            float power;
            std::memcpy(&power, &bits, sizeof power);
            return power;
        });
    }

    static Indices set_index(std::int32_t index) {
        Indices out;
        for (int i = 0; i < lanes; ++i) {
            out.lane[i] = index;
        }
        return out;
    }
    static Indices next(const Indices& index) { return set_index(index.lane[0] + 1); }
    static void compete(const Floats& value, const Indices& index, Floats& best, Indices& winner) {
        for (int i = 0; i < lanes; ++i) {
            const bool better = value.lane[i] > best.lane[i];
            best.lane[i] = better ? value.lane[i] : best.lane[i];
            winner.lane[i] = better ? index.lane[i] : winner.lane[i];
        }
    }
    template <class Label>
    static void store_labels(Label* p, const Indices& winner) {
        for (int i = 0; i < lanes; ++i) {
            p[i] = static_cast<Label>(winner.lane[i]);
        }
    }

private:
    template <class LaneValue>
    static Floats each(LaneValue value) {
        Floats out;
        for (int i = 0; i < lanes; ++i) {
            out.lane[i] = value(i);
        }
        return out;
    }
};

}  // namespace

const Kernel plain_kernel{Plain::lanes, run_task<Plain>};

}  // namespace atrous
