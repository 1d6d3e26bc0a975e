#!/usr/bin/env python3
"""The match hash, from its definition in docs/formats/cassette.md: prints the golden values that
hash_test.cpp holds. Independent of the C++ on purpose."""
import json
from decimal import Decimal

M = (1 << 64) - 1
K1, K2, K3, K4 = 0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0xD6E8FEB86659FD93


def fold(a, b):
    product = (a & M) * (b & M)
    return (product & M) ^ (product >> 64)


def hashed(kind, data):
    h = (ord(kind) * K1 & M) ^ (len(data) * K2 & M)
    for i in range(0, len(data), 8):
        h = fold(h ^ int.from_bytes(data[i:i + 8].ljust(8, b"\0"), "little"), K3)
    return fold(h ^ K4, K1)


def text(s):
    return hashed("s", s.encode())


def normal(s):
    sign, digits, exponent = Decimal(s).as_tuple()
    number = "".join(map(str, digits)).lstrip("0")
    stripped = number.rstrip("0")
    if not stripped:
        return "0"
    return f"{'-' if sign else ''}{stripped}e{exponent + len(number) - len(stripped)}"


def number(kind, s):
    try:
        return hashed(kind, normal(s).encode())
    except ArithmeticError:
        return text(s)


class Number(str):
    pass


def value(v, name=""):
    if v is None:
        return hashed("0", b"")
    if isinstance(v, bool):
        return hashed("t" if v else "f", b"")
    if isinstance(v, Number):
        return number("n", v)
    if isinstance(v, str):
        return number("d", v) if name == "N" else text(v)
    if isinstance(v, list):
        inner = "N" if name == "NS" else ""
        if name in ("SS", "NS", "BS"):
            return fold(sum(fold(value(e, inner) ^ K2, K3) for e in v) & M, K4) ^ ord("S")
        h = ord("l")
        for e in v:
            h = fold(h ^ value(e), K3) + K2 & M
        return h
    total = sum(fold(fold(text(k) ^ K1, K3) ^ value(e, k), K2) for k, e in v.items())
    return fold(total & M, K4) ^ ord("o")


def match(operation, account, region, body):
    try:
        b = value(json.loads(body, parse_int=Number, parse_float=Number))
    except ValueError:
        b = hashed("x", body.encode())
    h = fold(text(operation) ^ K1, K2)
    h = fold(h ^ text(account), K3)
    return fold(h ^ text(region), K4) ^ b


if __name__ == "__main__":
    for body in ("{}",
                 '{"TableName":"t","Item":{"id":{"S":"a"},"n":{"N":"-1.50"},"s":{"NS":["1","2"]}}}',
                 '[true,false,null,"é",0.1]', "not json"):
        print(f"0x{match('PutItem', '000000000000', 'us-east-1', body):016X}  {body}")
