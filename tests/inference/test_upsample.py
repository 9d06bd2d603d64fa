"""Upsampling fused with argmax, against torch in float64 and against the formulas themselves."""

import numpy as np
import pytest
import torch

from atrous.inference.upsample import (
    ISA_VARIABLE,
    core_info,
    upsample_confidence,
    upsample_labels,
    upsample_probabilities,
)

BACKENDS = ["numpy", "plain", "sse2", "avx2", "avx512"]

# C, (h, w), (H, W)
SHAPES = [
    (21, (33, 33), (513, 513)),
    (21, (129, 65), (257, 301)),  # two cells a pixel up, almost five across
    (21, (9, 5), (97, 131)),  # rows narrower than every vector
    (3, (1, 1), (7, 40)),
    (3, (1, 19), (5, 64)),
    (3, (19, 1), (50, 3)),
    (4, (12, 18), (1, 100)),
    (4, (12, 18), (100, 1)),
    (4, (12, 18), (1, 1)),
    (5, (24, 37), (24, 37)),  # identity
    (5, (24, 37), (25, 38)),
    (5, (24, 37), (23, 36)),
    (5, (90, 131), (17, 29)),  # down
    (5, (90, 20), (31, 77)),  # down and up
    (5, (20, 90), (77, 31)),
    (1, (6, 7), (20, 30)),
    (2, (6, 7), (33, 47)),
    (150, (17, 23), (40, 81)),
    (256, (5, 6), (20, 33)),
    (257, (5, 6), (20, 33)),
    (300, (8, 40), (30, 211)),  # several tiles
]


@pytest.fixture(params=BACKENDS)
def backend(request):
    info = core_info()
    if request.param != "numpy":
        if info is None:
            pytest.skip("the compiled core is not built")
        if request.param not in info["available"]:
            pytest.skip(f"this machine has no {request.param}")
    return request.param


def random_logits(classes, cells, seed=0):
    return np.random.default_rng(seed).standard_normal((classes, *cells)).astype(np.float32)


def torch_upsample(logits, size, align_corners):
    batch = torch.from_numpy(logits.astype(np.float64))[None]
    out = torch.nn.functional.interpolate(
        batch, size, mode="bilinear", align_corners=align_corners, antialias=False
    )
    return out[0].numpy()


def window_upsample(logits, size, align_corners, window):
    """The formulas of the module's docstring, word for word, in float64."""
    top, left, bottom, right = window

    def mix(values, axis, first, last, count):
        cells = values.shape[axis]
        planes = []
        for i in range(count):
            if align_corners:
                position = first if count == 1 else first + i * (last - first) / (count - 1)
            else:
                position = first + (i + 0.5) * (last - first) / count - 0.5
            position = min(max(position, 0.0), cells - 1.0)
            low = int(position)
            high = min(low + 1, cells - 1)
            weight = position - low
            low_plane, high_plane = values.take(low, axis), values.take(high, axis)
            planes.append((1 - weight) * low_plane + weight * high_plane)
        return np.stack(planes, axis)

    rows = mix(logits.astype(np.float64), 1, top, bottom, size[0])
    return mix(rows, 2, left, right, size[1])


def softmax(values):
    return torch.softmax(torch.from_numpy(values), 0).numpy()


def at_labels(values, labels):
    return np.take_along_axis(values, labels[None].astype(np.intp), 0)[0]


def assert_winners(labels, exact, logits):
    """Every label's exact logit is the largest, or within the tie rule's distance of it."""
    assert labels.shape == exact.shape[1:]
    assert labels.dtype == (np.uint8 if len(exact) <= 256 else np.uint16)
    assert labels.max() < len(exact)
    distance = exact.max(0) - at_labels(exact, labels)
    assert distance.max() <= 1e-5 * np.abs(logits).max()
    # And the rule is hardly ever needed.
    assert np.mean(labels == exact.argmax(0)) > 0.999


