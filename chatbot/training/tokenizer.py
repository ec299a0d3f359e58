"""The small model's tokenizer: byte-level BPE learnt from the corpus, placeholders and acts one token each.

They are added tokens but no special ones: never cut, and kept by a decoding that skips special tokens.
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


def learn(texts: Iterable[str], uncut: Sequence[str], vocabulary: int) -> PreTrainedTokenizerFast:
    """A tokenizer of at most ``vocabulary`` tokens; ``uncut`` are a token each: placeholders, and the names of acts."""
    core: Any = Tokenizer(BPE())
    # Placeholders are kept out of the merges; the rest is cut as GPT-2 cuts it.
    core.pre_tokenizer = InTurn([Split("{", "removed"), Split("}", "removed"), ByteLevel(add_prefix_space=False)])
    trainer = BpeTrainer(
        vocab_size=vocabulary - len(uncut),
        special_tokens=list(SPECIAL),
        initial_alphabet=ByteLevel.alphabet(),
        show_progress=False,
    )
    core.train_from_iterator(texts, trainer)
    core.pre_tokenizer = ByteLevel(add_prefix_space=False)
    core.decoder = ByteLevelDecoder()
    core.add_tokens([AddedToken(one, special=False, normalized=False) for one in uncut])
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=core, bos_token=BEGIN, eos_token=TURN, pad_token=PAD, padding_side="left"
    )
    tokenizer.chat_template = TEMPLATE
    return tokenizer
