"""Tests of what only computes: `python3 -m unittest discover -s suit-cli/benches/deltas` from the top of the repository."""
import json
import pathlib
import runpy
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
sys.dont_write_bytecode = True
import ours  # noqa: E402
import tables  # noqa: E402
from measuring import Cache, Failed, cache_key, data_format, fill, find_pairs, timed  # noqa: E402
from peers import PEERS  # noqa: E402
from synthetic import KEPT, substitution, synthetic  # noqa: E402

RUN = runpy.run_path(str(HERE / "run"))


def row(name, **sizes):
    figures = {column: {"size": size, "seconds": 1.0, "peak": 2048} for column, size in sizes.items()}
    return {"pair": name, "old": 1000, "new": 1001, "figures": figures}


class Means(unittest.TestCase):
    def test_geometric_mean(self):
        for values, mean in [([2, 8], 4), ([5], 5), ([1, 10, 100], 10)]:
            self.assertAlmostEqual(tables.geometric_mean(values), mean)
        self.assertIsNone(tables.geometric_mean([]))

    def test_ratio_counts_only_pairs_that_have_both(self):
        rows = [row("a", L=50, peer=100), row("b", L=200, peer=100), row("c", L=7), row("d", peer=7)]
        mean, count = tables.mean_ratio(rows, ["L"], ["peer"])
        self.assertAlmostEqual(mean, 1.0)
        self.assertEqual(count, 2)
        self.assertEqual(tables.ratio(mean, count, len(rows)), "1.000 (2 pairs)")
        self.assertEqual(tables.mean_ratio(rows, ["S"], ["peer"]), (None, 0))

    def test_ratio_takes_the_smallest_of_several(self):
        mean, _ = tables.mean_ratio([row("a", M=40, L=50, x=100, y=80)], ["M", "L"], ["x", "y"])
        self.assertAlmostEqual(mean, 0.5)

    def test_median(self):
        self.assertEqual(tables.median([3, 1, 2]), 2)
        self.assertEqual(tables.median([4, 1, 2, 3]), 2.5)


class Limits(unittest.TestCase):
    def test_limit(self):
        self.assertEqual(tables.limit(1000), 1082)
        self.assertEqual(tables.limit(37), 70)

    def test_worst_first(self):
        rows = [row("good", L=90, peer=100), row("bad", L=200, peer=100), row("unmeasured", peer=1)]
        judged = tables.furthest(rows, "L", ["peer"])
        self.assertEqual([(beyond, entry["pair"]) for beyond, entry, _ in judged], [(63, "bad"), (-47, "good")])
        lines = tables.limit_lines(rows, "L", ["peer"])
        self.assertIn("Worst: bad, 200 bytes of 137 (63 bytes over). Over it: 1 of 2 pairs.", lines[0])
        self.assertEqual(tables.limit_lines(rows, "L", []), [])


class Tables(unittest.TestCase):
    def test_alignment(self):
        self.assertEqual(tables.table(["a", "b"], [["x", 1]]), ["| a | b |", "|---|---:|", "| x | 1 |"])

    def test_every_kind_of_cell(self):
        rows = [row("a", one=5, L=4), row("b", L=9)]
        rows[1]["figures"]["L"] = {"failed": "no"}
        lines = tables.pairs_table(rows, ["one", "two", "three"], ["L"], missing={"two"})
        self.assertEqual(lines[0], "| pair | old | new | one | two | L | best of all peers |")
        self.assertEqual(lines[2], "| a | 1000 | 1001 | 5 | – | 4 | 5 one |")
        self.assertEqual(lines[3], "| b | 1000 | 1001 |  | – | fails |  |")

    def test_means_leave_out_what_was_not_measured(self):
        lines = tables.means_table([row("a", L=5, x=10)], {"L": ["L"], "S": ["S"]}, {"x": ["x"]})
        self.assertEqual(lines[2:], ["| L | 0.500 |"])

    def test_growth(self):
        lines = tables.growth_table([row("1 MB", L=5), row("10 MB")], ["L", "S"])
        self.assertEqual(lines[2:], ["| L | 1.00 | 2.0 |  |  |"])


class Keeping(unittest.TestCase):
    def test_each_part_is_in_the_key(self):
        keys = {
            cache_key(version, commands, digests)
            for version in ("1", "2") for commands in (["a"], ["b"]) for digests in (["c", "d"], ["d", "c"])
        }
        self.assertEqual(len(keys), 8)
        self.assertEqual(cache_key("1", ["a"], ["c"]), cache_key("1", ["a"], ["c"]))

    def test_measured_once_and_failures_again(self):
        with tempfile.TemporaryDirectory() as folder:
            cache = Cache(pathlib.Path(folder) / "cache")

            def fails():
                raise Failed("no")

            with self.assertRaises(Failed):
                cache.get("key", fails)
            self.assertEqual(cache.get("key", lambda: {"size": 1}), {"size": 1})
            self.assertEqual(cache.get("key", fails), {"size": 1})

    def test_names_of_columns_are_unique(self):
        self.assertEqual(len({peer.name for peer in PEERS}), len(PEERS))


