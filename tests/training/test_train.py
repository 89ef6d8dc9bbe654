"""Real training from a training file to a model folder, with a tiny encoder and the project's examples."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file

torch = pytest.importorskip("torch", reason="training needs inquit[train]")

import itertools

from typer.testing import CliRunner

from inquit.cli import app
from inquit.inference.attributor import Attributor
from inquit.inference.writers import OutputError
from inquit.models.article import Article, Span
from inquit.models.claims import POLARITY_OUTPUTS
from inquit.models.files import hold_lock
from inquit.models.folder import ENCODER, HEADS, ModelError, file_sha256, verify, write_manifest
from inquit.models.pairs import PairScorer as ArrayPairScorer
from inquit.models.pieces import WindowConfig
from inquit.models.result import ArticleResult, Attribution, Speaker, SpeakerKind
from inquit.models.segmentation import segment
from inquit.training.articles import (
    data_hashes,
    find_file,
    fresh_articles,
    training_articles,
    training_texts,
    unlabelled_articles,
)
from inquit.training.build import TorchPieceEncoder
from inquit.training.claims.data import article_hash
from inquit.training.config import CorpusConfig, LossConfig, OptimizerConfig, TrainingConfig
from inquit.training.corpora import CorpusError, read_corpus, read_jsonl
from inquit.training.finetune import finetune_model
from inquit.training.network.attention_heads import count_heads
from inquit.training.network.attribution_network import AttributionNetwork, Crf, PairScorer
from inquit.training.network.batches import collate, cut_windows
from inquit.training.network.examples import label_document
from inquit.training.network.losses import batch_losses
from inquit.training.network.run_folder import load_network, load_tokenizer, network_file, save_config
from inquit.training.network.teacher import Teacher
from inquit.training.network.trainer import hide_pieces, special_pieces
from inquit.training.network.warm_start import load_fitted, texts_of
from inquit.training.refit import refit_model
from inquit.training.seen_texts import seen_texts
from inquit.training.train import ask_teachers, train_model, train_network
from tests.training.labelled import SENTENCES, labelled_article, write_labels

Floats = NDArray[np.float32]

CONFIG = TrainingConfig(
    name="tiny",
    version="0.0.1",
    encoder="given by path",
    corpus=(CorpusConfig(path="examples.jsonl"),),
    dev="examples.jsonl",
    calibration_share=0.3,
    n_pair_dimensions=8,
    core_jitter=(64, 128),
    optimizer=OptimizerConfig(epochs=2, batch_windows=4, encoder_rate=2e-3, head_rate=5e-3),
)
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning", "ignore::FutureWarning")


@pytest.fixture(scope="module")
def run(tiny_encoder: Path, tiny_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("run")
    train_model(CONFIG, tiny_data, folder, encoder=str(tiny_encoder))
    return folder


def test_a_run_ends_with_a_model_that_scores(run: Path) -> None:
    manifest = verify(run / "model")
    assert manifest.title == "tiny-0.0.1"
    assert manifest.data["training"]["config"]["seed"] == CONFIG.seed
    assert len(manifest.data["training"]["data_sha256"]["examples.jsonl"]) == 64
    assert Attributor.load(run / "model")("“Yes,” said Ann Lee.").text == "“Yes,” said Ann Lee."
    assert "## Limits" in (run / "model" / "README.md").read_text()


def test_a_run_leaves_a_report_with_pictures(run: Path) -> None:
    history = json.loads((run / "report.json").read_text())["history"]
    assert len(history["losses"]) == len(history["scores"]) == 2
    assert history["losses"][1]["token"] < history["losses"][0]["token"]
    assert "<svg" in (run / "curves.svg").read_text()
    assert "curves.svg" in (run / "report.md").read_text()


def test_the_same_seed_gives_the_same_network(run: Path, tiny_encoder: Path, tiny_data: Path, tmp_path: Path) -> None:
    train_model(CONFIG, tiny_data, tmp_path, encoder=str(tiny_encoder))
    first, second = (load_network(folder / "network")[0].state_dict() for folder in (run, tmp_path))
    assert all(torch.equal(first[name], second[name]) for name in first)


def test_a_run_that_was_stopped_goes_on(run: Path, tiny_encoder: Path, tiny_data: Path, tmp_path: Path) -> None:
    one_epoch = replace(CONFIG, optimizer=replace(CONFIG.optimizer, epochs=1))
    train_model(one_epoch, tiny_data, tmp_path, encoder=str(tiny_encoder))
    train_model(CONFIG, tiny_data, tmp_path, encoder=str(tiny_encoder), resume=True)
    state = json.loads((tmp_path / "network" / "state.json").read_text())
    assert len(state["losses"]) == 2


def test_a_student_learns_from_a_finished_run(run: Path, tiny_encoder: Path, tiny_data: Path, tmp_path: Path) -> None:
    train_model(CONFIG, tiny_data, tmp_path, encoder=str(tiny_encoder), teachers=[run, run / "model"])
    assert len(list((tmp_path / "soft-labels").iterdir())) == 2
    assert verify(tmp_path / "model").data["training"]["teacher"] == "tiny-0.0.1 and tiny-0.0.1"
    assert "answers of tiny-0.0.1 and tiny-0.0.1." in (tmp_path / "model" / "README.md").read_text()


def test_a_model_teaches_as_its_run_does(run: Path, tiny_data: Path, tmp_path: Path) -> None:
    answers = [ask(teacher, tiny_data, tmp_path / name) for name, teacher in (("run", run), ("model", run / "model"))]
    names = [sorted(path.name for path in folder.iterdir()) for folder in answers]
    assert names[0] == names[1] != []
    # The readiness to see a cue was fitted for the model, and is not in its run's network.
    of_network, of_folder = (load_fitted(teacher)[0].tags.bias.detach().numpy() for teacher in (run, run / "model"))
    for path in sorted(answers[0].iterdir()):
        of_run, of_model = load_file(path), load_file(answers[1] / path.name)
        difference = (of_run["tags"].astype(np.float32) - of_network) - (of_model["tags"] - of_folder)
        assert np.abs(difference).mean() < 0.2
        for name in (name for name in of_run if name.startswith("links.")):
            assert np.array_equal(np.isnan(of_run[name]), np.isnan(of_model[name])), name


def test_what_is_answered_is_not_asked_again(run: Path, tiny_data: Path, tmp_path: Path) -> None:
    folder = ask(run, tiny_data, tmp_path)
    written = {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}
    assert {path.name: path.stat().st_mtime_ns for path in ask(run, tiny_data, tmp_path).iterdir()} == written
    assert ask(run / "model", tiny_data, tmp_path) != folder


def ask(fitted: Path, data: Path, output: Path) -> Path:
    teacher = Teacher(fitted, CONFIG, output)
    teacher.answer(CONFIG.corpus, CONFIG, data)
    return teacher.answers


@pytest.fixture
def news(tmp_path: Path) -> CorpusConfig:
    """A folder of texts, with one text twice and one file that is not text."""
    folder = tmp_path / "news"
    (folder / "more").mkdir(parents=True)
    for name, text in (
        ("a.txt", 'Ana Ruiz met Paul Lee. She said the talks went well.\n\n"Nothing was signed," Lee added.'),
        ("more/a.txt", "The ministry denied that the bridge was closed. It was open on Monday, a spokesman said."),
        ("more/b.txt", "The ministry denied that the bridge was closed. It was open on Monday, a spokesman said."),
        ("more/c.txt", "\0\0\0\0\0\0\0\0"),
        (
            "more/d.html",
            f"<html><body><article><p>{'The mayor said the bridge was safe. ' * 12}</p></article></body></html>",
        ),
    ):
        (folder / name).write_text(text)
    return CorpusConfig(path=str(folder), unlabelled=True)


def test_a_student_learns_from_texts_that_nobody_labelled(
    news: CorpusConfig, run: Path, tiny_encoder: Path, tiny_data: Path, tmp_path: Path
) -> None:
    assert len(list(unlabelled_articles(news, tiny_data))) == 3
    config = replace(CONFIG, corpus=(*CONFIG.corpus, news), calibration_share=0.0)
    corpora, answers = ask_teachers([run, run / "model"], config, tiny_data, tmp_path / "run")
    labelled, silver = corpora
    assert labelled == CONFIG.corpus[0]
    found = list(training_articles(silver, tiny_data, config))
    assert {article.text for article in found} == {article.text for article in unlabelled_articles(news, tiny_data)}
    assert all(a.claim is None and a.speaker is None for article in found for a in article.attributions)
    n_answers = [len(list(folder.iterdir())) for folder in answers]
    assert n_answers == [len(list(read_jsonl(tiny_data / "examples.jsonl"))) + 3] * 2
    silver_file = Path(silver.path)
    written = silver_file.stat().st_mtime_ns
    assert ask_teachers([run], config, tiny_data, tmp_path / "run")[0] == corpora
    assert silver_file.stat().st_mtime_ns == written

    config = replace(config, calibration_share=CONFIG.calibration_share)
    train_model(config, tiny_data, tmp_path / "run", encoder=str(tiny_encoder), teachers=[run])
    manifest = verify(tmp_path / "run" / "model")
    assert set(manifest.data["training"]["data_sha256"]) == {"examples.jsonl", news.path}
    assert seen_texts(manifest) == {article_hash(text) for text in training_texts(config, tiny_data)}


@pytest.mark.parametrize("held", [False, True])
def test_known_speakers_of_unlabelled_texts_are_learnt(
    held: bool, news: CorpusConfig, run: Path, tiny_data: Path, tmp_path: Path
) -> None:
    text, *_ = (article for article in unlabelled_articles(news, tiny_data) if "Ana Ruiz" in article.text)
    ruiz, start = Speaker("Ana Ruiz", SpeakerKind.PERSON, named=True), text.text.index("She")
    known = Attribution("s0", content=(), source=(Span(start, start + len("She")),), speaker=ruiz)
    write_labels(tmp_path / "speakers.jsonl", [ArticleResult(text.id, None, (known,))])
    news = replace(news, **{"held_labels" if held else "labels": str(tmp_path / "speakers.jsonl")})
    config = replace(CONFIG, corpus=(news,), calibration_share=0.0)
    (silver,), _ = ask_teachers([run], config, tiny_data, tmp_path / "run")
    for with_held in (False, True):
        found = {gold.text: gold for gold in training_articles(silver, tiny_data, config, with_held=with_held)}
        speakers = {a.source: a.speaker for a in found[text.text].attributions}
        heard = {source for source, speaker in speakers.items() if speaker == ruiz}
        met = {source for source in speakers if any(span.start <= start < span.end for span in source)}
        assert heard == (met if with_held or not held else set())
    assert fresh_articles(config, tiny_data) == ({text.id} if held else set())
    assert "speakers.jsonl" in data_hashes(config, tiny_data)


@pytest.mark.parametrize("window", [CONFIG.window, WindowConfig(core=64, left=8, right=4)], ids=["same", "other"])
def test_a_teacher_labels_again_what_is_read_in_other_windows(
    window: WindowConfig, news: CorpusConfig, run: Path, tiny_data: Path, tmp_path: Path
) -> None:
    config = replace(CONFIG, corpus=(news,))
    first, again = (
        ask_teachers([run], replace(config, window=own), tiny_data, tmp_path)[0] for own in (CONFIG.window, window)
    )
    assert (first == again) == (window == CONFIG.window)


def test_a_network_alone_is_enough_to_teach(tiny_encoder: Path, tiny_data: Path, tmp_path: Path) -> None:
    one_epoch = replace(CONFIG, optimizer=replace(CONFIG.optimizer, epochs=1))
    train_model(one_epoch, tiny_data, tmp_path, encoder=str(tiny_encoder), network_only=True)
    assert [path.name for path in tmp_path.iterdir()] == ["network"]
    assert list(ask(tmp_path, tiny_data, tmp_path / "student").iterdir())


def test_texts_that_nobody_labelled_need_a_teacher(
    news: CorpusConfig, tiny_encoder: Path, tiny_data: Path, tmp_path: Path
) -> None:
    config = replace(CONFIG, corpus=(*CONFIG.corpus, news))
    with pytest.raises(ValueError, match="unlabelled: name a --teacher to label it"):
        train_model(config, tiny_data, tmp_path, encoder=str(tiny_encoder))
    missing = replace(config, corpus=(replace(news, path="nowhere"),))
    with pytest.raises(CorpusError, match="nowhere"):
        list(unlabelled_articles(missing.corpus[0], tiny_data))
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "a.txt").write_text(" ")
    with pytest.raises(CorpusError, match="no text to learn from"):
        list(unlabelled_articles(replace(news, path=str(tmp_path / "empty")), tiny_data))


def test_held_labels_are_for_what_is_fitted_after_the_network(tiny_data: Path, tmp_path: Path) -> None:
    first, *others = read_jsonl(tiny_data / "examples.jsonl")
    bare = replace(first, attributions=tuple(replace(a, speaker=None, claim=None) for a in first.attributions))
    write_labels(tmp_path / "corpus.jsonl", [bare, *others])
    write_labels(tmp_path / "held.jsonl", [first])
    corpus = CorpusConfig(path="corpus.jsonl", held_labels="held.jsonl")
    config = replace(CONFIG, corpus=(corpus,), calibration_share=0.0)
    for with_held, wanted in ((False, bare), (True, first)):
        found = {gold.id: gold for gold in training_articles(corpus, tmp_path, config, with_held=with_held)}
        assert [a.speaker for a in found[first.id].attributions] == [a.speaker for a in wanted.attributions]
    assert fresh_articles(config, tmp_path) == {first.id}
    both = replace(corpus, labels="held.jsonl")
    with pytest.raises(ValueError, match=f"both name {first.id}"):
        fresh_articles(replace(config, corpus=(both,)), tmp_path)
    assert set(data_hashes(config, tmp_path)) == {"corpus.jsonl", "held.jsonl"}


def test_labels_that_inquit_brings_are_found(tmp_path: Path) -> None:
    for name in ("labels/polnear.more.jsonl", "labels/polnear.held.jsonl"):
        assert find_file(name, tmp_path).is_file()


def test_a_run_with_fewer_heads_goes_on(tiny_encoder: Path, tiny_data: Path, tmp_path: Path) -> None:
    config = replace(CONFIG, heads=3, optimizer=replace(CONFIG.optimizer, epochs=1))
    train_network(config, tiny_data, tmp_path, encoder=str(tiny_encoder))
    longer = replace(config, optimizer=CONFIG.optimizer)
    network, _, history = train_network(longer, tiny_data, tmp_path, encoder="not needed", resume=True)
    assert count_heads(network.encoder) == 3
    assert len(history.losses) == 2
    assert json.loads((tmp_path / "training.json").read_text())["optimizer"]["epochs"] == CONFIG.optimizer.epochs


def test_a_run_goes_on_as_it_was_begun(tiny_data: Path, tmp_path: Path) -> None:
    (tmp_path / "network").mkdir()
    save_config(CONFIG, tmp_path / "network")
    other = replace(CONFIG, seed=14, loss=replace(CONFIG.loss, claim=0.2))
    with pytest.raises(
        ValueError, match=r"training\.json: the run was started with other values of seed, loss\.claim: restore"
    ):
        train_model(other, tiny_data, tmp_path, resume=True)


@pytest.mark.parametrize("part", [".", "model"])
def test_training_goes_on_from_a_run_or_from_a_model(part: str, run: Path, tiny_data: Path, tmp_path: Path) -> None:
    train_model(CONFIG, tiny_data, tmp_path, warm_start=run / part)
    warm = json.loads((tmp_path / "network" / "state.json").read_text())["losses"][0]["token"]
    cold = json.loads((run / "network" / "state.json").read_text())["losses"][0]["token"]
    assert warm < cold


def test_a_model_is_read_back_as_the_network_it_was_made_of(run: Path) -> None:
    wanted, found = load_fitted(run)[0].state_dict(), load_fitted(run / "model")[0].state_dict()
    assert set(wanted) == set(found)
    for name in wanted:
        if name.startswith(("encoder.", "word_features.", "pairs.", "mentions.")):
            assert torch.allclose(wanted[name], found[name], atol=0.02 * float(wanted[name].abs().max() + 1e-6)), name


def test_the_quantised_export_is_close_to_the_network(run: Path) -> None:
    network, _tokenizer = load_network(run / "network")
    exported, own = _states_of_both(Attributor.load(run / "model"), network)
    assert np.corrcoef(exported.ravel(), own.ravel())[0, 1] > 0.98


def test_the_shipped_model_is_read_back() -> None:
    exported, own = _states_of_both(Attributor.load("en"), load_fitted("en")[0])
    assert np.corrcoef(exported.ravel(), own.ravel())[0, 1] > 0.98


def _states_of_both(model: Attributor, network: AttributionNetwork) -> tuple[Floats, Floats]:
    document = segment(Article("a", "“Yes,” said Ann Lee. She denied that the town was broke."))
    _, exported = model.encoder.encode(document)
    model.encoder._network = TorchPieceEncoder(network)
    return exported, model.encoder.encode(document)[1]


def test_pair_scores_from_arrays_are_those_of_the_network() -> None:
    torch.manual_seed(1)
    scorer = PairScorer(n_hidden=6, n_dimensions=4, dropout=0.0).eval()
    torch.nn.init.normal_(scorer.table.weight)
    torch.nn.init.normal_(scorer.none.weight)
    states = torch.randn(9, 6)
    spans, others = torch.tensor([[0, 2], [4, 5]]), torch.tensor([[2, 4], [6, 9]])
    candidates = torch.tensor([[-1, 0, 1], [0, 1, -1]])
    features = torch.randint(0, 20, (2, 3, 4))
    expected = scorer(states, spans, others, candidates, features).detach().numpy()
    arrays = {f"p.{name}": tensor.numpy() for name, tensor in scorer.state_dict().items()}
    found = ArrayPairScorer.from_arrays(arrays, "p").scores(
        states.numpy(), spans.numpy(), others.numpy(), candidates.numpy(), features.numpy()
    )
    is_candidate = np.isfinite(found)
    np.testing.assert_allclose(found[is_candidate], expected[is_candidate], rtol=1e-4, atol=1e-5)
    assert (~is_candidate).sum() == 2


def test_the_crf_counts_every_allowed_sequence_once() -> None:
    """The probabilities of all allowed tag sequences for three words sum to one."""
    from itertools import product

    torch.manual_seed(2)
    crf = Crf(n_kinds=1)
    torch.nn.init.normal_(crf.transitions)
    emissions = torch.randn(1, 3, 3)
    total = 0.0
    for tags in product(range(3), repeat=3):
        if all(bool(crf.allowed[a, b]) for a, b in itertools.pairwise(tags)):
            loss = crf.negative_log_likelihood(emissions, torch.tensor([tags]), torch.tensor([3]))
            total += float(torch.exp(-loss).detach())
    assert total == pytest.approx(1.0, abs=1e-4)


def test_windows_cover_every_claim_and_word_once(tiny_encoder: Path, tiny_data: Path) -> None:
    tokenizer = load_tokenizer(tiny_encoder)
    for gold in read_jsonl(tiny_data / "examples.jsonl"):
        document = label_document(gold, tokenizer)
        windows = cut_windows([document], replace(CONFIG.window, core=100))
        batch = collate(windows, special_pieces(tokenizer))
        assert batch.is_core.sum() == len(document.tags)
        assert (np.sort(batch.tags[batch.is_core]) == np.sort(document.tags)).all()
        assert len(batch.claims) <= len(document.claims)


def test_losses_are_finite_where_a_window_holds_no_label(tiny_encoder: Path, tiny_data: Path, run: Path) -> None:
    network, tokenizer = load_network(run / "network")
    (gold, *_) = read_jsonl(tiny_data / "examples.jsonl")
    empty = label_document(replace(gold, attributions=(), narration=()), tokenizer)
    losses = batch_losses(network, collate(cut_windows([empty], CONFIG.window), special_pieces(tokenizer)), CONFIG.loss)
    assert all(torch.isfinite(loss) for loss in losses.values())


def test_a_network_can_be_copied_without_its_optimizer(run: Path, tmp_path: Path) -> None:
    shutil.copytree(run / "network", tmp_path / "copy")
    (network_file(tmp_path / "copy").parent / "optimizer.pt").unlink()
    load_network(tmp_path / "copy")


@pytest.mark.parametrize("part", [".", "model"])
def test_everything_is_fine_tuned_on_new_labels_with_the_old_ones_rehearsed(
    part: str, run: Path, tiny_data: Path, tmp_path: Path
) -> None:
    labels = tmp_path / "new.jsonl"
    labels.write_text("".join((tiny_data / "examples.jsonl").read_text().splitlines(keepends=True)[:3]))
    arguments = [
        "retrain",
        "--all",
        "--model",
        run / part,
        "--data",
        tiny_data,
        "--labels",
        labels,
        "-o",
        tmp_path / "model",
    ]
    result = CliRunner().invoke(app, list(map(str, arguments)))
    assert result.exit_code == 0, result.output
    manifest = verify(tmp_path / "model")
    assert manifest.version.startswith("0.0.1+")
    assert set(manifest.data["training"]["data_sha256"]) == {"examples.jsonl", "labels.jsonl"}
    assert (
        seen_texts(manifest)
        >= texts_of(run / part)
        == {article_hash(text) for text in training_texts(CONFIG, tiny_data)}
    )
    old, new = (load_fitted(folder)[0].state_dict() for folder in (run, tmp_path / "model.run"))
    assert any(not torch.equal(old[name], new[name]) for name in old if name.startswith("encoder."))
    again = CliRunner().invoke(app, list(map(str, arguments)))
    assert (again.exit_code, "already exists" in again.output) == (5, True)


def test_fine_tuning_leaves_out_what_nobody_labelled(run: Path, tiny_data: Path, tmp_path: Path) -> None:
    shutil.copytree(run, tmp_path / "run")
    path = tmp_path / "run" / "network" / "training.json"
    config = json.loads(path.read_text())
    config["corpus"].append({"path": "news", "unlabelled": True})
    path.write_text(json.dumps(config))
    labels = tmp_path / "new.jsonl"
    labels.write_text("".join((tiny_data / "examples.jsonl").read_text().splitlines(keepends=True)[:3]))
    model = finetune_model(tmp_path / "run", [labels], tmp_path / "model", data=tiny_data)
    assert set(verify(model).data["training"]["data_sha256"]) == {"examples.jsonl", "labels.jsonl"}


def test_fine_tuning_learns_from_labels_of_one_class(run: Path, tiny_data: Path, tmp_path: Path) -> None:
    events = [(content, source, "event") for content, source, _ in SENTENCES]
    labels = write_labels(tmp_path / "new.jsonl", [labelled_article("events", events)])
    finetune_model(run, [labels], tmp_path / "model", data=tiny_data)
    assert verify(tmp_path / "model").version.startswith("0.0.1+")


def test_fine_tuning_needs_a_model_and_its_articles(run: Path, tiny_data: Path, tmp_path: Path) -> None:
    arguments = ["retrain", "--all", "--labels", str(tiny_data / "examples.jsonl"), "-o", str(tmp_path / "new")]
    result = CliRunner().invoke(app, [*arguments, "--model", str(tmp_path)])
    assert (result.exit_code, "not a model folder" in result.output) == (3, True)
    result = CliRunner().invoke(app, [*arguments, "--model", str(run / "model"), "--data", str(tmp_path)])
    assert (result.exit_code, "examples.jsonl" in result.output) == (4, True)


def test_one_fine_tuning_at_a_time_writes_a_model(tiny_data: Path, tmp_path: Path) -> None:
    arguments = ["retrain", "--all", "--labels", str(tiny_data / "examples.jsonl"), "-o", str(tmp_path / "new" / "m")]
    (tmp_path / "new").mkdir()
    with hold_lock(tmp_path / "new" / ".m.lock"):
        result = CliRunner().invoke(app, arguments)
    assert (result.exit_code, "try again when it has ended" in result.output) == (6, True)
    assert not list((tmp_path / "new").iterdir())


def test_articles_are_not_learnt_by_heart_word_for_word(tiny_data: Path, tiny_encoder: Path) -> None:
    tokenizer = load_tokenizer(tiny_encoder)
    documents = [label_document(gold, tokenizer) for gold in read_corpus(tiny_data / "examples.jsonl")]
    batch = collate(cut_windows(documents, CONFIG.window)[:4], special_pieces(tokenizer))
    ids, hidden = batch.ids.copy(), tokenizer.token_to_id("[MASK]")
    hide_pieces(batch, 0.3, hidden, special_pieces(tokenizer), np.random.default_rng(1))
    is_piece = ~np.isin(ids, special_pieces(tokenizer))
    is_hidden = batch.ids != ids
    assert (batch.ids[is_hidden] == hidden).all()
    assert not is_hidden[~is_piece].any()
    assert 0.2 < is_hidden[is_piece].mean() < 0.4


def test_what_is_kept_is_the_mean_of_the_last_weights(tiny_encoder: Path, tiny_data: Path, tmp_path: Path) -> None:
    averaged = replace(CONFIG, optimizer=replace(CONFIG.optimizer, average=0.9))
    train_model(averaged, tiny_data, tmp_path, encoder=str(tiny_encoder))
    checkpoint = network_file(tmp_path / "network").parent
    kept, last = (load_file(checkpoint / name) for name in ("network.safetensors", "unaveraged.safetensors"))
    differences = [float(np.abs(kept[name] - last[name]).max()) for name in kept]
    assert 0 < max(differences) < 0.5


def test_rare_polarities_can_count_more(tiny_encoder: Path, tiny_data: Path) -> None:
    tokenizer = load_tokenizer(tiny_encoder)
    documents = [label_document(gold, tokenizer) for gold in read_corpus(tiny_data / "examples.jsonl")]
    batch = collate(cut_windows(documents, CONFIG.window), special_pieces(tokenizer))
    assert any(claim.targets is not None and claim.targets[POLARITY_OUTPUTS][1:].any() for claim in batch.claims)
    network = AttributionNetwork.from_pretrained(str(tiny_encoder), n_pair_dimensions=8, dropout=0.0).eval()
    usual, weighted = (
        batch_losses(network, batch, LossConfig(rare_polarity=weight))["claim"].item() for weight in (1.0, 3.0)
    )
    assert weighted > usual


def test_a_warm_start_has_its_share_in_the_model(run: Path, tiny_data: Path, tmp_path: Path) -> None:
    config = replace(CONFIG, optimizer=replace(CONFIG.optimizer, epochs=1, start_share=0.25))
    network, _, _ = train_network(config, tiny_data, tmp_path, warm_start=run)
    start, fitted = (load_file(network_file(folder)) for folder in (run / "network", tmp_path))
    for name, tensor in network.state_dict().items():
        assert np.allclose(tensor.numpy(), 0.75 * fitted[name] + 0.25 * start[name], atol=1e-5), name


@pytest.mark.parametrize("option", ["--teacher", "--warm-start"])
def test_a_model_that_is_not_there_is_named(option: str, tiny_data: Path, tmp_path: Path) -> None:
    path = tmp_path / "c.toml"
    path.write_text('name = "a"\nversion = "1"\nencoder = "e"\n[[corpus]]\npath = "examples.jsonl"\n')
    arguments = ["train", path, "--data", tiny_data, "-o", tmp_path / "run", option, tmp_path / "nothing"]
    result = CliRunner().invoke(app, list(map(str, arguments)))
    assert (result.exit_code, "nothing" in result.output) == (3, True)


def test_an_encoder_that_is_not_at_hand_is_named(
    tiny_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    path = tmp_path / "config.toml"
    path.write_text('name = "x"\nversion = "0"\nencoder = "nobody/nothing"\n[[corpus]]\npath = "examples.jsonl"\n')
    result = CliRunner().invoke(app, ["train", str(path), "--data", str(tiny_data), "-o", str(tmp_path / "run")])
    assert (result.exit_code, "nobody/nothing" in result.output) == (4, True), result.output


def test_what_comes_after_the_network_is_fitted_again_and_nothing_else(
    run: Path, tiny_data: Path, tmp_path: Path
) -> None:
    """Even if the base model's own heads cannot be read by this version."""
    old = shutil.copytree(run / "model", tmp_path / "old")
    heads = load_file(old / HEADS)
    after = ("speaker.", "confidence.", "narration.")
    others = {name: array for name, array in heads.items() if not name.startswith(after)}
    unreadable = {name: array[..., :3] for name, array in heads.items() if name.startswith(after)}
    save_file(others | unreadable, old / HEADS)
    facts = {name: value for name, value in verify(run / "model").data.items() if name != "files"}
    speakers = {"base": "tiny-0.0.0", "base_fingerprint": "0" * 64, "seed": 1}  # as until en-1.7.0
    write_manifest(old, facts | {"training": facts["training"] | {"speakers": speakers}})
    with pytest.raises(ModelError, match="built by another version"):
        Attributor.load(old)
    manifest = refit_model(old, replace(CONFIG, version="0.0.2"), tiny_data, tmp_path / "new")
    assert manifest.title == "tiny-0.0.2"
    assert manifest.data["training"]["refit"]["base"] == "tiny-0.0.1"
    assert "speakers" not in manifest.data["training"]
    assert "fitted again on tiny-0.0.1" in (tmp_path / "new" / "README.md").read_text()
    fitted = load_file(tmp_path / "new" / HEADS)
    assert all(np.array_equal(fitted[name], array) for name, array in others.items() if name != "tags.bias")
    assert file_sha256(tmp_path / "new" / ENCODER) == file_sha256(run / "model" / ENCODER)
    assert fitted["speaker.second.hidden_weight"].shape == heads["speaker.second.hidden_weight"].shape
    assert Attributor.load(tmp_path / "new")("“Yes,” said Ann Lee.").attributions is not None
    with pytest.raises(OutputError, match="already exists"):
        refit_model(old, CONFIG, tiny_data, tmp_path / "new")