@pytest.mark.parametrize("align_corners", [True, False])
@pytest.mark.parametrize(("classes", "cells", "size"), SHAPES)
def test_labels_are_those_of_torch(backend, classes, cells, size, align_corners):
    logits = random_logits(classes, cells)
    labels = upsample_labels(logits, size, align_corners=align_corners, backend=backend)
    assert_winners(labels, torch_upsample(logits, size, align_corners), logits)


@pytest.mark.parametrize("align_corners", [True, False])
def test_cells_of_one_class_fill_their_pixels(backend, align_corners):
    logits = 0.1 * random_logits(6, (40, 50))
    logits[4, :, :30] += 1
    logits[2, 25:, 20:] += 2
    labels = upsample_labels(logits, (200, 333), align_corners=align_corners, backend=backend)
    assert_winners(labels, torch_upsample(logits, (200, 333), align_corners), logits)


@pytest.mark.parametrize("align_corners", [True, False])
@pytest.mark.parametrize(
    "window",
    [
        (0, 0, 11, 17),
        (2.25, 3.5, 7.75, 9.125),
        (-3.5, -4, 15, 25.5),  # beyond every border
        (4, 5, 4, 5),  # no extent
        (30, 40, 50, 60),  # beside the grid
        (0.9999999999, 0.9999999999, 8, 16.9999999999),
        (-1e200, 0, 1e200, 1e9),
    ],
)
@pytest.mark.parametrize("size", [(37, 53), (6, 5), (1, 1)])
def test_window(backend, size, window, align_corners):
    logits = random_logits(5, (12, 18))
    labels = upsample_labels(
        logits, size, align_corners=align_corners, window=window, backend=backend
    )
    exact = window_upsample(logits, size, align_corners, window)
    assert_winners(labels, exact, logits)
    probabilities = upsample_probabilities(logits, size, align_corners=align_corners, window=window)
    np.testing.assert_allclose(probabilities, softmax(exact), atol=1e-5)


@pytest.mark.parametrize("align_corners", [True, False])
def test_whole_window_is_the_default(backend, align_corners):
    logits = random_logits(5, (12, 18))
    window = (0, 0, 11, 17) if align_corners else (0, 0, 12, 18)
    given = {"align_corners": align_corners, "backend": backend}
    np.testing.assert_array_equal(
        upsample_labels(logits, (40, 70), window=window, **given),
        upsample_labels(logits, (40, 70), **given),
    )


@pytest.mark.parametrize("align_corners", [True, False])
@pytest.mark.parametrize("scale", [1, 60])
@pytest.mark.parametrize(
    ("classes", "cells", "size"),
    [(21, (33, 33), (65, 140)), (300, (5, 4), (9, 37)), (1, (3, 3), (8, 9)), (7, (40, 40), (9, 9))],
)
def test_confidence_is_the_softmax(backend, classes, cells, size, scale, align_corners):
    logits = scale * random_logits(classes, cells)
    labels, confidence = upsample_confidence(
        logits, size, align_corners=align_corners, backend=backend
    )
    exact = torch_upsample(logits, size, align_corners)
    assert_winners(labels, exact, logits)
    assert confidence.dtype == np.float32
    # 60-fold logits carry 60-fold rounding into the exponent.
    np.testing.assert_allclose(
        confidence, at_labels(softmax(exact), labels), atol=1e-6 * max(1, scale / 2), rtol=0
    )
    np.testing.assert_array_equal(
        labels, upsample_labels(logits, size, align_corners=align_corners, backend=backend)
    )


@pytest.mark.parametrize("align_corners", [True, False])
@pytest.mark.parametrize(("classes", "cells", "size"), SHAPES)
def test_probabilities_are_those_of_torch(classes, cells, size, align_corners):
    logits = 3 * random_logits(classes, cells)
    probabilities = upsample_probabilities(logits, size, align_corners=align_corners)
    assert probabilities.dtype == np.float32
    exact = softmax(torch_upsample(logits, size, align_corners))
    np.testing.assert_allclose(probabilities, exact, atol=1e-5)