class Programs(unittest.TestCase):
    def test_cost_and_output(self):
        seconds, peak, said = timed(["sh", "-c", "echo $1", "sh", "said"])
        self.assertGreaterEqual(seconds, 0)
        self.assertGreater(peak, 0)
        self.assertEqual(said, "said\n")

    def test_failure_says_why(self):
        with self.assertRaisesRegex(Failed, "sh ended with 3: why"):
            timed(["sh", "-c", "echo why >&2; exit 3"])
        with self.assertRaisesRegex(Failed, "No such file"):
            timed(["/nowhere/at-all"])

    def test_fill(self):
        self.assertEqual(fill(["-s", "--from={old}", "{new}"], {"old": "a", "new": "b"}), ["-s", "--from=a", "b"])


class Facts(unittest.TestCase):
    SAID = {"size": 5, "profile": "M", "memory": 16384, "segments": 2, "predictors": ["one", "two"], "more": None}

    def test_read(self):
        read = ours.read_facts(json.dumps(self.SAID), needed=ours.FACTS)
        self.assertEqual(read, {"size": 5, "profile": "m", "memory": 16384, "segments": 2, "predictors": "one two"})

    def test_read_of_what_make_says(self):
        said = json.dumps({"format": "suit-delta-make/1", "deltas": [self.SAID]})
        self.assertEqual(ours.read_facts(said), ours.read_facts(json.dumps(self.SAID)))

    def test_what_is_needed_has_to_be_there(self):
        less = json.dumps({name: value for name, value in self.SAID.items() if name != "memory"})
        self.assertNotIn("memory", ours.read_facts(less))
        for text in (less, "", "[]", '{"deltas": []}', '{"size": "large"}'):
            with self.assertRaisesRegex(Failed, "not the JSON"):
                ours.read_facts(text, needed=ours.FACTS)


class Pairs(unittest.TestCase):
    def test_data_format(self):
        table = {"m0-none": {"data_format": ""}, "other": {"data_format": "aarch64"}}
        for name, form in [("m4-x", "arm-cortex-m4"), ("m0-none", None), ("other", "aarch64"), ("rv-x", None)]:
            self.assertEqual(data_format(name, table), form)

    def test_only_folders_with_both_images(self):
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            for path in ("b/old.bin", "b/new.bin", "b/old.elf", "a/old.bin", "a/new.bin", "half/old.bin", "file"):
                (folder / path).parent.mkdir(exist_ok=True)
                (folder / path).write_bytes(path.encode())
            pairs = find_pairs(folder, folder / "work")
            self.assertEqual([pair.name for pair in pairs], ["a", "b"])
            # One ELF file alone is of no use.
            self.assertIsNone(pairs[1].old_elf)


class Synthetic(unittest.TestCase):
    def test_permutation(self):
        self.assertEqual(substitution(0), bytes(range(256)))
        for turn in (1, 2):
            table = substitution(turn)
            self.assertEqual(sorted(table), list(range(256)))
            self.assertTrue(all(table[value] == value for value in KEPT))
        self.assertNotEqual(substitution(1), substitution(2))

    def test_images(self):
        images = [(b"old one", b"new one!"), (b"old one", b"other"), (b"OLD", b"NEW")]
        old, new = synthetic(images, 25)
        self.assertEqual((len(old), len(new)), (25, 25))
        self.assertEqual(old[:10], b"old oneOLD")
        self.assertEqual(new[:11], b"new one!NEW")
        self.assertEqual(old[10:20], b"old oneOLD".translate(substitution(1)))


class Page(unittest.TestCase):
    def test_written(self):
        begin, end = RUN["BEGIN"], RUN["END"]
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "page.md"
            whole = RUN["written"](path, "one\n")
            self.assertIn("--write page.md", whole)
            path.write_text(whole)
            self.assertEqual(RUN["written"](path, "one\n"), whole)
            path.write_text(f"before\n{begin}\nold\n{end}\nafter\n")
            # Twice, so that writing again changes nothing.
            path.write_text(RUN["written"](path, "two\n"))
            self.assertEqual(RUN["written"](path, "two\n"), f"before\n{begin}\n\ntwo\n\n{end}\nafter\n")


if __name__ == "__main__":
    unittest.main()
