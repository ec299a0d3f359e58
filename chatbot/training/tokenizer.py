"""The small model's tokenizer: byte-level BPE learnt from the corpus, placeholders and acts one token each.

Placeholders are kept by a decoding that skips special tokens, names of acts are left out by it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from tokenizers import AddedToken, Tokenizer
from tokenizers.decoders import ByteLevel as ByteLevelDecoder
from tokenizers.models import BPE
from tokenizers.pre_tokenizers import ByteLevel, Split
from tokenizers.pre_tokenizers import Sequence as InTurn
from tokenizers.trainers import BpeTrainer
from transformers import PreTrainedTokenizerFast

from chatbot.wording import Wording

BEGIN, END, TURN = "<|begin_of_text|>", "<|end_of_text|>", "<|eot_id|>"
HEAD, TAIL, PAD = "<|start_header_id|>", "<|end_header_id|>", "<|finetune_right_pad_id|>"
SPECIAL = (BEGIN, END, HEAD, TAIL, TURN, PAD)
MOST_OF_A_NAME = 3  # {fee}, {fee_2}, {fee_3}
# The turns of Llama 3.2, without the date and the tools that its own template adds.
TEMPLATE = (
    "{{- bos_token }}{%- for message in messages %}"
    "{{- '<|start_header_id|>' + message['role'] + '<|end_header_id|>\n\n' }}"
    "{{- message['content'] | trim + '<|eot_id|>' }}"
    "{%- endfor %}{%- if add_generation_prompt %}"
    "{{- '<|start_header_id|>assistant<|end_header_id|>\n\n' }}{%- endif %}"
)


def placeholders(wording: Wording) -> list[str]:
    """Every placeholder the brand's wording knows, numbered up to three: ``{fee}``, ``{fee_2}``, ``{fee_3}``."""
    names = sorted(frozenset().union(*wording.uses.values()))
    numbers = ("", *(f"_{count}" for count in range(2, MOST_OF_A_NAME + 1)))
    return ["{" + name + number + "}" for name in names for number in numbers]


def learn(texts: Iterable[str], holes: Sequence[str], names: Sequence[str], vocabulary: int) -> PreTrainedTokenizerFast:
    """A tokenizer of at most ``vocabulary`` tokens; ``holes`` and the ``names`` of acts are one each."""
    core: Any = Tokenizer(BPE())
    # Placeholders are kept out of the merges; the rest is cut as GPT-2 cuts it.
    core.pre_tokenizer = InTurn([Split("{", "removed"), Split("}", "removed"), ByteLevel(add_prefix_space=False)])
    trainer = BpeTrainer(
        vocab_size=vocabulary - len(holes) - len(names),
        special_tokens=list(SPECIAL),
        initial_alphabet=ByteLevel.alphabet(),
        show_progress=False,
    )
    core.train_from_iterator(texts, trainer)
    core.pre_tokenizer = ByteLevel(add_prefix_space=False)
    core.decoder = ByteLevelDecoder()
    core.add_tokens([AddedToken(hole, special=False, normalized=False) for hole in holes])
    core.add_special_tokens([AddedToken(name, special=True, normalized=False) for name in names])
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=core, bos_token=BEGIN, eos_token=TURN, pad_token=PAD, padding_side="left"
    )
    tokenizer.chat_template = TEMPLATE
    return tokenizer
