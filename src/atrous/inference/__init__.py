"""From a picture to its segmentation: fit, engine, upsampling, result."""
