"""Fitting and measuring models. The only part that may import torch, transformers and datasets."""
