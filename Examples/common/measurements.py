"""What examples and benchmarks measured: rows with a target or a peer, as a table and as reports/NAME.json."""

import json
import pathlib

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]


class Measurements:
    """Rows of one report, in the order in which they were measured."""

    def __init__(self, name):
        self.name = name
        self.rows = []

    def add(self, name, value, unit, target=None, at_most=False, peer=None):
        """Add a figure. It meets `target` at or above it, or with `at_most` at or below it. `peer` is another
        system's figure for the same, and `ratio` the value over it."""
        met = None
        if target is not None:
            met = value <= target if at_most else value >= target
        ratio = value / peer if peer else None
        self.rows.append(
            {"name": name, "value": value, "unit": unit, "peer": peer, "ratio": ratio, "target": target, "met": met}
        )

    def compare(self, name, value, peer, unit, target_ratio, at_most=False):
        """Add a figure whose ratio to a peer's, not the figure itself, has a target."""
        ratio = value / peer
        met = ratio <= target_ratio if at_most else ratio >= target_ratio
        self.rows.append(
            {"name": name, "value": value, "unit": unit, "peer": peer, "ratio": ratio, "target": target_ratio, "met": met}
        )

    def table(self):
        header = ("figure", "value", "unit", "peer", "ratio", "target", "met")
        lines = [header] + [tuple(self._cell(row[key]) for key in ("name", *header[1:])) for row in self.rows]
        widths = [max(len(line[column]) for line in lines) for column in range(len(header))]
        return "\n".join(
            "  ".join(cell.ljust(width) if column in (0, 2) else cell.rjust(width)
                      for column, (cell, width) in enumerate(zip(line, widths))).rstrip()
            for line in lines
        )

    def write(self):
        """Write reports/NAME.json and print the table; returns whether every target was met."""
        path = REPOSITORY / "reports" / f"{self.name}.json"
        path.parent.mkdir(exist_ok=True)
        partial = path.with_suffix(".partial")
        partial.write_text(json.dumps(self.rows, indent=2) + "\n")
        partial.rename(path)
        print(f"\n{self.table()}\n\nwritten: {path.relative_to(REPOSITORY)}")
        return all(row["met"] is not False for row in self.rows)

    @staticmethod
    def _cell(value):
        if value is None:
            return ""
        if isinstance(value, bool):
            return "yes" if value else "no"
        if isinstance(value, float):
            return f"{value:.4f}" if abs(value) < 10 else f"{value:,.1f}"
        return f"{value:,}" if isinstance(value, int) else value
