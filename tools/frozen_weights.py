"""Fetch Google's frozen DeepLabv3 MobileNetV2 (VOC) from its npm package, checked by its sha256."""

import hashlib
import subprocess
import tarfile
from pathlib import Path

PACKAGE = "@codait/max-image-segmenter@0.3.0"
SHA256 = "203ed3d8b2891f76616555a25378ef823a1def9a505143a8196dfc28f73bcd87"


def fetch(folder: Path) -> Path:
    """Download into ``folder`` and give the path of the model's ``model.json``."""
    pack = ["npm", "pack", PACKAGE, "--pack-destination", str(folder), "--silent"]
    name = subprocess.run(pack, check=True, capture_output=True, text=True).stdout.strip()
    archive = folder / name.splitlines()[-1]
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()
    if digest != SHA256:
        raise SystemExit(f"{archive}: sha256 is {digest}, expected {SHA256}")
    with tarfile.open(archive) as tar:
        tar.extractall(folder, filter="data")
    return folder / "package" / "model" / "model.json"