def test_a_refit_learns_from_texts_that_nobody_labelled(
    run: Path, tiny_data: Path, news: CorpusConfig, tmp_path: Path
) -> None:
    texts = list(unlabelled_articles(news, tiny_data))
    labels = [
        ArticleResult(
            article.id,
            None,
            (
                Attribution(
                    "s0",
                    content=(),
                    source=(Span(*word.span()),),
                    speaker=Speaker("Paul Lee", SpeakerKind.PERSON, named=True),
                ),
            ),
        )
        for article in texts
        if (word := re.search("Lee", article.text))
    ]
    assert labels
    known = replace(news, held_labels=str(write_labels(tmp_path / "speakers.jsonl", labels)))
    config = replace(CONFIG, corpus=(*CONFIG.corpus, known), dev="")
    manifest = refit_model(run / "model", config, tiny_data, tmp_path / "new")
    assert "speakers.jsonl" in manifest.data["training"]["refit"]["data_sha256"]
    assert manifest.data["measures"] == {}


@pytest.mark.parametrize("option", ["--warm-start=en", "--teacher=en", "--resume", "--network-only", "--encoder=e"])
def test_a_refit_takes_the_network_as_it_is(option: str, tmp_path: Path) -> None:
    config = tmp_path / "tiny.toml"
    config.write_text('name = "tiny"\nversion = "1.0.0"\nencoder = "e"\n[[corpus]]\npath = "examples.jsonl"\n')
    result = CliRunner().invoke(app, ["train", str(config), "--network-of", "en", option])
    assert result.exit_code == 2
    assert "--network-of keeps the model's network as it is" in result.stderr


