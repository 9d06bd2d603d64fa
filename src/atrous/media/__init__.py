"""Reading pictures and masks, writing results. Nothing here knows a network."""