class TestTies:
    def test_first_of_equal_classes_wins(self, backend):
        twin = random_logits(3, (20, 30))
        logits = np.concatenate([twin, twin])
        labels = upsample_labels(logits, (77, 111), align_corners=False, backend=backend)
        assert labels.max() < 3

    def test_nothing_but_ties_is_the_first_class(self, backend):
        labels = upsample_labels(
            np.full((21, 5, 5), -2.5, np.float32), (33, 33), align_corners=True, backend=backend
        )
        assert not labels.any()

    # 49 * (1 / 49) falls short of 1: those pixels lie a rounding error before their cell.
    @pytest.mark.parametrize("factor", [1, 4, 49])
    def test_pixels_on_cells_take_the_first_of_equals(self, backend, factor):
        # Few different numbers, so most cells are ties; and such as a + (b - a) is not b.
        numbers = np.float32([-7.7, -0.003, 0.1])
        logits = np.random.default_rng(0).choice(numbers, (9, 5, 41))
        size = (4 * factor + 1, 40 * factor + 1)
        labels = upsample_labels(logits, size, align_corners=True, backend=backend)
        np.testing.assert_array_equal(labels[::factor, ::factor], logits.argmax(0))


class TestNotFinite:
    def test_nan_never_wins(self, backend):
        logits = random_logits(4, (10, 12))
        logits[[0, 2], 3:6, 4:8] = np.nan
        labels = upsample_labels(logits, (50, 61), align_corners=True, backend=backend)
        exact = torch_upsample(logits, (50, 61), True)
        exact[np.isnan(exact)] = -np.inf
        assert_winners(labels, exact, np.nan_to_num(logits))

    @pytest.mark.parametrize("value", [np.nan, -np.inf])
    def test_nothing_to_win_is_class_0(self, backend, value):
        logits = np.full((4, 10, 12), value, np.float32)
        for size in [(50, 61), (5, 6)]:
            labels = upsample_labels(logits, size, align_corners=False, backend=backend)
            assert not labels.any()

    def test_minus_infinity_switches_a_class_off(self, backend):
        logits = random_logits(4, (10, 12))
        rest = upsample_labels(logits[1:], (50, 61), align_corners=False, backend=backend)
        logits[0] = -np.inf
        labels = upsample_labels(logits, (50, 61), align_corners=False, backend=backend)
        np.testing.assert_array_equal(labels, rest + 1)

    @pytest.mark.parametrize("size", [(50, 61), (4, 5)])
    def test_anything_goes_without_a_crash(self, backend, size):
        rng = np.random.default_rng(0)
        logits = random_logits(4, (10, 12))
        odd = rng.choice(np.float32([np.nan, np.inf, -np.inf, 3e38, -3e38, 1e-45]), logits.shape)
        logits = np.where(rng.random(logits.shape) < 0.3, odd, logits)
        labels, confidence = upsample_confidence(logits, size, align_corners=False, backend=backend)
        assert labels.max() < 4
        finite = confidence[~np.isnan(confidence)]
        assert ((finite > 0) & (finite <= 1)).all()
        upsample_probabilities(logits, size, align_corners=False)

    def test_confidence_beside_nan_is_nan(self, backend):
        logits = random_logits(4, (10, 12))
        logits[2, 5, 6] = np.nan
        _, confidence = upsample_confidence(logits, (50, 61), align_corners=True, backend=backend)
        exact = torch_upsample(logits, (50, 61), True)
        np.testing.assert_array_equal(np.isnan(confidence), np.isnan(exact).any(0))


@pytest.mark.parametrize("size", [(3, 5), (40, 50)])
def test_as_many_classes_as_16_bits_tell_apart(backend, size):
    logits = random_logits(65536, (2, 3))
    logits[65535, 1] = logits[40000, 0] = 9
    labels = upsample_labels(logits, size, align_corners=True, backend=backend)
    assert set(np.unique(labels)) == {40000, 65535}
    assert (labels[0] == 40000).all()
    assert (labels[-1] == 65535).all()


