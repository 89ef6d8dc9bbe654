"""The data model, segmentation, the encoder and the heads. Imports nothing from the rest of inquit."""
