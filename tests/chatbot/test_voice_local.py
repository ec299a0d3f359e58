"""The local voice: streams, stops, writes several replies at once, and fails in words the house knows."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, AutoTokenizer, LlamaConfig, LlamaForCausalLM

from chatbot.training.tokenizer import learn
from chatbot.types import Act
from chatbot.voices.local import LocalVoice, UnusableError
from chatbot.voices.local_sampling import Sampling, seed_number
from chatbot.voices.local_text import Scribe, Spelling
from chatbot.voices.ports import Brief, VoiceFault
from chatbot.voices.prompt_local import Brief as Prompts

PROMPTS = Prompts("Dites le plan.", {"neu": "neutre"}, ("warn",))
HI, FEE = Act("greeting"), Act("answer.fees", ("fee",))
LIKELIEST = Sampling(top_k=1)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny random Llama with two adapters that say something else."""
    folder = tmp_path_factory.mktemp("voice")
    tokenizer = learn(["Bonjour, c'est réglé. Ça coûte {fee} 😊 à Yopougon…"] * 3, ["{fee}"], ["greeting"], 400)
    torch.manual_seed(1)
    model = LlamaForCausalLM(
        LlamaConfig(
            vocab_size=len(tokenizer),
            hidden_size=32,
            intermediate_size=48,
            num_hidden_layers=2,
            num_attention_heads=4,
            num_key_value_heads=2,
            max_position_embeddings=1024,
            tie_word_embeddings=True,
            initializer_range=0.4,
            bos_token_id=tokenizer.bos_token_id,
            eos_token_id=tokenizer.eos_token_id,
            pad_token_id=tokenizer.pad_token_id,
        )
    )
    model.save_pretrained(folder / "model")
    tokenizer.save_pretrained(folder / "model")
    (folder / "model" / "acts.json").write_text(json.dumps([["greeting", []], ["answer.fees", ["fee"]], ["warn", []]]))
    for name in ("chaleureux", "sobre"):
        base = LlamaForCausalLM.from_pretrained(folder / "model")
        lora = get_peft_model(base, LoraConfig(r=4, target_modules=["q_proj", "down_proj"], init_lora_weights=False))
        lora.save_pretrained(folder / "adapters" / name)
    return folder


Load = Callable[..., LocalVoice]


@pytest.fixture(scope="module")
def load(folder: Path) -> Load:
    kept: dict[str, LocalVoice] = {}

    def loaded(adapter: str = "chaleureux", **options: Any) -> LocalVoice:
        key = f"{adapter} {options}"
        if key not in kept:
            kept[key] = LocalVoice.load(folder, adapter, PROMPTS, time.perf_counter, **options)
        return kept[key]

    return loaded


def words(voice: LocalVoice, brief: Brief, seed: str = "s") -> str:
    """Everything said until it ended or was cut at its limit."""
    said: list[str] = []
    with closing(voice.speak(brief, seed)) as draft, suppress(VoiceFault):
        said.extend(draft)
    return "".join(said)


def fault(voice: LocalVoice, brief: Brief) -> str:
    with closing(voice.speak(brief, "s")) as draft, pytest.raises(VoiceFault) as caught:
        list(draft)
    return caught.value.kind


# --- What it writes --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("merge", [True, False], ids=["merged, passes written out", "unmerged, transformers' pass"])
@pytest.mark.parametrize("adapter", ["", "chaleureux", "sobre"])
def test_it_says_what_generate_says_of_the_same_weights(folder: Path, load: Load, adapter: str, merge: bool) -> None:
    from peft import PeftModel

    voice = load(adapter, merge=merge, sampling=replace(LIKELIEST, most_new=40))
    tokenizer = AutoTokenizer.from_pretrained(folder / "model")
    model: Any = AutoModelForCausalLM.from_pretrained(folder / "model")
    if adapter:
        model = PeftModel.from_pretrained(model, folder / "adapters" / adapter)
    chat = PROMPTS.messages([FEE], "neu")
    prompt = tokenizer.apply_chat_template(chat, add_generation_prompt=True, return_tensors="pt", return_dict=True)
    whole = model.generate(**prompt, max_new_tokens=40, do_sample=False, repetition_penalty=1.1)
    expected = tokenizer.decode(whole[0, prompt["input_ids"].shape[1] :], skip_special_tokens=True)
    assert words(voice, Brief((FEE,))) == expected != ""


