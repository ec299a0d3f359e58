"""Fine-tunes a LoRA adapter on a data set, with TRL and peft; the hyper-parameters are a recipe's.

``manage.py finetune --data DIR --model PATH --recipe llama32-3b --out DIR``. The steps stand in ``finetune``, in order.
"""

from __future__ import annotations

import json
import logging
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from chatbot import brand as brands
from chatbot.training import identity, proof, statistics
from chatbot.training.chat import PROMPT, Chat, Prompt
from chatbot.training.dataset import DataRecipe
from chatbot.training.digests import of_file
from chatbot.training.examples import Example
from chatbot.training.faults import DataFault
from chatbot.training.hardware import Machine, Setting, settle
from chatbot.training.loading import load_base, load_tokenizer, room
from chatbot.training.memory import peak_mib
from chatbot.training.recipe import Lora, Recipe

log = logging.getLogger(__name__)
LIBRARIES = ("torch", "transformers", "peft", "trl", "bitsandbytes", "datasets", "accelerate")
RUN = "run.json"


def finetune(
    data: Path, base: Path, recipe: Recipe, out: Path, *, ticks: Callable[[], float], max_steps: int = 0
) -> Mapping[str, object]:
    """Trains and writes folder ``out`` (adapter and run.json); returns the run's record.

    ``max_steps`` 0 means the recipe's epochs; ``ticks`` are seconds. A data set that does not pass its proof is not
    trained on. Written beside its place and moved there. Raises DataFault.
    """
    if out.exists():
        raise DataFault(f"{out.name}: exists already")
    proof.check(data, DataRecipe.read().together)
    belongs = identity.of_base(base)
    setting = settle(recipe, Machine.here())
    for fallback in setting.fallbacks:
        log.warning("finetune: %s", fallback)
    draft = Path(mkdtemp(dir=out.parent, prefix=f".{out.name}."))
    try:
        started = ticks()
        options = arguments(recipe, setting, draft / "checkpoints", max_steps)
        trainer = sft(data, load_base(base, recipe, setting), load_tokenizer(base), recipe.lora, options)
        trainer.train()
        measured = trainer.evaluate()
        trainer.save_model(str(draft / "adapter"))
        made = _kept(draft / "adapter", draft / "made", belongs["name"])
        record = {
            **_record(recipe, setting, data, belongs),
            **_seen(trainer, measured),
            "seconds": round(ticks() - started, 1),
            "peak_memory_mib": peak_mib(),
        }
        (made / RUN).write_text(json.dumps(record, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        made.rename(out)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return record


def rows(examples: Sequence[Example], prompt: Prompt, fits: Callable[[Chat], bool]) -> list[dict[str, Chat]]:
    """Chats as TRL takes them; the loss is on the completion only.

    What was said longest ago is left out until a chat ``fits``: the trainer would cut the answer off instead. Raises
    DataFault on one that does not fit without any history.
    """
    return [_row(example, prompt, fits) for example in examples]


def _row(example: Example, prompt: Prompt, fits: Callable[[Chat], bool]) -> dict[str, Chat]:
    completion = [{"role": "assistant", "content": example.answer}]
    for start in range(len(example.history) + 1):
        shorter = replace(example, history=example.history[start:])
        asked = prompt.chat(shorter, brands.load(example.brand).name)
        if fits([*asked, *completion]):
            return {"prompt": asked, "completion": completion}
    raise DataFault(f"example {example.id}: longer than the recipe's max_tokens without any history")


def sft(data: Path, model: Any, tokenizer: Any, lora: Lora, options: Any) -> Any:
    """TRL's trainer of the data's splits, with LoRA on the model."""
    from datasets import Dataset
    from peft import LoraConfig
    from transformers import set_seed
    from trl import SFTTrainer

    set_seed(options.seed)  # before the LoRA matrices are drawn
    prompt, fits = Prompt.read(), room(tokenizer, options.max_length)
    config = LoraConfig(
        r=lora.r,
        lora_alpha=lora.alpha,
        lora_dropout=lora.dropout,
        target_modules=list(lora.targets),
        bias="none",
        task_type="CAUSAL_LM",
    )
    return SFTTrainer(
        model=model,
        args=options,
        train_dataset=Dataset.from_list(rows(proof.read(data / "train.jsonl"), prompt, fits)),
        eval_dataset=Dataset.from_list(rows(proof.read(data / "validation.jsonl"), prompt, fits)),
        processing_class=tokenizer,
        peft_config=config,
    )


def arguments(recipe: Recipe, setting: Setting, work: Path, max_steps: int) -> Any:
    """Whole epochs keep the best of them by loss on the validation split; a number of steps keeps the last."""
    import torch
    from trl import SFTConfig

    training, whole = recipe.training, not max_steps
    return SFTConfig(
        output_dir=str(work),
        num_train_epochs=training.epochs,
        max_steps=max_steps or -1,
        per_device_train_batch_size=training.batch,
        per_device_eval_batch_size=training.batch,
        gradient_accumulation_steps=training.accumulation,
        learning_rate=training.learning_rate,
        lr_scheduler_type=training.schedule,
        warmup_steps=training.warmup,  # under 1: a share of all steps
        weight_decay=training.weight_decay,
        max_grad_norm=training.max_grad_norm,
        optim=setting.optimiser,
        gradient_checkpointing=training.gradient_checkpointing,
        bf16=setting.compute == "bf16",
        fp16=setting.compute == "fp16",
        max_length=recipe.max_tokens,
        completion_only_loss=True,
        seed=training.seed,
        eval_strategy="epoch" if whole else "no",
        save_strategy="epoch" if whole else "no",
        load_best_model_at_end=whole,
        metric_for_best_model="eval_loss",
        save_total_limit=1,
        logging_steps=1 if max_steps else 10,
        logging_first_step=True,
        use_cpu=not torch.cuda.is_available(),
        report_to=[],
        disable_tqdm=True,
    )


def _kept(saved: Path, made: Path, base: str) -> Path:
    """Only what serves: weights and their configuration, which names the base and not where it lay."""
    made.mkdir(mode=0o755)
    shutil.copyfile(saved / "adapter_model.safetensors", made / "adapter_model.safetensors")
    config = json.loads((saved / "adapter_config.json").read_text(encoding="utf-8"))
    config["base_model_name_or_path"] = base
    text = json.dumps(config, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    (made / "adapter_config.json").write_text(text, encoding="utf-8")
    return made


def _record(recipe: Recipe, setting: Setting, data: Path, base: Mapping[str, str]) -> dict[str, object]:
    return {
        "base": base,
        "recipe": {"name": recipe.name, "sha256": recipe.digest},
        "data": {"statistics": of_file(data / statistics.FILE)},
        "prompt": of_file(PROMPT),
        "seed": recipe.training.seed,
        "carried_out": {
            "load": setting.load,
            "compute": setting.compute,
            "optimiser": setting.optimiser,
            "attention": setting.attention,
        },
        "fallbacks": list(setting.fallbacks),
        "machine": Machine.here().name,
        "libraries": {name: version(name) for name in LIBRARIES},
    }


def _seen(trainer: Any, measured: Mapping[str, float]) -> dict[str, object]:
    losses = [entry["loss"] for entry in trainer.state.log_history if "loss" in entry]
    trained, everything = trainer.model.get_nb_trainable_parameters()  # counts packed four-bit weights as what they are
    return {
        "steps": trainer.state.global_step,
        "loss": {"first": losses[0], "last": losses[-1], "validation": measured["eval_loss"]},
        "weights": {"trained": trained, "of": everything},
    }
