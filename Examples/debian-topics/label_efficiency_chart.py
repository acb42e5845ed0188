"""The picture of the demo: accuracy and macro-F1 over labels, one line a technique."""

from html import escape
from math import log10

# Okabe and Ito's colours, on light and on dark ground; the markers differ too.
COLOURS = (("#0072b2", "#56b4e9"), ("#d55e00", "#e69f00"), ("#007a5a", "#2fc79b"))
PANEL_WIDTH, PANEL_HEIGHT, TOP = 330, 300, 90


def chart(points):
    """SVG text.

    points: {technique: [(labels, {"accuracy": …, "macroF1": …}), …]}, with the same labels for each technique.
    """
    budgets = [labels for labels, _ in next(iter(points.values()))]
    panels = [
        _panel(left, title, key, points, budgets)
        for left, title, key in ((60, "Test accuracy", "accuracy"), (450, "Test macro-F1", "macroF1"))
    ]
    sentences = "; ".join(
        f"{technique} from {rows[0][1]['accuracy']:.2f} to {rows[-1][1]['accuracy']:.2f}"
        for technique, rows in points.items()
    )
    return f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 810 460" role="img" aria-labelledby="t d">
<title id="t">Label efficiency on Debian's package topics</title>
<desc id="d">Test accuracy with {budgets[0]:,} to {budgets[-1]:,} labels: {escape(sentences)}.</desc>
<style>
{_style(len(points))}
</style>
<rect class="ground" width="810" height="460"/>
{_legend(points)}
{"".join(panels)}</svg>
"""


def _style(count):
    lines = [
        "svg { color-scheme: light dark; }",
        ".ground { fill: #ffffff; }",
        'text { font: 13px system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; fill: #333333; }',
        ".title { font-size: 15px; font-weight: 600; fill: #111111; }",
        ".grid { stroke: #dddddd; }",
        ".line { fill: none; stroke-width: 2.5; stroke-linejoin: round; }",
    ]
    dark = [".ground { fill: #14171a; }", "text { fill: #d0d4d8; }", ".title { fill: #ffffff; }",
            ".grid { stroke: #33383d; }"]
    for index in range(count):
        for rules, colour in ((lines, COLOURS[index][0]), (dark, COLOURS[index][1])):
            rules.append(f".line.s{index} {{ stroke: {colour}; }} .mark.s{index} {{ fill: {colour}; }}")
    return "\n".join(lines + ["@media (prefers-color-scheme: dark) {", *dark, "}"])


def _legend(points):
    entries, x = [], 60
    for index, technique in enumerate(points):
        entries.append(_mark(index, x, 33) + f'<text x="{x + 14}" y="38">{escape(technique)}</text>')
        x += 40 + 8 * len(technique)
    return "\n".join(entries)


def _panel(left, title, key, points, budgets):
    low, high = log10(budgets[0]), log10(budgets[-1])

    def x_of(labels):
        return left + (log10(labels) - low) / (high - low) * PANEL_WIDTH

    def y_of(value):
        return TOP + (1 - value) * PANEL_HEIGHT

    parts = [f'<text class="title" x="{left}" y="{TOP - 16}">{title}</text>']
    for tenths in range(0, 11, 2):
        y = y_of(tenths / 10)
        parts.append(f'<line class="grid" x1="{left}" y1="{y:.1f}" x2="{left + PANEL_WIDTH}" y2="{y:.1f}"/>')
        parts.append(f'<text x="{left - 8}" y="{y + 4:.1f}" text-anchor="end">{tenths / 10:.1f}</text>')
    for labels in budgets:
        parts.append(
            f'<text x="{x_of(labels):.1f}" y="{TOP + PANEL_HEIGHT + 22}" text-anchor="middle">{labels:,}</text>'
        )
    parts.append(
        f'<text x="{left + PANEL_WIDTH / 2}" y="{TOP + PANEL_HEIGHT + 48}" text-anchor="middle">labels</text>'
    )
    for index, rows in enumerate(points.values()):
        places = [(x_of(labels), y_of(measures[key])) for labels, measures in rows]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        parts.append(f'<polyline class="line s{index}" points="{path}"/>')
        parts += [_mark(index, x, y) for x, y in places]
    return "\n".join(parts) + "\n"


def _mark(index, x, y):
    if index == 0:
        return f'<circle class="mark s{index}" cx="{x:.1f}" cy="{y:.1f}" r="4.5"/>'
    if index == 1:
        return f'<rect class="mark s{index}" x="{x - 4:.1f}" y="{y - 4:.1f}" width="8" height="8"/>'
    corners = f"{x:.1f},{y - 5:.1f} {x + 5:.1f},{y + 4:.1f} {x - 5:.1f},{y + 4:.1f}"
    return f'<polygon class="mark s{index}" points="{corners}"/>'
