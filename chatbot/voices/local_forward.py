"""Passes through a Llama's weights: transformers' own, and for small merged models one with less work around it."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812
from transformers.cache_utils import Cache, CacheLayerMixin

from chatbot.voices.local_rows import Forward, Memory

__all__ = ["Forward", "Fused", "Whole"]


def memory_for(config: Any, like: torch.Tensor) -> Memory:
    """An empty memory for a model of this configuration."""
    width = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
    return Memory(config.num_hidden_layers, config.num_key_value_heads, width, like)


class Whole:
    """transformers' own pass; with ``adapter``, a PeftModel whose adapters stay unmerged."""

    def __init__(self, model: Any, adapter: str | None = None, *, bare: bool = False) -> None:
        """``bare``: a PeftModel without any of its adapters."""
        self._model, self._adapter, self._bare = model, adapter, bare

    def memory(self) -> Memory:
        return memory_for(self._model.config, next(self._model.parameters()))

    def __call__(
        self, ids: torch.Tensor, positions: torch.Tensor, memory: Memory, last: torch.Tensor | None
    ) -> torch.Tensor:
        if self._adapter is not None:
            self._model.set_adapter(self._adapter)
        columns = None if last is None else last.unique()  # logits of these alone: a big vocabulary is most of a prompt
        with self._model.disable_adapter() if self._bare else nullcontext():
            logits = self._model(
                input_ids=ids,
                attention_mask=None if last is not None else memory.mask(),
                position_ids=positions,
                past_key_values=Cache(layers=[_Layer(memory, number) for number in range(len(memory.keys))]),
                use_cache=True,
                logits_to_keep=1 if columns is None else columns,
            ).logits
        if last is None or columns is None:
            return logits[:, -1]
        return logits[torch.arange(len(ids), device=ids.device), torch.searchsorted(columns, last)]


class _Layer(CacheLayerMixin):  # type: ignore[misc]
    """A layer of our memory as transformers asks for it."""

    def __init__(self, memory: Memory, number: int) -> None:
        super().__init__()
        self._memory, self._number = memory, number

    def lazy_initialization(self, key_states: torch.Tensor, value_states: torch.Tensor) -> None:
        """Nothing: the memory is there."""

    def update(
        self, key_states: torch.Tensor, value_states: torch.Tensor, *_: Any, **__: Any
    ) -> tuple[torch.Tensor, torch.Tensor]:
        return self._memory.write(self._number, key_states, value_states)

    def get_mask_sizes(self, query_length: int) -> tuple[int, int]:
        return (query_length if query_length > 1 else max(self._memory.lengths, default=1)), 0

    def get_seq_length(self) -> int:
        return 0

    def get_max_length(self) -> int:
        return -1


class Fused:
    """The same arithmetic in half the calls: at this size Python's overhead per call, not the machine, is the limit."""

    def __init__(self, model: Any) -> None:
        self._config = config = model.config
        self._heads, self._kept = config.num_attention_heads, config.num_key_value_heads
        self._epsilon = config.rms_norm_eps
        self._embed = model.model.embed_tokens.weight.detach()
        self._out = model.lm_head.weight.detach()
        self._norm = model.model.norm.weight.detach()
        self._turns = model.model.rotary_emb.inv_freq.detach()
        self._layers = [_layer_weights(layer) for layer in model.model.layers]

    @staticmethod
    def fits(model: Any) -> bool:
        """Whether a model is of the plain kind that is written out here."""
        config = model.config
        plain = not config.attention_bias and not config.mlp_bias and config.hidden_act == "silu"
        return config.model_type == "llama" and plain and model.model.rotary_emb.attention_scaling == 1.0

    def memory(self) -> Memory:
        return memory_for(self._config, self._embed)

    def __call__(
        self, ids: torch.Tensor, positions: torch.Tensor, memory: Memory, last: torch.Tensor | None
    ) -> torch.Tensor:
        rows, columns = ids.shape
        mask = None if last is not None else memory.mask()
        stream = F.embedding(ids, self._embed)
        angles = positions[:, None, :, None] * self._turns
        angles = torch.cat([angles, angles], -1)
        cos, sin = angles.cos(), angles.sin()
        for number, (before, attend, project, after, widen, narrow) in enumerate(self._layers):
            mixed = F.linear(self._normed(stream, before), attend)
            mixed = mixed.view(rows, columns, self._heads + 2 * self._kept, -1).transpose(1, 2)
            asked = mixed[:, : self._heads + self._kept]
            left, right = asked.chunk(2, -1)
            asked = torch.addcmul(asked * cos, torch.cat([-right, left], -1), sin)
            keys, values = memory.write(number, asked[:, self._heads :], mixed[:, self._heads + self._kept :])
            found = F.scaled_dot_product_attention(
                asked[:, : self._heads],
                keys,
                values,
                attn_mask=mask,
                is_causal=columns > 1,
                enable_gqa=self._heads != self._kept,
            )
            stream = stream + F.linear(found.transpose(1, 2).reshape(rows, columns, -1), project)
            gate, up = F.linear(self._normed(stream, after), widen).chunk(2, -1)
            stream = stream + F.linear(F.silu(gate) * up, narrow)
        end = stream[:, -1] if last is None else stream[torch.arange(rows), last]
        return F.linear(self._normed(end, self._norm), self._out)

    def _normed(self, stream: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
        return F.rms_norm(stream, weight.shape, weight, self._epsilon)


def _layer_weights(layer: Any) -> tuple[torch.Tensor, ...]:
    attention, mlp = layer.self_attn, layer.mlp
    return (
        layer.input_layernorm.weight.detach(),
        torch.cat([attention.q_proj.weight, attention.k_proj.weight, attention.v_proj.weight]).detach(),
        attention.o_proj.weight.detach(),
        layer.post_attention_layernorm.weight.detach(),
        torch.cat([mlp.gate_proj.weight, mlp.up_proj.weight]).detach(),
        mlp.down_proj.weight.detach(),
    )