@pytest.mark.parametrize(
    ("model", "data", "code", "message"),
    [
        ("nowhere", "data", 3, "nowhere"),
        ("model", "elsewhere", 4, "examples.jsonl"),
    ],
)
def test_what_a_refit_lacks_is_named(
    run: Path, tiny_data: Path, tmp_path: Path, model: str, data: str, code: int, message: str
) -> None:
    config = tmp_path / "tiny.toml"
    config.write_text('name = "tiny"\nversion = "1.0.0"\nencoder = "e"\n[[corpus]]\npath = "examples.jsonl"\n')
    folder = str(tiny_data if data == "data" else tmp_path / data)
    base = str(run / "model") if model == "model" else str(tmp_path / model)
    command = ["train", str(config), "--network-of", base, "--data", folder, "-o", str(tmp_path / "new")]
    result = CliRunner().invoke(app, command)
    assert (result.exit_code, message in result.stderr) == (code, True)
    assert not (tmp_path / "new").exists()


def test_a_model_that_cannot_be_written_is_told(run: Path, tiny_data: Path) -> None:
    output = Path("/dev/null/a/b")
    with pytest.raises(OutputError, match="cannot be written: Not a directory"):
        refit_model(run / "model", CONFIG, tiny_data, output)
    with pytest.raises(OutputError, match="cannot be written: Not a directory"):
        finetune_model(run, [tiny_data / "examples.jsonl"], output, data=tiny_data)


def test_a_refit_is_made_by_one_process_at_a_time(run: Path, tiny_data: Path, tmp_path: Path) -> None:
    config = tmp_path / "tiny.toml"
    config.write_text('name = "tiny"\nversion = "1.0.0"\nencoder = "e"\n[[corpus]]\npath = "examples.jsonl"\n')
    base = str(run / "model")
    command = ["train", str(config), "--network-of", base, "--data", str(tiny_data), "-o", str(tmp_path / "new")]
    with hold_lock(tmp_path / ".new.lock"):
        assert CliRunner().invoke(app, command).exit_code == 6
    assert not (tmp_path / "new").exists()
