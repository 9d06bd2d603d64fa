// atrous._core: checks what Python hands over, lets go of the interpreter, runs the kernel.
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/string_view.h>
#include <nanobind/stl/vector.h>

#include <optional>
#include <stdexcept>
#include <string>

#include "upsample.hpp"

namespace nb = nanobind;

namespace {

using Logits = nb::ndarray<const float, nb::ndim<3>, nb::c_contig, nb::device::cpu>;
using Labels = nb::ndarray<nb::ndim<2>, nb::c_contig, nb::device::cpu>;
using Confidence = nb::ndarray<float, nb::ndim<2>, nb::c_contig, nb::device::cpu>;

std::vector<std::string_view> supported_isas() {
    std::vector<std::string_view> names;
    for (const atrous::Isa isa : atrous::supported_isas()) {
        names.push_back(atrous::isa_name(isa));
    }
    return names;
}

atrous::Isa isa_named(const std::string& name) {
    for (const atrous::Isa isa : atrous::supported_isas()) {
        if (atrous::isa_name(isa) == name) {
            return isa;
        }
    }
    throw std::invalid_argument("unknown or unsupported instruction set: " + name);
}

void upsample(const Logits& logits, double row_start, double row_step, double column_start,
              double column_step, const Labels& labels, const std::optional<Confidence>& confidence,
              int threads, const std::string& isa) {
    const bool bytes = labels.dtype() == nb::dtype<std::uint8_t>();
    if (!bytes && labels.dtype() != nb::dtype<std::uint16_t>()) {
        throw std::invalid_argument("labels must be uint8 or uint16");
    }
    if (confidence && (confidence->shape(0) != labels.shape(0) ||
                       confidence->shape(1) != labels.shape(1))) {
        throw std::invalid_argument("labels and confidence must have one shape");
    }
    const auto extent = [](std::size_t size) { return static_cast<std::int64_t>(size); };
    const atrous::Request request{
        .logits = logits.data(),
        .classes = extent(logits.shape(0)),
        .rows = {row_start, row_step, extent(labels.shape(0)), extent(logits.shape(1))},
        .columns = {column_start, column_step, extent(labels.shape(1)), extent(logits.shape(2))},
        .labels = labels.data(),
        .label_bytes = bytes ? 1 : 2,
        .confidence = confidence ? confidence->data() : nullptr,
        .threads = threads,
        .isa = isa_named(isa),
    };
    const nb::gil_scoped_release released;
    atrous::upsample(request);
}

}  // namespace

NB_MODULE(_core, module) {
    module.doc() = "The compiled core of atrous; see _core.pyi.";
    module.def("supported_isas", &supported_isas);
    // Nothing is converted: a converted output would be filled and thrown away.
    module.def("upsample", &upsample, nb::arg("logits").noconvert(), nb::arg("row_start"),
               nb::arg("row_step"), nb::arg("column_start"), nb::arg("column_step"),
               nb::arg("labels").noconvert(), nb::arg("confidence").noconvert().none(),
               nb::arg("threads"), nb::arg("isa"));
}
