"""Make the golden logits of the bundled model with the original runtime, TensorFlow.js.

Writes tests/golden/deeplabv3-mobilenetv2-voc.npz: the logits at stride 8 and the labels that the
frozen graph gives on tests/golden/cat513.png, a picture that needs no resizing. Run once, by hand
(a minute; needs node and npm, numpy and pillow), from the repository's root:

    python tools/goldens/tfjs_mobilenetv2.py
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tools"))
from frozen_weights import fetch  # noqa: E402

TFJS = "@tensorflow/tfjs@4.22.0"
GOLDEN = ROOT / "tests" / "golden"


def main() -> None:
    """Run the frozen graph under node and pack what it gives."""
    image = np.asarray(Image.open(GOLDEN / "cat513.png").convert("RGB"))
    height, width, _ = image.shape
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        model = fetch(work)
        subprocess.run(["npm", "install", "--no-save", TFJS], cwd=work, check=True)
        image.tofile(work / "image.rgb")
        script = Path(__file__).with_name("tfjs_logits.mjs")
        command = ["node", script, model.parent, work / "image.rgb", height, width, work]
        run = subprocess.run(
            [str(word) for word in command], cwd=work, check=True, capture_output=True, text=True
        )
        report = json.loads(run.stdout.splitlines()[-1])
        logits = np.fromfile(work / "logits.f32", np.float32).reshape(report["logits"])
        labels = np.fromfile(work / "labels.u8", np.uint8).reshape(report["labels"])
    out = GOLDEN / "deeplabv3-mobilenetv2-voc.npz"
    np.savez_compressed(out, logits=logits[0].transpose(2, 0, 1), labels=labels[0])
    print(f"{out}: logits {logits.shape}, labels {np.unique(labels)}, tfjs {report['tfjs']}")


if __name__ == "__main__":
    main()