def test_generate_and_it_leave_the_same_tokens_to_chance() -> None:
    from transformers.generation.logits_process import (
        RepetitionPenaltyLogitsProcessor,
        TemperatureLogitsWarper,
        TopKLogitsWarper,
        TopPLogitsWarper,
    )

    from chatbot.voices.local_rows import draw

    how = Sampling(top_k=20)
    logits, said = torch.randn(1, 200, generator=torch.Generator().manual_seed(3)) * 4, torch.tensor([[5, 9, 40]])
    scores = RepetitionPenaltyLogitsProcessor(how.repetition_penalty)(said, logits.clone())
    for warp in (TemperatureLogitsWarper(how.temperature), TopKLogitsWarper(how.top_k), TopPLogitsWarper(how.top_p)):
        scores = warp(said, scores)
    shares = scores.softmax(-1)[0]
    seen = torch.zeros(1, 200, dtype=torch.bool).scatter_(1, said, True)
    luck = (torch.arange(4000) + 0.5)[:, None] / 4000
    drawn = draw(logits.expand(4000, -1), seen.expand(4000, -1), luck, how)
    assert torch.allclose(torch.bincount(drawn[:, 0], minlength=200) / 4000, shares, atol=1e-3)


def test_the_same_seed_says_the_same_and_another_seed_something_else(load: Load) -> None:
    voice = load(sampling=Sampling(most_new=30))
    first, again, other = (words(voice, Brief((FEE,)), seed) for seed in ("a", "a", "b"))
    assert first == again != other


@pytest.mark.parametrize("merge", [True, False], ids=["merged", "unmerged"])
def test_a_seed_says_the_same_whatever_is_written_beside_it(load: Load, merge: bool) -> None:
    voice = load(merge=merge, sampling=Sampling(most_new=60))
    briefs = [
        Brief((FEE,) * (1 + place % 3), arm={"adapter": "sobre"} if place % 4 == 0 else {}) for place in range(20)
    ]
    alone = [words(voice, brief, f"seed {place}") for place, brief in enumerate(briefs)]
    together: dict[int, str] = {}

    def speak(place: int) -> None:
        together[place] = words(voice, briefs[place], f"seed {place}")

    threads = [threading.Thread(target=speak, args=(place,)) for place in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [together[place] for place in range(20)] == alone
    assert len(set(alone)) > 15


def test_adapters_are_told_apart_and_an_unknown_one_is_the_brands_own(load: Load) -> None:
    voice = load(sampling=replace(LIKELIEST, most_new=20))
    said = {name: words(voice, Brief((FEE,), arm={"adapter": name})) for name in ("chaleureux", "sobre", "absent")}
    assert said["absent"] == said["chaleureux"] == words(voice, Brief((FEE,))) != said["sobre"]
    assert voice.counts.unknown_adapters == 1


def test_a_failed_pass_fails_its_replies_and_the_next_one_is_written(load: Load, monkeypatch: Any) -> None:
    from chatbot.voices.local_rows import TorchRows

    voice = load(sampling=Sampling(most_new=10))
    with monkeypatch.context() as broken:
        broken.setattr(TorchRows, "step", lambda _: torch.ones(2) @ torch.ones(3))
        assert fault(voice, Brief((FEE,))) == "server"
    assert words(voice, Brief((FEE,))) != ""


# --- How it streams and stops ----------------------------------------------------------------------------------------


def test_no_character_is_cut_in_two() -> None:
    text = "Ça va 😊 {fee} é"
    letters = {byte: letter for letter, byte in _letters().items()}
    spelling = Spelling({letters[byte]: byte for byte in range(256)}, [], [])
    scribe = Scribe(spelling, iter(range(1000)).__next__)  # a second passes with each token
    pieces = [scribe.add(byte) for byte in text.encode()] + [scribe.rest()]
    assert "".join(pieces) == text
    assert max(map(len, pieces)) == 1


def test_words_are_gathered_but_the_end_of_a_sentence_goes_out_at_once() -> None:
    letters = {byte: letter for letter, byte in _letters().items()}
    scribe = Scribe(Spelling({letters[byte]: byte for byte in range(256)}, [], []), lambda: 0.0)
    pieces = [piece for byte in b"Oui. Non" if (piece := scribe.add(byte))]
    assert (pieces, scribe.rest()) == (["Oui. "], "Non")


def test_special_tokens_are_not_said_and_placeholders_are_whole() -> None:
    spelling = Spelling({"<|eot_id|>": 0, "{fée}": 1, "Ġ": 2}, [0, 1], [0])
    assert (spelling[0], spelling[1].decode(), spelling[2]) == (b"", "{fée}", b" ")


def test_closing_a_draft_stops_its_tokens(load: Load) -> None:
    voice = load(sampling=Sampling(most_new=500))
    before = voice.counts.cancelled
    draft = voice.speak(Brief((FEE,)), "long")
    next(iter(draft))
    draft.close()
    _until(lambda: voice.counts.cancelled == before + 1)
    tokens = voice.counts.tokens
    assert len(words(voice, Brief((FEE,)), "short")) > 0  # the thread has gone on to others
    assert voice.counts.tokens - tokens <= 500
    written = voice.counts.tokens
    time.sleep(0.05)
    assert voice.counts.tokens == written


def test_a_draft_closed_before_its_first_piece_never_began(load: Load) -> None:
    voice = load(sampling=Sampling(most_new=500))
    tokens = voice.counts.tokens
    voice.speak(Brief((FEE,)), "never").close()
    time.sleep(0.02)
    assert voice.counts.tokens == tokens


def test_it_gives_a_pulse_while_nothing_comes(load: Load, monkeypatch: Any) -> None:
    from chatbot.voices.local_rows import TorchRows

    held, voice = threading.Event(), load(sampling=Sampling(most_new=12))
    join = TorchRows.join

    def slow(rows: TorchRows, *arguments: Any) -> list[int]:
        held.wait(5)
        return join(rows, *arguments)

    monkeypatch.setattr(TorchRows, "join", slow)
    with closing(voice.speak(Brief((FEE,)), "s")) as draft:
        assert next(iter(draft)) == ""
        held.set()


# --- What it will not do ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "brief",
    [
        Brief(()),
        Brief((Act("status"),)),
        Brief((Act("greeting", ("name",)),)),
        Brief((Act("warn"),)),
        Brief((replace(HI, quote="Mot pour mot.", source="tarifs@1"),)),
        Brief((HI,), open=True, heard="Combien ?"),
        Brief((HI,), mood="angry"),
    ],
    ids=["nothing", "an act unknown", "a fact unknown", "word for word", "a quote", "open", "a mood unknown"],
)
def test_what_it_was_not_trained_on_is_for_somebody_else(load: Load, brief: Brief) -> None:
    voice = load(sampling=Sampling(most_new=12))
    tokens = voice.counts.tokens
    assert not voice.can(brief)
    assert fault(voice, brief) == "unavailable"
    assert voice.counts.tokens == tokens


