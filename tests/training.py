"""What tests of training share: transcripts that nobody wrote, and a tiny Llama with a chat template like 3.2's."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from random import Random
from typing import Any

CANARIES = (
    "07 00 45 12 89",
    "0700451289",
    "awa.zahui@exemple.ci",
    "Zahui",
    "Gnamien",
    "EFB.31998877",
    "31998877",
    "MP240312.1234.A98765",
    "A98765",
    "4815",
    "45 750",
)
ASKED = {
    "fees_question": ("combien de frais pour envoyer vers {op}", "je paie quoi quand je transfère chez {op}"),
    "refund_request": ("remboursez ce que {op} a gardé", "je veux revoir mon argent parti sur {op}"),
    "status_request": ("où en est mon dossier {op}", "des nouvelles du retrait {op} que j'ai signalé"),
}
WHY = (
    "c'est pour la rentrée des enfants", "le commerce attend depuis lundi", "ma boutique ferme ce soir",
    "il faut acheter des médicaments", "le propriétaire réclame son loyer", "nous partons au village demain matin",
    "la tontine se réunit dimanche", "mon mécanicien garde la voiture", "les funérailles approchent vite",
    "le champ doit être semé", "une livraison bloque au port", "notre mariage est samedi",
    "le courant sera coupé bientôt", "l'école renvoie ma fille", "mes ouvriers veulent leur paie",
    "le boulanger ne livre plus", "j'ai promis un cadeau à maman", "la moto est en panne sèche",
    "on me presse de tous côtés", "le taxi est déjà devant", "mes poules manquent de grain",
    "le couturier finit la robe", "ma sœur accouche cette nuit", "la pluie abîme le toit",
)  # fmt: skip
ANSWERS = {
    "fees_question": ("answer.fee", "fee", ("Les frais sont de {fee}", "Vous payez {fee}", "Comptez {fee} de frais")),
    "refund_request": (
        "claim.filed.refund", "reference",
        ("Votre demande {reference} est enregistrée", "C'est noté sous {reference}", "J'ai ouvert {reference}"),
    ),
    "status_request": (
        "status.open", "reference",
        ("Votre dossier {reference} avance", "On travaille sur {reference}", "Je suis {reference} de près"),
    ),
}  # fmt: skip
CLOSING = (
    "merci de votre patience.", "je reste là si besoin.", "courage pour ce souci.", "on s'en occupe bien.",
    "dites-moi si autre chose vous gêne.", "nous faisons au plus vite.", "bonne suite à vous.", "à tout à l'heure.",
)  # fmt: skip
OPERATORS = ("Wave", "Orange Money", "MTN", "Moov", "Trésor Money")

TEMPLATE = (
    "{{ bos_token }}{% for message in messages %}"
    "{{ '<|start_header_id|>' + message['role'] + '<|end_header_id|>\n\n' + message['content'] | trim + '<|eot_id|>' }}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|start_header_id|>assistant<|end_header_id|>\n\n' }}{% endif %}"
)
SPECIAL = ["<|begin_of_text|>", "<|eot_id|>", "<|start_header_id|>", "<|end_header_id|>"]


def transcripts(count: int, seed: int = 1) -> list[dict[str, Any]]:
    """Conversations of two questions and answers each; every one names a phone, and facts of its own."""
    draw = Random(seed)
    return [
        {
            "conversation": f"+22507000{number:05d}",
            "brand": "easytransfert",
            "channel": draw.choice(["web", "whatsapp"]),
            "turns": [turn for intent in draw.sample(list(ASKED), 2) for turn in exchange(draw, intent)],
        }
        for number in range(count)
    ]


def exchange(draw: Random, intent: str) -> list[dict[str, Any]]:
    """A customer's message and the answer to it, with its plan."""
    asked = draw.choice(ASKED[intent]).format(op=draw.choice(OPERATORS))
    act, fact, ways = ANSWERS[intent]
    value = f"{draw.randint(1, 30) * 50} FCFA" if fact == "fee" else f"EFB.3{draw.randint(1000000, 9999999)}"
    answer = f"{draw.choice(ways).format(**{fact: value})}, {draw.choice(CLOSING)}"
    phone = f"07 00 {draw.randint(10, 99)} {draw.randint(10, 99)} {draw.randint(10, 99)}"
    plan = {"acts": [{"name": act, "facts": [fact]}], "facts": {fact: value}, "mood": draw.choice(["neu", "neg"])}
    return [
        {"role": "customer", "text": f"{asked}, {draw.choice(WHY)}, mon numéro {phone}", "intent": intent},
        {"role": "assistant", "text": answer, "plan": plan},
    ]


def write(file: Path, rows: Iterable[object]) -> Path:
    """JSON Lines."""
    file.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return file


def tiny_llama(folder: Path, texts: Iterable[str]) -> Path:
    """A Llama of two layers with random weights, and a byte-level BPE learnt from ``texts``."""
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    bpe = Tokenizer(models.BPE())
    bpe.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bpe.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=1200, special_tokens=SPECIAL, initial_alphabet=alphabet, show_progress=False
    )
    bpe.train_from_iterator(texts, trainer)
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=bpe, bos_token=SPECIAL[0], eos_token=SPECIAL[1])
    tokenizer.chat_template = TEMPLATE
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=len(tokenizer), hidden_size=64, intermediate_size=128, num_hidden_layers=2, num_attention_heads=4,
        num_key_value_heads=2, tie_word_embeddings=True, bos_token_id=0, eos_token_id=1, pad_token_id=1,
        initializer_range=0.1,
    )  # fmt: skip
    LlamaForCausalLM(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder
