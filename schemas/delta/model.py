"""The probability of each bit ("Probabilities" in docs/delta-format.md)."""

from math import exp, log

MASK = 0xFFFFFFFF

# Number, contexts, sets of weights.
LITERAL, SURPRISE, DIFFERS = (0, 4, 16), (1, 6, 16), (2, 5, 16)
MISSED, KEPT, BROKEN = (3, 4, 16), (4, 2, 4), (5, 2, 4)
DECISIONS = (LITERAL, SURPRISE, DIFFERS, MISSED, KEPT, BROKEN)


def mix(h, n):
    """The page's `hash`."""
    m = (h ^ n) * 0x9E3779B1 & MASK
    return m ^ m >> 15


def _squash_table():
    entries = [int(65536 / (1 + exp(-(64 * i - 2048) / 204.8)) + 0.5) for i in range(65)]
    table = []
    for y in range(4096):
        i, between = divmod(y, 64)
        table.append(entries[i] + (entries[i + 1] - entries[i]) * between // 64)
    return table


def _stretch_table():
    below = []
    for p in range(32768):
        p = max(p, 1)
        o = p.bit_length() - 1
        s = (p << 4 >> o) & 15
        q = min((1 << o) * (1 + (s + 0.5) / 16) / 65536, 0.499)
        below.append(max(int(204.8 * log(q / (1 - q)) - 0.5), -2047))
    return below + [-logit for logit in reversed(below)]


def _next_histories():
    table = []
    for bit in (0, 1):
        row = []
        for byte in range(256):
            counts = [byte >> 3 & 7, byte & 7]
            counts[bit] = min(counts[bit] + 1, 7)
            if counts[1 - bit] > 2:
                counts[1 - bit] = counts[1 - bit] // 2 + 1
            row.append(byte & 0xC0 | counts[0] << 3 | counts[1])
        table.append(row)
    return table


SQUASH = _squash_table()
STRETCH = _stretch_table()
NEXT = _next_histories()
FIRST = [(5 * (i & 7) + 2) * 65535 // (5 * ((i >> 3) + (i & 7)) + 4) for i in range(64)]


class Model:
    def __init__(self, header, coder):
        self.coder = coder
        self.nodes = bytearray(256 * header.nodes)
        # For each decision: its salt, the map of each of its contexts, the first node of each, nodes of one, weights by set.
        self.decisions = []
        for number, contexts, sets in DECISIONS:
            if header.one_map:
                maps = [FIRST.copy()] * contexts
            else:
                maps = [FIRST.copy() for _ in range(contexts)]
            share = len(self.nodes) // contexts
            weights = [[2867] * contexts for _ in range(sets)]
            salt = number * 0x85EBCA6B & MASK
            self.decisions.append((salt, maps, [k * share for k in range(contexts)], share, weights))

    def bit(self, decision, contexts, which):
        """Reads a bit of `decision` under `contexts` with the weights of the set `which`."""
        salt, maps, bases, share, weights = self.decisions[decision[0]]
        weights = weights[which]
        nodes = self.nodes
        used, total = [], 0
        for context, table, base, weight in zip(contexts, maps, bases, weights):
            m = (context ^ salt) * 0x9E3779B1 & MASK
            h = m ^ m >> 15
            at = base + (h * share >> 32)
            byte = nodes[at]
            if (byte ^ h << 3) & 0xC0:
                byte = h << 3 & 0xC0
            logit = STRETCH[table[byte & 63]]
            total += logit * weight
            used.append((table, at, byte, logit))
        probability = SQUASH[min(max(total >> 13, -2047), 2047) + 2048]
        bit = self.coder.bit(probability)
        error = 65536 - probability if bit else -probability
        after = NEXT[bit]
        for k, (table, at, byte, logit) in enumerate(used):
            weight = weights[k] + (logit * error + 16384 >> 15)
            weights[k] = min(max(weight, -32768), 32767)
            old = table[byte & 63]
            table[byte & 63] = old + (65535 - old >> 7) if bit else old - (old >> 7)
            nodes[at] = after[byte]
        return bit
