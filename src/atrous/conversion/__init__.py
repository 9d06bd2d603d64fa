"""From the originals' checkpoints to model files: one adapter per origin."""
