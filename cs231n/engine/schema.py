"""Findings and verdicts: the one record from which every mark, message and export is rendered."""

from dataclasses import asdict, dataclass, field

STATUSES = ("passed", "partial", "failed", "not_attempted", "crashed", "timed_out")
PAIRINGS = 12  # of parameters, tried at most; each costs a forward and a backward pass


@dataclass(frozen=True)
class Finding:
    """One thing that a check has to say.

    Attributes:
        code: short stable name of the sentence, such as "values_differ" or "mistake".
        text: the sentence for the student; holds no measured figure, so two runs compare equal.
        details: lines below it, such as expected and found values.
        remark: True if it costs nothing.
        mistake: name of the recognised mistake, such as "discriminator/slope_0_2", or None.
    """

    code: str
    text: str
    details: tuple[str, ...] = ()
    remark: bool = False
    mistake: str | None = None

    @classmethod
    def from_json(cls, record: dict) -> "Finding":
        return cls(**{**record, "details": tuple(record["details"])})


@dataclass(frozen=True)
class Verdict:
    """What one task of one submission is worth, and why.

    Attributes:
        task: name of the task.
        status: one of STATUSES.
        fraction: share of the task's points that is earned, in [0, 1].
        findings: what there is to say, the most useful first; empty for a plain pass.
    """

    task: str
    status: str
    fraction: float
    findings: tuple[Finding, ...] = field(default=())

    def __post_init__(self):
        if self.status not in STATUSES or not 0.0 <= self.fraction <= 1.0:
            raise ValueError(
                f"verdict on {self.task}: expected one of {STATUSES} and a fraction in [0, 1]; "
                f"found {self.status!r} and {self.fraction!r}"
            )
        if (self.status == "passed") != (self.fraction == 1.0):
            raise ValueError(f"verdict on {self.task}: {self.status} with fraction {self.fraction}")

    def points(self, maximum: float) -> float:
        """The mark, rounded to hundredths of a point so that every sink prints the same number."""
        return round(self.fraction * maximum, 2)

    def to_json(self) -> dict:
        """A plain dict for json.dumps; `from_json` is its inverse."""
        return asdict(self)

    @classmethod
    def from_json(cls, record: dict) -> "Verdict":
        findings = tuple(Finding.from_json(f) for f in record["findings"])
        return cls(record["task"], record["status"], record["fraction"], findings)
