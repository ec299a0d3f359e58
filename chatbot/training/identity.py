"""Which base model an adapter belongs to: its configuration, tokenizer and weights, by digest; paths play no part."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from chatbot.training.digests import of_file, of_value
from chatbot.training.faults import DataFault

PARTS = ("config.json", "tokenizer.json", "chat_template.jinja", "*.safetensors")


def of_base(folder: Path) -> Mapping[str, str]:
    """``name`` (the folder's) and ``sha256`` of a model on disk. Reads every weight once. Raises DataFault."""
    if not (folder / "config.json").is_file():
        raise DataFault(f"{folder.name}: no config.json: not a model's folder")
    files = sorted(path for part in PARTS for path in folder.glob(part) if path.is_file())
    if not any(path.suffix == ".safetensors" for path in files):
        raise DataFault(f"{folder.name}: no weights as safetensors")
    digests = {path.name: of_file(path) for path in files}
    digests["config.json"] = of_value(_without_place(folder / "config.json"))
    return {"name": folder.name, "sha256": of_value(digests)}


def _without_place(config: Path) -> object:
    """What the configuration says, less where the model once lay and which library wrote it."""
    try:
        table = json.loads(config.read_text(encoding="utf-8"))
    except ValueError as error:
        raise DataFault("config.json: not JSON") from error
    return {key: value for key, value in table.items() if key not in ("_name_or_path", "transformers_version")}
