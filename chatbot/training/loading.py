"""Loads a model from a folder, never a network: in four bits where the recipe says so, with an adapter where named."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from chatbot.training.hardware import Setting
from chatbot.training.recipe import Recipe

DTYPES = {"bf16": "bfloat16", "fp16": "float16"}


def load_tokenizer(folder: Path) -> Any:
    """The model's own tokenizer and chat template; padding is set where it names none. Raises ValueError, OSError."""
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    if not tokenizer.chat_template:
        raise ValueError(f"{folder.name}: the tokenizer has no chat template; take the Instruct model")
    tokenizer.pad_token = tokenizer.pad_token or tokenizer.eos_token
    return tokenizer


def room(tokenizer: Any, most: int) -> Callable[[Sequence[Mapping[str, str]]], bool]:
    """Whether a chat is no longer than ``most`` tokens."""
    return lambda chat: len(tokenizer.apply_chat_template(list(chat), return_dict=True)["input_ids"]) <= most


def load_base(folder: Path, recipe: Recipe, setting: Setting) -> Any:
    """The base model, weights in NF4 (QLoRA) unless the setting says ``none``. Raises OSError on missing files."""
    import torch
    from transformers import AutoModelForCausalLM, BitsAndBytesConfig

    dtype = getattr(torch, DTYPES[setting.compute])
    quantised = BitsAndBytesConfig(
        load_in_4bit=True,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_use_double_quant=recipe.quantisation.double,
        bnb_4bit_compute_dtype=dtype,
    )
    return AutoModelForCausalLM.from_pretrained(
        folder,
        dtype=dtype,
        attn_implementation=setting.attention,
        quantization_config=quantised if setting.load == "nf4" else None,
        device_map={"": 0} if torch.cuda.is_available() else None,
        local_files_only=True,
        use_safetensors=True,
    )


def load_adapted(folder: Path, adapter: Path | None, recipe: Recipe, setting: Setting) -> Any:
    """The base with the adapter on top, for use and not for training."""
    model = load_base(folder, recipe, setting)
    if adapter is not None:
        from peft import PeftModel

        model = PeftModel.from_pretrained(model, adapter, local_files_only=True)
    return model.eval()