def test_a_numbered_fact_is_the_fact_it_knows(load: Load) -> None:
    assert load(sampling=Sampling(most_new=12)).can(Brief((Act("answer.fees", ("fee_2",)),)))


def test_a_prompt_too_long_is_refused_and_not_cut(load: Load) -> None:
    assert fault(load(sampling=Sampling(most_new=12)), Brief((HI,) * 400)) == "bad_request"


def test_a_reply_without_an_end_is_truncated(load: Load) -> None:
    assert fault(load(sampling=replace(LIKELIEST, most_new=3)), Brief((FEE,))) == "truncated"


def test_past_its_deadline_it_gives_up(load: Load) -> None:
    voice = load(sampling=Sampling(most_new=400))
    assert fault(voice, Brief((FEE,), deadline=time.perf_counter())) == "timeout"


def test_too_many_at_once_are_turned_away_at_once(load: Load, monkeypatch: Any) -> None:
    from chatbot.voices import local_engine

    monkeypatch.setattr(local_engine, "WAITING", 0)
    assert fault(load(sampling=Sampling(most_new=12)), Brief((FEE,))) == "unavailable"


# --- What it is read from --------------------------------------------------------------------------------------------


def _copy(folder: Path, to: Path) -> Path:
    import shutil

    shutil.copytree(folder, to)
    return to


def _cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-100])


def _lack_a_tensor(file: Path) -> None:
    from safetensors.torch import load_file, save_file

    tensors = load_file(file)
    tensors.pop(sorted(tensors)[0])
    save_file(tensors, file, metadata={"format": "pt"})


@pytest.mark.parametrize("harm", [Path.unlink, _cut, _lack_a_tensor], ids=["gone", "cut", "a tensor short"])
@pytest.mark.parametrize("file", ["model/model.safetensors", "adapters/sobre/adapter_model.safetensors"])
def test_damaged_weights_are_never_served(
    folder: Path, tmp_path: Path, file: str, harm: Callable[[Path], None]
) -> None:
    damaged = _copy(folder, tmp_path / "voice")
    harm(damaged / file)
    with pytest.raises(UnusableError, match="damaged"):
        LocalVoice.load(damaged, "chaleureux", PROMPTS, time.perf_counter)


def test_without_weights_or_with_an_unknown_adapter_it_says_so(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(UnusableError, match="no weights"):
        LocalVoice.load(tmp_path, "", PROMPTS, time.perf_counter)
    with pytest.raises(UnusableError, match="no adapter 'absent'"):
        LocalVoice.load(folder, "absent", PROMPTS, time.perf_counter)


def test_seeds_are_numbers_that_a_generator_takes() -> None:
    assert seed_number("a") == seed_number("a") != seed_number("b")
    assert 0 <= seed_number("a") < 2**63


def _until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def _letters() -> Any:
    from chatbot.voices import local_text

    return local_text._letters()
