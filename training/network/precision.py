"""The number format that the encoder trains in: the one that this processor multiplies fastest."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext

import torch


def encoder_precision() -> AbstractContextManager[object]:
    """bfloat16 if the processor has instructions for it, else float32: emulated bfloat16 is three times slower."""
    capabilities = torch.cpu.get_capabilities()
    if capabilities.get("avx512_bf16") or capabilities.get("amx_bf16") or capabilities.get("bf16"):
        return torch.autocast("cpu", dtype=torch.bfloat16)
    return nullcontext()
