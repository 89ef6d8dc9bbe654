"""The data model, segmentation, the encoder and the heads. Imports nothing else of inquit."""
