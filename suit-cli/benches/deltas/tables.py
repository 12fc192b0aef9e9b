"""What the figures say: means, comparisons, Markdown. Only computes.

A row is a pair: `{"pair": name, "old": bytes, "new": bytes, "figures": {column: figures}}`. Figures have `size`, `seconds`,
`peak`, or only `failed` with a reason; a column that a pair has no figures for is absent.
"""
import math

NO_TOOL = "–"
FAILED = "fails"
# What a pair at L may have beyond its best peer.
ALLOWED_PERCENT = 105
ALLOWED_BYTES = 32
KIB = 1024


def geometric_mean(values):
    """None of nothing."""
    values = list(values)
    return math.exp(math.fsum(map(math.log, values)) / len(values)) if values else None


def size(row, column):
    """The size in a column, or None."""
    return row["figures"].get(column, {}).get("size")


def smallest(row, columns):
    """(size, column) of the smallest, the first of equals; None if there is none."""
    found = [(size(row, column), column) for column in columns if size(row, column) is not None]
    return min(found, key=lambda pair: pair[0], default=None)


def mean_ratio(rows, columns, against):
    """(geometric mean, number of pairs): the smallest of `columns` over the smallest of `against`, where both are."""
    ratios = []
    for row in rows:
        ours, theirs = smallest(row, columns), smallest(row, against)
        if ours and theirs:
            ratios.append(ours[0] / theirs[0])
    return geometric_mean(ratios), len(ratios)


def limit(best):
    """What a pair at L may have if its best peer has so much."""
    return best * ALLOWED_PERCENT // 100 + ALLOWED_BYTES


def furthest(rows, column, peers):
    """(bytes over the limit, row, limit) of each pair, the worst first, by the ratio to the limit."""
    judged = []
    for row in rows:
        ours, best = size(row, column), smallest(row, peers)
        if ours is not None and best:
            allowed = limit(best[0])
            judged.append((ours / allowed, ours - allowed, row, allowed))
    return [entry[1:] for entry in sorted(judged, key=lambda entry: -entry[0])]


def median(values):
    ordered = sorted(values)
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2


# --- Markdown ---


def table(head, rows, text_columns=1):
    """A Markdown table; columns behind the first `text_columns` are numbers and stand right."""
    marks = ["---"] * text_columns + ["---:"] * (len(head) - text_columns)
    lines = ["| " + " | ".join(head) + " |", "|" + "|".join(marks) + "|"]
    return lines + ["| " + " | ".join(map(str, row)) + " |" for row in rows]


def cell(row, column, missing):
    """A size for the table of pairs."""
    if column in missing:
        return NO_TOOL
    figures = row["figures"].get(column)
    if figures is None:
        return ""
    return FAILED if "failed" in figures else str(figures["size"])


def pairs_table(rows, peers, ours, missing):
    """Every size of every pair. Columns that no pair has figures for are left out, unless their tool is missing."""
    columns = [
        column for column in [*peers, *ours] if column in missing or any(column in row["figures"] for row in rows)
    ]
    head = ["pair", "old", "new", *columns, *(["best of all peers"] if peers else [])]
    lines = []
    for row in rows:
        best = smallest(row, peers)
        end = [f"{best[0]} {best[1]}" if best else ""] if peers else []
        lines.append([row["pair"], row["old"], row["new"], *(cell(row, column, missing) for column in columns), *end])
    return table(head, lines)


def means_table(rows, subjects, baselines):
    """Geometric means of `subjects` over `baselines`, both maps from a name to the columns whose smallest counts."""
    lines = []
    for name, columns in subjects.items():
        means = [mean_ratio(rows, columns, against) for against in baselines.values()]
        if any(count for _, count in means):
            lines.append([name, *(ratio(mean, count, len(rows)) for mean, count in means)])
    return table(["geometric mean of sizes", *(f"vs {name}" for name in baselines)], lines) if lines else []


def ratio(mean, count, all_pairs):
    """With the number of pairs if these are not all."""
    if mean is None:
        return ""
    return f"{mean:.3f}" + (f" ({count} pairs)" if count < all_pairs else "")


def limit_lines(rows, column, peers):
    """What the side condition for single pairs says."""
    judged = furthest(rows, column, peers)
    if not judged:
        return []
    over = [entry for entry in judged if entry[0] > 0]
    beyond, row, allowed = judged[0]
    said = f"{beyond} bytes over" if beyond > 0 else f"{-beyond} bytes left"
    lines = [
        f"No pair at {column} may have more than {ALLOWED_PERCENT / 100} × its best peer + {ALLOWED_BYTES} bytes. Worst:"
        f" {row['pair']}, {size(row, column)} bytes of {allowed} ({said}). Over it: {len(over)} of {len(judged)} pairs."
    ]
    return lines + [f"- {row['pair']}: {beyond} bytes over" for beyond, row, _ in over[1:]]


def mib(kib):
    return f"{kib / KIB:.1f}"


def making_table(rows, ours):
    """RAM, segments, predictors, and what making took, for each pair and profile."""
    lines = []
    for row in rows:
        for column in ours:
            figures = row["figures"].get(column, {})
            if "memory" in figures:
                lines.append([
                    row["pair"], column, figures["predictors"], figures["memory"], figures["segments"],
                    f"{figures['seconds']:.2f}", mib(figures["peak"]),
                ])
    head = ["pair", "profile", "predictors", "RAM to lend, bytes", "segments", "CPU, s", "peak, MiB"]
    return table(head, lines, text_columns=3) if lines else []


def cost_table(rows, columns):
    """What making took, for each tool."""
    lines = []
    for column in columns:
        known = [row["figures"][column] for row in rows if size(row, column) is not None]
        if known:
            seconds = [figures["seconds"] for figures in known]
            lines.append([
                column, f"{median(seconds):.2f}", f"{max(seconds):.2f}", mib(max(figures["peak"] for figures in known)),
            ])
    return table(["to create", "CPU, median, s", "CPU, most, s", "peak, most, MiB"], lines) if lines else []


def growth_table(rows, columns):
    """What making took with images of growing size; a row of `rows` is a size."""
    lines = []
    for column in columns:
        cells = []
        for row in rows:
            figures = row["figures"].get(column, {})
            cells += [f"{figures['seconds']:.2f}", mib(figures["peak"])] if "seconds" in figures else ["", ""]
        if any(cells):
            lines.append([column, *cells])
    heads = [f"{row['pair']}, {what}" for row in rows for what in ("CPU s", "peak MiB")]
    return table(["to create", *heads], lines)
