import itertools
import math

import pytest
from driftbook import config
from driftbook.config import reading
from driftbook.errors import BadInput

SECRET = "root:x:0:0:root:/root:/bin/bash"
PAIRS = list(itertools.pairwise("abcdefghi"))
BOMB = "\n".join(["a: &a [x]", *(f"{b}: &{b} [{', '.join(['*' + a] * 9)}]" for a, b in PAIRS)])
MERGED = "\n".join(["a: &a {x: 1}", *(f"{b}: &{b} {{<<: [{', '.join(['*' + a] * 9)}]}}" for a, b in PAIRS)])
FILES = {
    "an alias bomb": ("params:\n  " + BOMB.replace("\n", "\n  "), "holds more than 100,000 values"),
    "a bomb of merges": ("params:\n  " + MERGED.replace("\n", "\n  "), ""),  # PyYAML itself merges a key once
    "an alias of itself": ("params: &a [*a]", "nests deeper than 20 levels"),
    "deep": ("params: " + "[" * 50 + "]" * 50, "nests deeper than 20 levels"),
    "very deep": ("params: " + "[" * 100_000, "nests deeper than 20 levels"),
    "large": ("params: " + "x" * 1_000_001, "has more than 1,000,000 bytes"),
    "a doubled key": ("params:\n  name: a\n  name: b", "the key 'name' is given twice (line 3, column 3)"),
    "a doubled key at the top": ("params: {}\nparams: {}", "the key 'params' is given twice (line 2, column 1)"),
    "a doubled key far down": ("params: {x: [{'1': 1, \"1\": 2}]}", "the key '1' is given twice"),
    "no date": ("params: {x: 2022-02-30}", "a value is no number or date that exists"),
    "a huge number": ("params: {x: 1" + "0" * 5000 + "}", "a value is no number or date that exists"),
    "a large number": ("params: {x: 10000000000000000000}", "x is a number of 64 bits, expected at most 63"),
    "code": ("params: !!python/object/apply:os.system ['true']", "could not determine a constructor"),
    "a list as key": ("params: {[1]: 2}", "found unhashable key"),
    "a NUL": ('params: {title: "a\\0b"}', "title holds a character that cannot be stored"),
    "half a pair": ('params: {title: "\\ud800"}', "title holds a character that cannot be stored"),
    "not a number": ("params: {filters: {x: {min: .nan}}}", "filters.x.min is nan: expected a number"),
    "infinite": ("params: {filters: {x: {max: -.inf}}}", "filters.x.max is -inf: expected a number"),
    "a password": ("params: {source: {url: 'postgresql://me:hunter2@h/db'}}", "source.url holds an address with a"),
    "a password in a key": ("params: {'postgresql://me:hunter2@h/db': 1}", "holds an address with a password"),
    "a secret beside": ("params: {source: {password: hunter2}}", "source"),
    "a secret by its name": ("params: {source: {kind: table, path: x, password: hunter2}}", "(given: ***)"),
}


@pytest.mark.parametrize(("text", "message"), FILES.values(), ids=FILES)
def test_a_file_is_refused_in_a_sentence(tmp_path, text, message):
    (tmp_path / "odd.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(BadInput) as caught:
        config.load(str(tmp_path / "odd.yaml"))
    assert message in str(caught.value) and "odd.yaml" in str(caught.value)
    assert "hunter2" not in str(caught.value)
    assert len(str(caught.value)) < 1500


@pytest.mark.parametrize(
    "name", ["/etc/passwd", "passwd.yaml", "link.yaml", "no", "../passwd", "~nobodyatall/x.yaml", "\0.yaml", "x" * 5000]
)
def test_another_file_is_not_shown(tmp_path, name):
    (tmp_path / "passwd").write_text(SECRET)
    (tmp_path / "passwd.yaml").write_text(f"{SECRET}\n- x: [")
    (tmp_path / "link.yaml").symlink_to("/etc/passwd")
    path = name if name.startswith(("/", "~")) else f"{tmp_path}/{name}"
    with pytest.raises(BadInput) as caught:
        config.load(path)
    assert "root" not in str(caught.value).replace(str(tmp_path), "")


def test_anchors_and_merged_keys_may_be_used(tmp_path):
    (tmp_path / "p.yaml").write_text("params:\n  a: &a {x: 1, y: 2}\n  b: {<<: *a, x: 3}\n  c: {<<: [*a, *a]}")
    content, _ = reading.content(str(tmp_path / "p.yaml"))
    assert content == {"a": {"x": 1, "y": 2}, "b": {"x": 3, "y": 2}, "c": {"x": 1, "y": 2}}


def test_an_estimator_may_be_told_infinity():
    reading.check({"model": {"arguments": {"most": math.inf}}}, "it")


def test_many_faults_are_not_all_told():
    with pytest.raises(BadInput) as caught:
        config.load({f"key{number}": 1 for number in range(1000)})
    assert str(caught.value).count("(given: ") == 20
