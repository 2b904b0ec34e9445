"""Whatever bytes a worker sends, the parser takes observations or says `Malformed`."""

import io
import json
import random

import numpy as np
import pytest

from autograder.sandbox import selftest
from autograder.sandbox.guest.protocol import (
    MAX_ANSWER,
    MAX_ARRAYS,
    MAX_LINE,
    Malformed,
    Parser,
    pack_job,
    pack_observation,
    read_job,
)

JOB = selftest.JOB
ARRAY = np.arange(6, dtype=np.float32).reshape(2, 3)


def head(**changes) -> bytes:
    """A line of JSON that keeps to the protocol but for `changes`."""
    record = {"id": "0", "facts": {}, "arrays": [["a", "float32", [2, 3]]], **changes}
    return json.dumps(record).encode() + b"\n"


def test_a_job_is_read_as_it_was_packed():
    """Source bytes of any kind survive, and nothing after them is needed."""
    source = bytes(range(256))
    assert read_job(io.BytesIO(pack_job(JOB, source))) == (JOB, source)


@pytest.mark.parametrize("size", [1, 7, 10_000])
def test_an_observation_is_found_in_pieces_of_any_size(size):
    """The pipe may cut anywhere."""
    data = pack_observation("0", {"n": [1, "x"]}, {"a": ARRAY}) + pack_observation("1", {}, {})
    parser = Parser(["0", "1"])
    for start in range(0, len(data), size):
        parser.feed(data[start : start + size])
    facts, arrays = parser.found["0"]
    assert facts == {"n": [1, "x"]}
    assert np.array_equal(arrays["a"], ARRAY)
    assert parser.found["1"] == ({}, {})


FORGED = {
    "not JSON": b"hello\n",
    "not a record": b"[]\n",
    "a number": b"17\n",
    "deep nesting": b"[" * 50_000 + b"\n",
    "a huge integer": b'{"id": "0", "facts": {"n": ' + b"9" * 5000 + b'}, "arrays": []}\n',
    "a large number": head(facts={"alternatives": 10**18}),
    "a NaN": b'{"id": "0", "facts": {"n": NaN}, "arrays": []}\n',
    "an infinity": b'{"id": "0", "facts": {"n": 1e999}, "arrays": []}\n',
    "deep facts": head(facts={"a": [[[[[[[[1]]]]]]]]}),
    "another id": head(id="7"),
    "an id that is a list": head(id=["0"]),
    "facts that are a list": head(facts=[]),
    "arrays that are a record": head(arrays={}),
    "too many arrays": head(arrays=[["a", "float32", [0]]] * (MAX_ARRAYS + 1)),
    "an object array": head(arrays=[["a", "object", [1]]]),
    "a dtype that is a record": head(arrays=[["a", {}, [1]]]),
    "a structured dtype": head(arrays=[["a", "f4,f4", [1]]]),
    "a negative shape": head(arrays=[["a", "float32", [-1]]]),
    "a fractional shape": head(arrays=[["a", "float32", [1.5]]]),
    "a shape of truths": head(arrays=[["a", "float32", [True]]]),
    "many dimensions": head(arrays=[["a", "float32", [1] * 40]]),
    "a product that overflows": head(arrays=[["a", "float32", [2**24] * 4]]),
    "huge but empty": head(arrays=[["a", "float32", [2**24, 2**24, 2**24, 0]]]),
    "two entries": head(arrays=[["a", "float32"]]),
    "a line without end": b"x" * (MAX_LINE + 1),
    "not UTF-8": b"\xff\xfe{}\n",
}


@pytest.mark.parametrize("data", FORGED.values(), ids=FORGED.keys())
def test_a_forged_answer_is_malformed(data):
    """No other exception leaves the parser, and nothing is taken as found but empty arrays."""
    parser = Parser(["0"])
    try:
        parser.feed(data)
    except Malformed:
        assert not parser.found
    else:
        assert all(array.nbytes == 0 for array in parser.found["0"][1].values())


def test_an_answer_is_taken_once():
    """A second answer to the same probe, or one after the last, is malformed."""
    parser = Parser(["0"])
    parser.feed(pack_observation("0", {}, {}))
    with pytest.raises(Malformed, match="not asked for"):
        parser.feed(pack_observation("0", {}, {}))


def test_an_answer_is_bounded_in_all():
    """Arrays that are promised but too many are refused before they are kept."""
    parser = Parser(["0", "1"])
    parser.feed(head(arrays=[["a", "float32", [MAX_ANSWER // 4]]]))
    with pytest.raises(Malformed, match="16 MiB"):
        parser.feed(bytes(MAX_ANSWER))


def test_texts_are_cut():
    """A forger's text is as short as an honest one's."""
    parser = Parser(["0"])
    parser.feed(head(facts={"error": {"message": "x" * 9000}}, arrays=[]))
    assert len(parser.found["0"][0]["error"]["message"]) == 500


def test_random_damage_never_breaks_the_parser():
    """Bits flipped anywhere give an observation or `Malformed`."""
    chance = random.Random(4)
    good = pack_observation("0", {"shape": [1, 2], "t": "é"}, {"a": ARRAY, "b": ARRAY[:0]})
    for _ in range(2000):
        data = bytearray(good)
        for _ in range(chance.randint(1, 4)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        parser = Parser(["0", "1"])
        try:
            parser.feed(bytes(data))
        except Malformed:
            continue
