"""One layer's random weights, for all kernels."""

from __future__ import annotations

import pytest
import torch


@pytest.fixture
def weights_of_a_layer() -> tuple[torch.Tensor, torch.Tensor]:
    torch.manual_seed(0)
    return torch.randn(40, 64), torch.randn(40)
