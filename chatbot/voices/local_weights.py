"""Reads a model and its adapters from a folder; nothing is ever fetched."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import torch
from peft import PeftModel
from safetensors import SafetensorError
from transformers import AutoModelForCausalLM, AutoTokenizer
from transformers.utils import logging

from chatbot.voices.local import SMALL, Weights
from chatbot.voices.local_forward import Forward, Fused, Whole
from chatbot.voices.local_rows import TorchRows
from chatbot.voices.local_sampling import Sampling

DAMAGE = (OSError, ValueError, KeyError, RuntimeError, SafetensorError)


def read(folder: Path, sampling: Sampling, threads: int, merge: bool | None) -> Weights:
    """The model of ``folder/model``, alone ("") and with each of ``folder/adapters``. Raises one of DAMAGE."""
    torch.set_num_threads(threads)  # of the whole process
    logging.disable_progress_bar()
    tokenizer = AutoTokenizer.from_pretrained(folder / "model", local_files_only=True)
    base = _base(folder)
    merge = base.num_parameters() <= SMALL if merge is None else merge
    names = sorted(file.parent.name for file in (folder / "adapters").glob("*/adapter_config.json"))
    if merge:
        rows = {
            name: rows_of(merged(folder, name) if name else base, sampling, special_of(tokenizer))
            for name in ("", *names)
        }
    else:
        rows = {name: TorchRows(pass_, sampling, base.device) for name, pass_ in _side_by_side(folder, base, names)}
    ends = base.generation_config.eos_token_id
    return Weights(
        tokenizer,
        rows,
        frozenset([tokenizer.eos_token_id, *(ends if isinstance(ends, list) else [ends])]),
        sampling,
        base.config.max_position_embeddings,
    )


def _base(folder: Path) -> Any:
    """On the graphics card where there is one, in the weights' own precision there, in full precision here."""
    card = torch.cuda.is_available()
    model, told = AutoModelForCausalLM.from_pretrained(
        folder / "model", local_files_only=True, dtype="auto" if card else torch.float32, output_loading_info=True
    )
    if told["missing_keys"] or told["unexpected_keys"] or told["mismatched_keys"]:
        raise ValueError("weights and configuration do not fit")  # transformers would draw the missing ones at random
    return model.to("cuda").eval() if card else model.eval()


def merged(folder: Path, adapter: str) -> Any:
    """A transformers model of its own, the adapter ("" for none) added into its weights. Raises one of DAMAGE."""
    base = _base(folder)
    return _with(folder, base, [adapter]).merge_and_unload().eval() if adapter else base


def special_of(tokenizer: Any) -> list[int]:
    """Tokens that are no words: names of acts and places, placeholders, the template's own."""
    return sorted(tokenizer.added_tokens_decoder)


def rows_of(model: Any, sampling: Sampling = Sampling(), special: Sequence[int] = ()) -> TorchRows:  # noqa: B008
    """Rows that write with a model that has no adapter left, as fast as its kind allows."""
    return TorchRows(Fused(model) if Fused.fits(model) else Whole(model), sampling, model.device, special)


def _side_by_side(folder: Path, base: Any, names: list[str]) -> Iterator[tuple[str, Forward]]:
    """One copy of the weights, adapters switched between passes."""
    model = _with(folder, base, names).eval() if names else base
    yield "", Whole(model, bare=True) if names else Whole(model)
    for name in names:
        yield name, Whole(model, name)


def _with(folder: Path, base: Any, names: list[str]) -> Any:
    """Raises ValueError where an adapter lacks weights: peft only warns, and would leave them at zero."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # between the two libraries; nothing an operator could do
        warnings.filterwarnings("error", "Found missing adapter keys", UserWarning)
        try:
            first, *others = names
            model = PeftModel.from_pretrained(base, folder / "adapters" / first, adapter_name=first)
            for name in others:
                model.load_adapter(folder / "adapters" / name, adapter_name=name)
        except UserWarning as warning:
            raise ValueError("an adapter lacks weights") from warning
    return model
