"""llama.cpp on the very weights that ours speaks with: written as GGUF in float32, then asked for as many tokens."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from django.conf import settings


class AbsentError(Exception):
    """llama-cpp-python or gguf is not installed here."""


def tokens_per_second(llama: Any, prompt: Sequence[int], tokens: int = 200, rounds: int = 3) -> float:
    """The best of so many rounds, sampled as ours; reading the prompt does not count."""
    best = 0.0
    for _ in range(rounds):
        llama.reset()
        words = llama.generate(list(prompt), top_k=50, top_p=0.9, temp=0.7, repeat_penalty=1.1)
        next(words)
        started = time.perf_counter()
        made = sum(1 for _ in islice(words, tokens))
        best = max(best, made / (time.perf_counter() - started))
    return best


def opened(model: Any, tokenizer: Path, place: Path) -> Any:
    """llama.cpp, on as many threads as ours, with the weights of a merged transformers model. Raises AbsentError."""
    try:
        from llama_cpp import Llama
    except ImportError as error:
        raise AbsentError(f"{error.name} is not installed") from error
    file = place / "voice.gguf"
    write(model, tokenizer, file)
    return Llama(str(file), n_ctx=model.config.max_position_embeddings, n_threads=settings.TORCH_THREADS, verbose=False)


def write(model: Any, tokenizer: Path, file: Path) -> None:
    """A Llama with its byte-level BPE as GGUF. Raises AbsentError."""
    try:
        import gguf
    except ImportError as error:
        raise AbsentError(f"{error.name} is not installed") from error
    config = model.config
    out = gguf.GGUFWriter(str(file), "llama")
    out.add_context_length(config.max_position_embeddings)
    out.add_embedding_length(config.hidden_size)
    out.add_block_count(config.num_hidden_layers)
    out.add_feed_forward_length(config.intermediate_size)
    out.add_head_count(config.num_attention_heads)
    out.add_head_count_kv(config.num_key_value_heads)
    out.add_layer_norm_rms_eps(config.rms_norm_eps)
    out.add_rope_dimension_count(config.hidden_size // config.num_attention_heads)
    out.add_rope_freq_base(config.rope_parameters["rope_theta"])
    out.add_vocab_size(config.vocab_size)
    _add_tokenizer(out, gguf, json.loads((tokenizer / "tokenizer.json").read_text(encoding="utf-8")), config)
    for name, weight in model.state_dict().items():
        if name != "lm_head.weight":  # tied to the embeddings
            out.add_tensor(_renamed(name), _turned(name, weight.float().contiguous().numpy(), config))
    out.write_header_to_file()
    out.write_kv_data_to_file()
    out.write_tensors_to_file()
    out.close()


def _add_tokenizer(out: Any, gguf: Any, table: dict[str, Any], config: Any) -> None:
    vocabulary, added = table["model"]["vocab"], {one["id"]: one for one in table["added_tokens"]}
    names = {number: token for token, number in vocabulary.items()} | {n: one["content"] for n, one in added.items()}
    kinds = [
        gguf.TokenType.NORMAL
        if number not in added
        else gguf.TokenType.CONTROL
        if added[number]["special"]
        else gguf.TokenType.USER_DEFINED
        for number in range(len(names))
    ]
    merges = [" ".join(pair) if isinstance(pair, list) else pair for pair in table["model"]["merges"]]
    out.add_tokenizer_model("gpt2")
    out.add_tokenizer_pre("gpt-2")
    out.add_token_list([names[number] for number in range(len(names))])
    out.add_token_types(kinds)
    out.add_token_merges(merges)
    out.add_bos_token_id(config.bos_token_id)
    out.add_eos_token_id(config.eos_token_id)


NAMES = {
    "model.embed_tokens.weight": "token_embd.weight",
    "model.norm.weight": "output_norm.weight",
    "input_layernorm": "attn_norm",
    "post_attention_layernorm": "ffn_norm",
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
}


def _renamed(name: str) -> str:
    if name in NAMES:
        return NAMES[name]
    _, _, number, part = name.split(".", 3)
    return f"blk.{number}.{NAMES[part.removesuffix('.weight')]}.weight"


def _turned(name: str, weight: Any, config: Any) -> Any:
    """llama.cpp turns neighbouring pairs where transformers turns the two halves of a head."""
    heads = {"q_proj": config.num_attention_heads, "k_proj": config.num_key_value_heads}
    count = next((count for part, count in heads.items() if part in name), 0)
    if not count:
        return weight
    return weight.reshape(count, 2, weight.shape[0] // count // 2, -1).swapaxes(1, 2).reshape(weight.shape)
