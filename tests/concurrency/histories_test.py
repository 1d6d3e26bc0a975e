#!/usr/bin/env python3
"""The check of histories finds what it is for."""
import unittest

from histories import NotSerialisable, Seen, check


class Histories(unittest.TestCase):
    def test_an_order_that_everybody_lived_through(self):
        check([Seen("a", 0, 1, ("x", "y")), Seen("b", 0, 2, ("x",), {"x": ["a", "b"]}),
               Seen("c", 1, 3, (), {"x": ["a"], "y": ["a"]})],
              {"x": ["a", "b"], "y": ["a"]})

    def test_a_lost_write(self):
        with self.assertRaisesRegex(NotSerialisable, "lost"):
            check([Seen("a", 0, 1, ("x",))], {"x": []})

    def test_a_refused_write_that_happened(self):
        with self.assertRaisesRegex(NotSerialisable, "not acknowledged"):
            check([], {"x": ["a"]})

    def test_half_a_transaction_is_seen(self):
        with self.assertRaisesRegex(NotSerialisable, "circle"):
            check([Seen("a", 0, 5, ("x", "y")), Seen("r", 0, 5, (), {"x": ["a"], "y": []})],
                  {"x": ["a"], "y": ["a"]})

    def test_two_transactions_cross(self):
        with self.assertRaisesRegex(NotSerialisable, "circle"):
            check([Seen("a", 0, 5, ("x", "y")), Seen("b", 0, 5, ("x", "y"))],
                  {"x": ["a", "b"], "y": ["b", "a"]})

    def test_a_stale_read(self):
        with self.assertRaisesRegex(NotSerialisable, "circle"):
            check([Seen("a", 0, 1, ("x",)), Seen("r", 2, 3, (), {"x": []})], {"x": ["a"]})

    def test_a_read_of_what_never_was(self):
        with self.assertRaisesRegex(NotSerialisable, "never its end"):
            check([Seen("a", 0, 5, ("x",)), Seen("b", 0, 5, ("x",)),
                   Seen("r", 0, 5, (), {"x": ["b"]})], {"x": ["a", "b"]})


if __name__ == "__main__":
    unittest.main()
