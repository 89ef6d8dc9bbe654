"""The systems that are compared, and those that cannot be installed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class System:
    """A system and the module that runs it.

    Attributes:
        environment: the folder of its virtual environment under .benchmark/; None for inquit's own.
        is_indirect_found: whether it looks for indirect speech at all; if not, it gets no score for it.
        note: what was run, for readers of the figures.
    """

    name: str
    module: str
    environment: str | None
    is_indirect_found: bool
    note: str


@dataclass(frozen=True, kw_only=True)
class Absence:
    """A system that has no figures, and why."""

    name: str
    reason: str


SYSTEMS = (
    System(
        name="inquit",
        module="peers.run_inquit",
        environment=None,
        is_indirect_found=True,
        note="One thread. It also resolves speakers and types claims, and its time includes that.",
    ),
    System(
        name="textacy",
        module="peers.run_textacy",
        environment="textacy",
        is_indirect_found=False,
        note="`textacy.extract.direct_quotations`, paragraph by paragraph (if an article is read whole, one quotation mark "
        "that is never closed costs it all its quotations), on spaCy's small English model without its named entities. All "
        "paragraphs of all articles go through one `nlp.pipe`, which is how it is fastest.",
    ),
    System(
        name="sayswho",
        module="peers.run_sayswho",
        environment="sayswho",
        is_indirect_found=False,
        note="`sayswho.quote_finder`, run in the same way. Its next step, finding full names, needs a coreference model "
        "that is on no package index; it would change no span.",
    ),
)

#: Other tools for the same task, which pip alone cannot install.
ABSENT = (
    Absence(name="Citron", reason="on no package index, available only as source"),
    Absence(name="GenderGapTracker", reason="on no package index, available only as source"),
    Absence(name="BookNLP", reason="on its first run the package downloads its models from a server of its own"),
    Absence(name="CoreNLP", reason="a Java program; pip installs only clients, without the program and its models"),
)