def test_threads_change_nothing(backend):
    logits = random_logits(21, (40, 40))
    given = {"align_corners": False, "backend": backend}
    one = upsample_confidence(logits, (643, 645), threads=1, **given)
    four = upsample_confidence(logits, (643, 645), threads=4, **given)
    np.testing.assert_array_equal(one[0], four[0])
    np.testing.assert_array_equal(one[1], four[1])
    np.testing.assert_array_equal(one[0], upsample_labels(logits, (643, 645), threads=4, **given))


def test_more_threads_than_rows(backend):
    logits = random_logits(21, (4, 40))
    labels = upsample_labels(logits, (2, 300_000), align_corners=True, threads=16, backend=backend)
    assert_winners(labels, torch_upsample(logits, (2, 300_000), True), logits)


@pytest.mark.parametrize("dtype", [np.float16, np.float64])
def test_other_layouts_and_dtypes_are_taken(backend, dtype):
    logits = random_logits(5, (14, 18)).astype(dtype)
    view = np.asfortranarray(logits)[::-1, ::2, ::-1]
    labels = upsample_labels(view, (30, 41), align_corners=True, backend=backend)
    assert_winners(labels, torch_upsample(view.copy(), (30, 41), True), logits)


class TestWrongInput:
    @pytest.mark.parametrize("shape", [(5, 5), (1, 3, 5, 5), (0, 5, 5), (3, 0, 5), (3, 5, 0)])
    def test_logits(self, shape):
        with pytest.raises(ValueError, match=r"non-empty \[C, h, w\]"):
            upsample_labels(np.zeros(shape, np.float32), (8, 8), align_corners=True)

    def test_too_many_classes(self):
        with pytest.raises(ValueError, match="65537 classes are too many"):
            upsample_labels(np.zeros((65537, 1, 1), np.float32), (8, 8), align_corners=True)

    @pytest.mark.parametrize("size", [(0, 8), (8, 0), (-1, 8)])
    def test_size(self, size):
        with pytest.raises(ValueError, match="size must be at least 1 x 1"):
            upsample_confidence(np.zeros((2, 3, 3), np.float32), size, align_corners=True)

    @pytest.mark.parametrize("align_corners", [True, False])
    @pytest.mark.parametrize("edge", [np.nan, np.inf, -np.inf, 1.7e308])
    def test_window_not_finite(self, edge, align_corners):
        with pytest.raises(ValueError, match="window must be finite"):
            upsample_probabilities(
                np.zeros((2, 3, 3), np.float32),
                (8, 8),
                align_corners=align_corners,
                window=(-1.7e308, 0, edge, 2),
            )

    def test_window_backwards(self):
        with pytest.raises(ValueError, match="window must not run backwards"):
            upsample_labels(
                np.zeros((2, 3, 3), np.float32), (8, 8), align_corners=True, window=(2, 0, 1, 2)
            )

    def test_threads(self):
        with pytest.raises(ValueError, match="threads must be at least 1"):
            upsample_labels(np.zeros((2, 3, 3), np.float32), (8, 8), align_corners=True, threads=0)

    def test_backend(self):
        with pytest.raises(ValueError, match="backend 'mmx' is not among"):
            upsample_labels(
                np.zeros((2, 3, 3), np.float32), (8, 8), align_corners=True, backend="mmx"
            )


@pytest.mark.skipif(core_info() is None, reason="the compiled core is not built")
class TestCoreInfo:
    def test_widest_is_used(self, monkeypatch):
        monkeypatch.delenv(ISA_VARIABLE, raising=False)
        info = core_info()
        assert info["isa"] == info["available"][-1]
        assert info["available"][0] == "plain"

    def test_variable_holds_it_down(self, monkeypatch):
        monkeypatch.setenv(ISA_VARIABLE, "plain")
        assert core_info()["isa"] == "plain"
        labels = upsample_labels(np.eye(3, dtype=np.float32)[None], (3, 3), align_corners=True)
        assert not labels.any()

    def test_unknown_instruction_set(self, monkeypatch):
        monkeypatch.setenv(ISA_VARIABLE, "mmx")
        with pytest.raises(ValueError, match="ATROUS_CORE_ISA=mmx: there is only"):
            core_info()
