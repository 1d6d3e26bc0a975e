#!/usr/bin/env python3
"""tests/tidy/run finds what it is for: in a small tree of its own, one mistake at a time."""
import pathlib
import shutil
import subprocess
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent

# A tree in which everything is as it should be.
CLEAN = {
    "harness/CMakeLists.txt": "add_library(dynadeck_service STATIC seam/clock.cpp)\n",
    "harness/seam/clock.h": "// What time it is.\n#pragma once\n",
    "harness/seam/clock.cpp": '#include "harness/seam/clock.h"\n',
    "engine/CMakeLists.txt": "add_library(dynadeck_engine STATIC\n"
                             "  engine.cpp  # the door\n  store/store.cpp\n  values/item.cpp)\n",
    "engine/engine.h": "// All of it.\n#pragma once\n",
    "engine/engine.cpp": '#include "engine/engine.h"\n\n#include "engine/store/store.h"\n',
    "engine/store/store.h": '// The store.\n#pragma once\n\n#include "engine/values/item.h"\n',
    "engine/store/store.cpp": '#include "engine/store/store.h"\n',
    "engine/values/item.h": '// An item.\n#pragma once\n\n#include "harness/seam/clock.h"\n',
    "engine/values/item.cpp": '#include "engine/values/item.h"\n',
    "tests/fuzz/CMakeLists.txt": "dynadeck_add_fuzzer(items engine)\n",
    "tests/fuzz/items_fuzzer.cpp": '#include "engine/values/item.h"\n',
    "docs/way.md": "[The engine](../engine/engine.h)\n",
}


