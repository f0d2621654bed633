"""Measures the three exponentiations of a sign-in in OpenSSL, for comparison. This program does not sign in.

    python openssl.py REPETITIONS

The exponentiations are g^a, g^x and base^(a + u*x) modulo N, in constant time. The Montgomery form of N is
prepared in advance. The program measures an `a` of 256 bits and an `a` of 1,024 bits, and prints the median of
each as one line of JSON.
"""

import ctypes
import ctypes.util
import json
import secrets
import sys
import time

from vector import MODULUS, median

GENERATOR = 2
VERSION = 0


def main():
    repetitions = int(sys.argv[1])
    openssl = OpenSSL()
    milliseconds = {256: [], 1024: []}
    for _ in range(repetitions):
        for bits, measured in milliseconds.items():
            measured.append(openssl.sign_in(bits))
    for bits, measured in milliseconds.items():
        name = f"OpenSSL, {bits:,} bits"
        print(json.dumps({"name": name, "version": openssl.version, "milliseconds": median(measured)}))


class OpenSSL:
    def __init__(self):
        path = ctypes.util.find_library("crypto")
        if path is None:
            sys.exit("openssl.py: libcrypto is absent: install OpenSSL 3")
        self.library = ctypes.CDLL(path)
        for function in ("BN_new", "BN_CTX_new", "BN_MONT_CTX_new", "BN_bin2bn", "OpenSSL_version"):
            getattr(self.library, function).restype = ctypes.c_void_p
        self.version = ctypes.string_at(self.library.OpenSSL_version(VERSION)).decode().split()[1]
        self.context = ctypes.c_void_p(self.library.BN_CTX_new())
        self.montgomery = ctypes.c_void_p(self.library.BN_MONT_CTX_new())
        self.modulus = self.number(MODULUS)
        self.check(self.library.BN_MONT_CTX_set(self.montgomery, self.modulus, self.context))
        self.result = ctypes.c_void_p(self.library.BN_new())
        self.check_power()

    def number(self, value):
        data = value.to_bytes((value.bit_length() + 7) // 8, "big")
        return ctypes.c_void_p(self.library.BN_bin2bn(data, len(data), None))

    def free(self, number):
        self.library.BN_free(number)

    def check(self, succeeded):
        if not succeeded:
            sys.exit("openssl.py: a function of OpenSSL failed")

    def power(self, base, exponent):
        """Stores base^exponent modulo N in `result`."""
        self.check(self.library.BN_mod_exp_mont_consttime(
            self.result, base, exponent, self.modulus, self.context, self.montgomery
        ))

    def sign_in(self, bits):
        """Returns the milliseconds of the three exponentiations, without the creation of the numbers."""
        a, x, u = (secrets.randbits(length) | 1 << (length - 1) for length in (bits, 256, 256))
        base = secrets.randbelow(MODULUS)
        pairs = [(GENERATOR, a), (GENERATOR, x), (base, a + u * x)]
        numbers = [(self.number(base), self.number(exponent)) for base, exponent in pairs]
        started = time.perf_counter()
        for base, exponent in numbers:
            self.power(base, exponent)
        seconds = time.perf_counter() - started
        for pair in numbers:
            for number in pair:
                self.free(number)
        return seconds * 1000

    def check_power(self):
        """Checks that `power` computes the same result as Python."""
        base, exponent = secrets.randbelow(MODULUS), secrets.randbits(256)
        self.power(self.number(base), self.number(exponent))
        expected = self.number(pow(base, exponent, MODULUS))
        if self.library.BN_cmp(self.result, expected) != 0:
            sys.exit("openssl.py: OpenSSL and Python compute different powers")


if __name__ == "__main__":
    main()
