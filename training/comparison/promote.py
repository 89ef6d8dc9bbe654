"""Make a new model the current one, but only if it passed a comparison with exactly the model in use now."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from inquit.models.folder import CURRENT, Manifest, find_model, read_manifest, verify
from inquit.models.registry import Registry, RegistryError
from inquit.training.comparison.compare import Comparison

_N_NAME = 16


class PromotionError(Exception):
    """A model may not be promoted; the message says which comparison is missing or failed, and how to make it."""


def record_comparison(registry: Registry, comparison: Comparison) -> Path:
    """Store a comparison, without any text of the articles, where `promote_model` looks for it.

    Raises:
        RegistryError: the registry cannot be written.
    """
    names = (comparison.new_fingerprint, comparison.old_fingerprint, comparison.gold_sha256)
    path = registry.comparisons / f"{'-'.join(name[:_N_NAME] for name in names)}.json"
    facts = comparison.to_dict() | {"differences": [asdict(d) for d in comparison.differences if d.is_guarded]}
    del facts["flips"]
    registry.write(path, json.dumps(facts, indent=1).encode() + b"\n")
    return path


def promote_model(new: str | Path, registry: Registry, *, gold_sha256: str | None = None) -> Manifest:
    """Copy a model into the registry and make it current.

    The gold articles of the first promotion guard all that follow, unless ``gold_sha256`` chooses others.

    Raises:
        PromotionError: this very model has not passed a comparison with the current one on the guarding articles.
        ModelError: a model is not what its manifest says.
        LockedError: another process is changing the registry.
        RegistryError: the registry cannot be written.
    """
    with registry.lock():
        manifest = verify(new)
        current = read_manifest(find_model(CURRENT))
        if manifest.fingerprint == current.fingerprint:
            raise PromotionError(f"{manifest.title} is already the current model")
        guard = gold_sha256 or registry.guard()
        record = _find_comparison(registry, manifest, current, guard)
        registry.add(manifest.folder)
        registry.point_to(manifest.fingerprint, gold_sha256=record["gold_sha256"])
    return read_manifest(registry.folder_of(manifest.fingerprint))


def _find_comparison(
    registry: Registry, new: Manifest, current: Manifest, gold_sha256: str | None
) -> Mapping[str, Any]:
    of_both = [
        record
        for record in map(_read_record, sorted(registry.comparisons.glob("*.json")))
        if record["new_fingerprint"] == new.fingerprint and record["old_fingerprint"] == current.fingerprint
    ]
    fitting = [record for record in of_both if gold_sha256 in (None, record["gold_sha256"])]
    command = f"inquit compare {CURRENT} {new.folder} GOLD"
    if not fitting:
        on = "" if gold_sha256 is None else f" on the articles that guard promotions (sha256 {gold_sha256[:_N_NAME]}…)"
        others = "; it was on others: choose those as guards with --gold FILE" if of_both else ""
        raise PromotionError(
            f"{new.title} was not compared with the current model {current.title}{on}: run `{command}`{others}"
        )
    failed = [record for record in fitting if not record["passed"]]
    if failed:
        others = "; it passed on other articles: --gold FILE chooses which guard" if len(failed) < len(fitting) else ""
        raise PromotionError(
            f"{new.title} failed its comparison with {current.title}: {failed[0]['objections'][0]}{others}"
        )
    if len(fitting) > 1:
        raise PromotionError(
            f"{new.title} was compared on {len(fitting)} sets of articles: choose the guarding set with --gold"
        )
    return fitting[0]


def _read_record(path: Path) -> Mapping[str, Any]:
    try:
        record = json.loads(path.read_bytes())
        if not isinstance(record["passed"], bool) or (record["passed"] and record["objections"]):
            raise TypeError("passed and objections contradict each other")
        return {name: record[name] for name in ("passed", "objections", *_NAMED)}
    except (ValueError, KeyError, TypeError) as error:
        raise RegistryError(f"{path}: not a valid comparison ({error!r}); remove it and compare again") from error


_NAMED = ("new_fingerprint", "old_fingerprint", "gold_sha256")