class Tidy(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name).resolve()
        subprocess.run(["git", "init", "--quiet", self.root], check=True)
        shutil.copy(HERE.parents[1] / ".clang-format", self.root)
        for path, text in CLEAN.items():
            self.write(path, text)

    def write(self, path, text):
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).write_text(text)

    def add(self, path, text):
        """A source that is built."""
        self.write(path, text)
        room, _, rest = path.partition("/")
        lists = self.root / room / "CMakeLists.txt"
        known = lists.read_text() if lists.exists() else ""
        lists.write_text(f"{known}target_sources(dynadeck_{room} PRIVATE {rest})\n")

    def run_tidy(self, *checks):
        subprocess.run(["git", "-C", self.root, "add", "--all"], check=True)
        return subprocess.run([HERE / "run", "--root", self.root, *checks], capture_output=True,
                              text=True, check=False)

    def expect(self, *findings):
        finished = self.run_tidy()
        self.assertEqual(finished.stdout.splitlines(), [*findings, f"{len(findings)} findings"],
                         finished.stderr)
        self.assertEqual(finished.returncode, 1 if findings else 0)

    def test_a_clean_tree(self):
        self.expect()

    def test_one_check_alone(self):
        self.write("engine/values/item.h", "#pragma once\n")
        self.assertEqual(self.run_tidy("floors").stdout.splitlines(), ["0 findings"])
        self.assertEqual(self.run_tidy("headers").returncode, 1)
        self.assertIn("no such check: doors", self.run_tidy("doors").stderr)

    # ------------------------------------------------------------ who may include whom

    def test_an_include_upward(self):
        self.write("engine/values/item.cpp", '#include "engine/values/item.h"\n\n'
                                             '#include "engine/store/store.h"\n')
        self.expect("engine/values/item.cpp:3: engine/values must not include engine/store/store.h "
                    "(it stands above)")

    def test_an_include_sideways(self):
        self.add("engine/wire/json.cpp", '#include "engine/store/store.h"\n')
        self.expect("engine/wire/json.cpp:1: engine/wire must not include engine/store/store.h "
                    "(it stands beside it)")

    def test_an_include_of_the_top(self):
        self.add("engine/operations/items/query.cpp", '#include "engine/engine.h"\n')
        self.expect("engine/operations/items/query.cpp:1: engine/operations must not include "
                    "engine/engine.h (it stands above)")

    def test_families_of_one_folder_know_each_other(self):
        self.write("engine/operations/items/read.h", "// Reading.\n#pragma once\n")
        self.add("engine/operations/tables/tags.cpp", '#include "engine/operations/items/read.h"\n')
        self.expect()

    def test_an_include_that_is_a_comment(self):
        self.write("engine/values/item.cpp", '#include "engine/values/item.h"\n'
                                             '// #include "engine/store/store.h"\n')
        self.expect()

    def test_another_room(self):
        self.add("faults/service.cpp", '#include "engine/engine.h"\n')
        self.expect("faults/service.cpp:1: faults must not include engine/engine.h")

    def test_the_seam_includes_a_room(self):
        self.write("harness/seam/clock.cpp", '#include "harness/seam/clock.h"\n\n'
                                             '#include "engine/engine.h"\n')
        self.expect("harness/seam/clock.cpp:3: the seam must not include engine/engine.h")

    def test_a_library_at_another_door(self):
        self.write("engine/values/item.cpp", "#include <rocksdb/db.h>\n")
        self.expect("engine/values/item.cpp:1: rocksdb/db.h is not for this file")

    # ------------------------------------------------------------ where files lie

    def test_a_file_in_no_room(self):
        self.add("cellar/wine.cpp", '#include "engine/engine.h"\n')
        self.expect("cellar/wine.cpp:1: is in no room")

    def test_a_folder_on_no_floor(self):
        self.add("engine/attic/trunk.cpp", '#include "engine/engine.h"\n')
        self.expect("engine/attic/trunk.cpp:1: engine/attic stands on no floor")

    def test_a_crowded_folder(self):
        for number in range(16):
            self.add(f"engine/values/value_{number:02}.cpp", "int value();\n")
        self.expect("engine/values/value_15.cpp:1: one of 17 units in engine/values, more than 16")

    def test_an_overlong_unit(self):
        self.write("engine/values/item.cpp", "// One more.\n" * 496)
        self.expect()
        self.write("engine/values/item.cpp", "// One more.\n" * 497)
        self.expect("engine/values/item.cpp:1: a unit of 501 lines, more than 500")

    def test_a_long_table_of_words(self):
        self.add("engine/expressions/reserved_words.cpp", "// A word.\n" * 600)
        self.expect()

    # ------------------------------------------------------------ what is dead or says nothing

    def test_a_dead_source(self):
        self.write("engine/values/corpse.cpp", '#include "engine/values/item.h"\n')
        self.expect("engine/values/corpse.cpp:1: is in no CMakeLists.txt")

    def test_a_dead_source_with_the_name_of_a_living_one(self):
        self.write("engine/store/item.cpp", '#include "engine/values/item.h"\n')
        self.expect("engine/store/item.cpp:1: is in no CMakeLists.txt")

    def test_a_dead_source_that_only_a_comment_lists(self):
        self.write("tests/fuzz/corpse.cpp", "int main() {}\n")
        self.write("tests/fuzz/CMakeLists.txt",
                   "dynadeck_add_fuzzer(items engine)  # without corpse.cpp\n")
        self.expect("tests/fuzz/corpse.cpp:1: is in no CMakeLists.txt")

    def test_a_dead_header(self):
        self.write("engine/values/corpse.h", "// Nobody's.\n#pragma once\n")
        self.expect("engine/values/corpse.h:1: nothing includes it")

    def test_a_header_without_its_first_comment(self):
        self.write("engine/values/item.h", "#pragma once\n")
        self.expect("engine/values/item.h:1: starts without a comment that says what it is")

    def test_a_header_without_a_guard(self):
        self.write("engine/values/item.h", "// An item.\n")
        self.expect("engine/values/item.h:1: no #pragma once")

    def test_what_was_left_over(self):
        mark = "TO" "DO"
        self.write("engine/values/item.cpp", f"// An item.\n// {mark}: count\n")
        self.expect(f"engine/values/item.cpp:2: left over: // {mark}: count")

    def test_what_no_room_does(self):
        self.write("engine/values/item.cpp", "void fail() {\n  count();\n  throw 1;\n}\n")
        self.expect("engine/values/item.cpp:3: throw 1;: errors are values")

    # ------------------------------------------------------------ form

    def test_a_link_that_leads_nowhere(self):
        self.write("docs/way.md", "See\n[the cellar](../cellar/wine.h).\n")
        self.expect("docs/way.md:2: ../cellar/wine.h leads nowhere")

    def test_a_long_line(self):
        self.write("tests/long.py", '"""Long."""\n# ' + "x" * 99 + "\n")
        self.expect("tests/long.py:2: 101 columns")

    def test_a_format_of_its_own(self):
        self.write("engine/values/item.cpp", "int  item();\n")
        self.expect("engine/values/item.cpp:1: clang-format -i")


if __name__ == "__main__":
    unittest.main()
