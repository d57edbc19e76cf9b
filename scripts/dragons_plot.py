"""Draws the plot of scripts/dragons_lab: accuracy over heads, a line a number of dragons, as SVG. A page may be light or
dark: the style asks the reader's preference."""

WIDTH, HEIGHT = 720, 400
LEFT, RIGHT, TOP, BOTTOM = 64, 24, 56, 64  # margins
STYLE = """
  text { font: 14px sans-serif; fill: #222 }
  .page { fill: #fff } .grid { stroke: #ddd } .axis { stroke: #222 }
  .k1 { stroke: #0072b2; fill: #0072b2 } .k2 { stroke: #c24e00; fill: #c24e00 } .k3 { stroke: #00805c; fill: #00805c }
  .line { fill: none; stroke-width: 2 } .chance { fill: none; stroke-dasharray: 2 5 } .whisker { stroke-width: 1.5 }
  @media (prefers-color-scheme: dark) {
    text { fill: #ddd }
    .page { fill: #0d1117 } .grid { stroke: #30363d } .axis { stroke: #ddd }
    .k1 { stroke: #56b4e9; fill: #56b4e9 } .k2 { stroke: #f0a35e; fill: #f0a35e } .k3 { stroke: #3fcf9f; fill: #3fcf9f }
    .line, .chance { fill: none }
  }
"""
SHAPES = {  # a mark a number of dragons, so that color is not all there is
    1: '<circle class="k1" cx="{x:.1f}" cy="{y:.1f}" r="5"/>',
    2: '<rect class="k2" x="{x:.1f}" y="{y:.1f}" width="9" height="9" transform="translate(-4.5 -4.5)"/>',
    3: '<path class="k3" d="M{x:.1f} {y:.1f} m0 -6 l6 10 h-12 z"/>',
}
NAMES = {1: "one dragon", 2: "two dragons", 3: "three dragons"}


def height(share):
    """Where a share from 0 to 1 lies."""
    return TOP + (1 - share) * (HEIGHT - TOP - BOTTOM)


def frame(columns):
    """Page, grid and axis; `columns` is [(label, x)]."""
    yield f'<rect class="page" width="{WIDTH}" height="{HEIGHT}"/>'
    for percent in range(0, 101, 25):
        y = height(percent / 100)
        yield f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
        yield f'<text x="{LEFT - 8}" y="{y + 5:.1f}" text-anchor="end">{percent} %</text>'
    base = height(0)
    yield f'<line class="axis" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{base:.1f}" y2="{base:.1f}"/>'
    for label, x in columns:
        yield f'<text x="{x:.1f}" y="{base + 22:.1f}" text-anchor="middle">{label}</text>'


def legend():
    for k, name in NAMES.items():
        x = LEFT + 8 + 150 * (k - 1)
        yield SHAPES[k].format(x=x, y=26)
        yield f'<text x="{x + 14}" y="31">{name}</text>'
    x = LEFT + 8 + 150 * len(NAMES)
    yield f'<line class="k2 chance" x1="{x - 10}" x2="{x + 18}" y1="26" y2="26"/>'
    yield f'<text x="{x + 26}" y="31">guessing</text>'


def points(k, columns, series, shift):
    """The marks of k dragons with their intervals; `series` is {column: (mean, half width)}."""
    for label, x in columns:
        if label not in series:
            continue
        mean, half = series[label]
        low, high = height(max(mean - half, 0)), height(min(mean + half, 1))
        yield f'<line class="k{k} whisker" x1="{x + shift:.1f}" x2="{x + shift:.1f}" y1="{low:.1f}" y2="{high:.1f}"/>'
        yield SHAPES[k].format(x=x + shift, y=height(mean))


def svg(title, axis, labels, joined, figures, chances):
    """The picture. `labels` name the columns, the first `joined` of which a line joins; `figures` is {k: {label: (mean,
    half width)}}, `chances` {k: share}."""
    step = (WIDTH - LEFT - RIGHT) / len(labels)
    columns = [(label, LEFT + step * (i + 0.5)) for i, label in enumerate(labels)]
    parts = [*frame(columns), *legend()]
    for k, series in figures.items():
        shift, y = 12 * (k - 2), height(chances[k])
        parts.append(f'<line class="k{k} chance" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>')
        line = " ".join(f"{x + shift:.1f},{height(series[label][0]):.1f}" for label, x in columns[:joined])
        parts.append(f'<polyline class="k{k} line" points="{line}"/>')
        parts.extend(points(k, columns, series, shift))
    parts.append(f'<text x="{WIDTH / 2}" y="{HEIGHT - 14}" text-anchor="middle">{axis}</text>')
    body = "\n".join(parts)
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">\n<title>{title}</title>\n'
            f"<style>{STYLE}</style>\n{body}\n</svg>\n")
