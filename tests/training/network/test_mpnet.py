import pytest
import torch
from transformers import AutoModel, MPNetConfig

from inquit.training.network.attribution_network import without_pooler
from inquit.training.network.mpnet import use_fast_attention

CONFIG = MPNetConfig(
    vocab_size=100, hidden_size=24, num_hidden_layers=2, num_attention_heads=3, intermediate_size=32,
    attention_probs_dropout_prob=0.0, hidden_dropout_prob=0.0,
)  # fmt: skip


@pytest.mark.parametrize("masked", [False, True])
def test_fast_attention_answers_and_learns_as_that_of_transformers(masked: bool) -> None:
    torch.manual_seed(3)
    own, fast = (AutoModel.from_config(CONFIG, **without_pooler(CONFIG)) for _ in range(2))  # type: ignore[no-untyped-call]
    for parameter in own.parameters():
        parameter.data *= 5  # initial weights are so small that every piece attends to all pieces alike
    fast.load_state_dict(own.state_dict())
    use_fast_attention(fast)
    ids, mask = torch.randint(5, 90, (3, 20)), torch.ones(3, 20, dtype=torch.long)
    if masked:
        mask[1, 12:] = 0
    answers = [encoder(ids, attention_mask=mask).last_hidden_state[mask.bool()] for encoder in (own, fast)]
    torch.testing.assert_close(answers[1], answers[0])
    for answer in answers:
        answer.square().sum().backward()
    gradients = dict(own.named_parameters())
    for name, parameter in fast.named_parameters():
        if parameter.requires_grad:
            torch.testing.assert_close(parameter.grad, gradients[name].grad, atol=1e-3, rtol=1e-4)
